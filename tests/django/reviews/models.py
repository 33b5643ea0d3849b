"""Generic references, with numbers and with texts as object ids, and a reference without a constraint."""
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Review(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveIntegerField(db_index=True)
    content_object = GenericForeignKey()
    user = models.ForeignKey("accounts.User", models.DO_NOTHING, null=True, db_constraint=False)
    stars = models.SmallIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(check=models.Q(stars__range=(1, 5)), name="one_to_five_stars")]


class Bookmark(models.Model):
    target_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    target_id = models.CharField(max_length=60)
    target = GenericForeignKey("target_type", "target_id")
    owner = models.ForeignKey("accounts.User", models.CASCADE)
    is_private = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "target_id"], condition=models.Q(is_private=True), name="one_private_bookmark")
        ]

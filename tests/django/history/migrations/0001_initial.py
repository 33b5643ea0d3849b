"""Every operation of Django's on models, and every way to write one: no app of the site, only its history."""
from __future__ import unicode_literals

import re
import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import history.fields
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.utils.translation import gettext_lazy as _

STATES = [(n, word) for n, word in enumerate(("new", "open", "closed"))]
LENGTH = 8 * 10
COMMON = {"null": True, "blank": True}


def default_rate():
    return 3


def note(label, length=LENGTH):
    "A text field."
    return models.CharField(verbose_name=label, max_length=length, default="")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contenttypes", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField("full name", max_length=LENGTH)),
                ("rate", models.IntegerField(default=default_rate, choices=STATES)),
                ("remark", note(_("remark"))),
                ("e_mail", models.EmailField(unique=True, help_text="")),
                ("created", models.DateTimeField(auto_now_add=True, editable=False)),
                ("seen", models.DateTimeField(default=django.utils.timezone.now)),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, max_length=32)),
                ("loud", history.fields.Shout(max_length=20, null=False)),
                ("tags", ArrayField(models.CharField(max_length=10), size=None, default=list)),
                ("code", models.SlugField(validators=[
                    django.core.validators.RegexValidator(re.compile("^[a-z]+$"), "No.", "invalid")])),
            ],
            options={
                "verbose_name": _("customer"),
                "db_table": "legacy" "_customers",
                "ordering": ("name",),
                "unique_together": {("name", "code")},
            },
        ),
        migrations.CreateModel(
            "Order",
            [
                ("number", models.PositiveIntegerField(primary_key=True)),
                ("customer", models.ForeignKey("Customer", models.CASCADE, "orders", db_column="Customer Number")),
                ("owner", history.fields.OwnerKey(
                    on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, **COMMON)),
                ("parent", models.OneToOneField("self", on_delete=models.PROTECT, null=True)),
                ("total", models.DecimalField("sum", "total", 10, 2, default=0)),
                ("paid", models.BooleanField(default=True)),
                ("receipt", models.FileField(upload_to="receipts/%Y", max_length=100)),
                ("kind", models.ForeignKey(
                    to="contenttypes.ContentType", on_delete=models.DO_NOTHING, db_constraint=False)),
            ],
            {"managed": True},
            (models.Model,),
        ),
        migrations.CreateModel(
            name="Rush",
            fields=[
                ("order_ptr", models.OneToOneField(
                    auto_created=True, on_delete=models.CASCADE, parent_link=True, primary_key=True,
                    serialize=False, to="history.Order")),
                ("hours", models.SmallIntegerField(default=-24)),
                ("friends", models.ManyToManyField(blank=True, to="history.Customer", through=None)),
            ],
            bases=("history.order",),
        ),
        migrations.CreateModel(name="Gone", fields=[("id", models.BigAutoField(primary_key=True))]),
    ]

"""taggit with its own generic table, and with a custom tag model and a table between that refers by a real foreign key."""
from django.db import models
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase


class Topic(TagBase):
    """A tag model of the project's own."""

    colour = models.CharField(max_length=7, default="#000000")


class Article(models.Model):
    headline = models.CharField(max_length=150)
    tags = TaggableManager()
    topics = TaggableManager(through="TopicAssignment", related_name="articles_by_topic")


class TopicAssignment(ItemBase):
    content_object = models.ForeignKey(Article, models.CASCADE)
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="assignments")

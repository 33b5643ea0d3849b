"""Fields of the project's own."""
from django.db import models


class Shout(models.CharField):
    """A text in capitals."""

    def get_prep_value(self, value):
        return super().get_prep_value(value).upper()


class OwnerKey(models.ForeignKey):
    """A reference to whoever owns a thing."""

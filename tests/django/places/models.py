"""Multi-table inheritance two levels deep: with a natural key that the children inherit, and without one."""
from django.db import models


class PlaceManager(models.Manager):
    """Finds a place, or a child of one, by its code."""

    def get_by_natural_key(self, code):
        return self.get(code=code)


class Amenity(models.Model):
    id = models.SlugField(primary_key=True)


class Place(models.Model):
    """Natural key: code."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    latitude = models.FloatField(null=True)
    amenities = models.ManyToManyField(Amenity)

    objects = PlaceManager()

    def natural_key(self):
        return (self.code,)


class Restaurant(Place):
    cuisine = models.CharField(max_length=40)
    regulars = models.ManyToManyField("accounts.User")


class Pizzeria(Restaurant):
    oven = models.TextField(null=True)
    rival = models.ForeignKey("self", models.SET_NULL, null=True)


class Bistro(Place):
    """Its link to the parent has a name of its own."""

    venue = models.OneToOneField(Place, models.CASCADE, parent_link=True)
    tables = models.PositiveSmallIntegerField()


class Vehicle(models.Model):
    plate = models.CharField(max_length=20, unique=True)


class Truck(Vehicle):
    tonnes = models.DecimalField(max_digits=5, decimal_places=1)
    depot = models.ForeignKey(Place, models.CASCADE)


class Tanker(Truck):
    """A row of three tables, without any field of its own."""

"""Every field type that Django has on PostgreSQL, a model for each family; most of them once required and once nullable."""
from django.contrib.postgres import fields as postgres
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Number(models.Model):
    id = models.AutoField(primary_key=True)
    small = models.SmallIntegerField()
    small_or_null = models.SmallIntegerField(null=True)
    integer = models.IntegerField()
    integer_or_null = models.IntegerField(null=True)
    big = models.BigIntegerField()
    big_or_null = models.BigIntegerField(null=True)
    positive = models.PositiveIntegerField()
    positive_small = models.PositiveSmallIntegerField(null=True)
    positive_big = models.PositiveBigIntegerField(null=True)
    real = models.FloatField()
    real_or_null = models.FloatField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    precise = models.DecimalField(max_digits=40, decimal_places=18, null=True)
    whole = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    flag = models.BooleanField()
    flag_or_null = models.BooleanField(null=True)


class Moment(models.Model):
    id = models.SmallAutoField(primary_key=True)
    day = models.DateField()
    day_or_null = models.DateField(null=True)
    instant = models.DateTimeField()
    instant_or_null = models.DateTimeField(null=True)
    clock = models.TimeField()
    clock_or_null = models.TimeField(null=True)
    duration = models.DurationField()
    duration_or_null = models.DurationField(null=True)


class Text(models.Model):
    short = models.CharField(max_length=80)
    short_or_null = models.CharField(max_length=80, null=True)
    choice = models.CharField(max_length=8, choices=[("new", "New"), ("old", "Old")])
    long = models.TextField()
    long_or_null = models.TextField(null=True)
    slug = models.SlugField()
    email = models.EmailField()
    url = models.URLField(null=True)
    nickname = postgres.CICharField(max_length=40, null=True)
    contact = postgres.CIEmailField(null=True)
    remark = postgres.CITextField()
    words = SearchVectorField(null=True)


class Asset(models.Model):
    id = models.UUIDField(primary_key=True)
    other = models.UUIDField(null=True)
    content = models.BinaryField()
    content_or_null = models.BinaryField(null=True)
    address = models.GenericIPAddressField()
    address_or_null = models.GenericIPAddressField(null=True, unpack_ipv4=True)
    file = models.FileField(upload_to="assets")
    file_or_null = models.FileField(upload_to="assets", null=True)
    picture = models.ImageField(null=True)
    path = models.FilePathField(null=True)


class Document(models.Model):
    """JSON; the required one is never JSON's null, which loaddata would take for SQL's."""

    key = models.CharField(max_length=40, primary_key=True)
    body = models.JSONField()
    body_or_null = models.JSONField(null=True)
    attributes = postgres.HStoreField()
    attributes_or_null = postgres.HStoreField(null=True)


class Series(models.Model):
    integers = postgres.ArrayField(models.IntegerField())
    texts = postgres.ArrayField(models.TextField(null=True))
    matrix = postgres.ArrayField(postgres.ArrayField(models.CharField(max_length=40, null=True)), null=True)
    cube = postgres.ArrayField(postgres.ArrayField(postgres.ArrayField(models.SmallIntegerField())), null=True)
    reals = postgres.ArrayField(models.FloatField(), null=True)
    decimals = postgres.ArrayField(models.DecimalField(max_digits=12, decimal_places=3), null=True)
    flags = postgres.ArrayField(models.BooleanField(), null=True)
    days = postgres.ArrayField(models.DateField(), null=True)
    instants = postgres.ArrayField(models.DateTimeField(null=True), null=True)
    clocks = postgres.ArrayField(models.TimeField(), null=True)
    durations = postgres.ArrayField(models.DurationField(), null=True)
    keys = postgres.ArrayField(models.UUIDField(), null=True)
    addresses = postgres.ArrayField(models.GenericIPAddressField(), null=True)
    documents = postgres.ArrayField(models.JSONField(), null=True)
    contents = postgres.ArrayField(models.BinaryField(), null=True)
    attributes = postgres.ArrayField(postgres.HStoreField(), null=True)
    spans = postgres.ArrayField(postgres.DateRangeField(), null=True)


class Span(models.Model):
    integers = postgres.IntegerRangeField()
    integers_or_null = postgres.IntegerRangeField(null=True)
    bigs = postgres.BigIntegerRangeField(null=True)
    decimals = postgres.DecimalRangeField(null=True)
    days = postgres.DateRangeField(null=True)
    instants = postgres.DateTimeRangeField(null=True)


class AnUncommonlyLongNameForAModelWhoseTableNameEndsInAHash(models.Model):
    """A content type's model name has 100 characters at the most, a table's name 63: so has that of its list."""

    value = models.IntegerField()
    numbers = models.ManyToManyField(Number)

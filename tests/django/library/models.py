"""Natural keys (one that depends on another), keys of text and UUID, references to itself, many-to-many lists of both kinds."""
import uuid

from django.db import models


class NaturalManager(models.Manager):
    """Finds a row by the values of its model's natural_key()."""

    def get_by_natural_key(self, *values):
        return self.get(**dict(zip(self.model.natural_fields, values)))


class Publisher(models.Model):
    """A key of text that people type, and no natural key."""

    code = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    imprint_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="imprints")


class Author(models.Model):
    """Natural key: slug."""

    slug = models.SlugField(unique=True, allow_unicode=True)
    name = models.CharField(max_length=120)
    born = models.DateField(null=True)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="pupils")
    influences = models.ManyToManyField("self", symmetrical=False, related_name="influenced")

    natural_fields = ("slug",)
    objects = NaturalManager()

    def natural_key(self):
        return (self.slug,)


class Genre(models.Model):
    """Natural key: name."""

    name = models.CharField(max_length=60, unique=True)
    related = models.ManyToManyField("self")

    natural_fields = ("name",)
    objects = NaturalManager()

    def natural_key(self):
        return (self.name,)


class Book(models.Model):
    """Natural key: title and, through the author, the author's slug."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=150)
    author = models.ForeignKey(Author, models.PROTECT)
    publisher = models.ForeignKey(Publisher, models.CASCADE, null=True)
    sequel_to = models.OneToOneField("self", models.SET_NULL, null=True, related_name="sequel")
    pages = models.PositiveSmallIntegerField()
    # Defined in this order, which is not that of their names.
    readers = models.ManyToManyField("accounts.User", related_name="books")
    genres = models.ManyToManyField(Genre)
    distributors = models.ManyToManyField(Publisher, related_name="distributed")
    contributors = models.ManyToManyField(Author, through="Contribution", related_name="contributions")

    natural_fields = ("title", "author__slug")
    objects = NaturalManager()

    class Meta:
        unique_together = [("title", "author")]
        constraints = [models.CheckConstraint(check=models.Q(pages__gt=0), name="a_book_has_pages")]

    def natural_key(self):
        return (self.title, *self.author.natural_key())

    natural_key.dependencies = ["library.author"]


class Contribution(models.Model):
    """An explicit table between books and authors: written as a model of its own."""

    book = models.ForeignKey(Book, models.CASCADE)
    author = models.ForeignKey(Author, models.CASCADE)
    role = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "author", "role"], name="a_role_is_had_once")]


class Copy(models.Model):
    """Its reference to a publisher is by name; Django keeps the order of a book's copies in _order."""

    barcode = models.BigIntegerField(unique=True)
    book = models.ForeignKey(Book, models.CASCADE)
    publisher = models.ForeignKey(Publisher, models.CASCADE, to_field="name", null=True)

    class Meta:
        order_with_respect_to = "book"

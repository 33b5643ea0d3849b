"""Places and their children, trees, tags, generic references, what the admin and sessions store."""
from accounts.models import User
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from filling.people import link
from library.models import Author, Book
from places.models import Amenity, Bistro, Pizzeria, Place, Restaurant, Tanker, Truck, Vehicle
from reviews.models import Bookmark, Review
from tagging.models import Article, Topic, TopicAssignment
from taggit.models import Tag, TaggedItem
from trees.models import Category, Department, Region, Taxon


def fill(values, rows, users, books):
    fill_places(values, max(rows // 5, 8), users)
    fill_trees(values, max(rows // 5, 8))
    articles = fill_tags(values, rows)
    fill_references(values, rows, users, books, articles)
    Site.objects.create(domain="é.example", name=values.text(40))
    Session.objects.bulk_create(Session(session_key=f"{i}{values.word(20)}", session_data=values.text(80), expire_date=values.instant()) for i in range(5))


def fill_places(v, rows, users):
    amenities = Amenity.objects.bulk_create([Amenity(id=f"{v.word()}-{i}") for i in range(6)])
    place = lambda kind, i, **fields: kind.objects.create(code=f"{kind.__name__} {v.text(20)}{i}", name=v.text(60), latitude=v.maybe(v.real), **fields)
    places = [place(Place, i) for i in range(rows)]
    restaurants = [place(Restaurant, i, cuisine=v.text(30)) for i in range(rows)]
    pizzerias = []
    for i in range(rows):
        pizzerias.append(place(Pizzeria, i, cuisine="", oven=v.maybe(v.text, 40), rival=v.maybe(v.pick, None, *pizzerias)))
    bistros = [place(Bistro, i, tables=i) for i in range(rows)]
    link(Place.amenities.through, "place_id", places + bistros, "amenity_id", amenities, v)
    link(Restaurant.regulars.through, "restaurant_id", restaurants + pizzerias, "user_id", users, v)
    for i in range(rows):
        Vehicle.objects.create(plate=f"V {i}")
        Truck.objects.create(plate=f"Ü {i}", tonnes=v.decimal(5, 1), depot=v.pick(*places, *pizzerias))
        Tanker.objects.create(plate=f"T {i}", tonnes=i, depot=v.pick(*bistros))


def fill_trees(v, rows):
    categories, departments, regions, taxa = [Category.add_root(name="")], [Department.add_root(name="")], [], []
    for i in range(rows):
        # treebeard keeps its tree in the database: a node in hand is out of date at once.
        categories.append(Category.objects.get(pk=v.pick(*categories).pk).add_child(name=v.text(60)))
        departments.append(Department.objects.get(pk=v.pick(*departments).pk).add_child(name=v.text(60)))
        regions.append(Region.objects.create(parent=v.maybe(v.pick, None, *regions), sib_order=i, name=v.text(60)))
        taxa.append(Taxon.objects.create(parent=v.maybe(v.pick, None, *taxa), name=v.text(60)))
    Taxon.objects.rebuild()


def fill_tags(v, rows):
    tags = Tag.objects.bulk_create([Tag(name=f"{v.text(60)}{i}", slug=f"tag-{i}") for i in range(20)])
    topics = Topic.objects.bulk_create([Topic(name=f"{v.text(60)}{i}", slug=f"topic-{i}", colour="#" + v.pick("00ff00", "éé")) for i in range(10)])
    articles = Article.objects.bulk_create([Article(headline=v.text(100)) for _ in range(rows)])
    kind = ContentType.objects.get_for_model(Article)
    TaggedItem.objects.bulk_create(TaggedItem(content_type=kind, object_id=a.pk, tag=tag) for a in articles for tag in v.random.sample(tags, v.pick(0, 1, 2)))
    TopicAssignment.objects.bulk_create(TopicAssignment(content_object=a, tag=v.pick(*topics)) for a in articles[::2])
    return articles


def fill_references(v, rows, users, books, articles):
    kinds = {model: ContentType.objects.get_for_model(model) for model in (Article, Author, Book, User)}
    Review.objects.bulk_create(
        Review(content_type=kinds[Article], object_id=v.pick(*articles).pk, user=v.maybe(v.pick, *users), stars=v.random.randint(1, 5), text=v.text(200)) for _ in range(rows)
    )
    Bookmark.objects.bulk_create(
        Bookmark(target_type=v.maybe(lambda: kinds[Book]), target_id=str(v.pick(*books).pk), owner=owner, is_private=True) for owner in users
    )
    LogEntry.objects.bulk_create(
        LogEntry(
            action_time=v.instant(), user=v.pick(*users), content_type=v.maybe(v.pick, *kinds.values()), object_id=v.maybe(v.word), object_repr=v.text(150),
            action_flag=v.pick(ADDITION, CHANGE), change_message=v.text(80),
        )
        for _ in range(rows)
    )

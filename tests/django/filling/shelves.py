"""Authors, books, copies: natural keys of awkward texts, references to rows of the same model."""
from filling.people import link
from library.models import Author, Book, Contribution, Copy, Genre, Publisher


def fill(values, rows, users):
    publishers = fill_publishers(values, max(rows // 10, 5))
    authors = fill_authors(values, max(rows // 3, 5))
    genres = Genre.objects.bulk_create([Genre(name=f"{values.text(40)}{i}") for i in range(12)])
    for genre in genres:
        genre.related.set(values.random.sample(genres, values.random.randint(0, 3)))
    books = Book.objects.bulk_create([book(values, i, authors, publishers) for i in range(rows)])
    # Later books of the list come before the ones that they follow, by key.
    for one, other in zip(books[::3], books[1::3]):
        one.sequel_to = other
    Book.objects.bulk_update(books[::3], ["sequel_to"])
    link(Book.readers.through, "book_id", books, "user_id", users, values)
    link(Book.genres.through, "book_id", books, "genre_id", genres, values)
    link(Book.distributors.through, "book_id", books, "publisher_id", publishers, values)
    Contribution.objects.bulk_create(Contribution(book=b, author=values.pick(*authors), role=values.text(40)) for b in books for _ in range(values.pick(0, 1)))
    Copy.objects.bulk_create(copy(values, i, books, publishers) for i in range(rows))
    return books


def fill_publishers(v, rows):
    publishers = [Publisher(code=f"{v.text(20)}{i}", name=f"{i}-{v.text(60)}") for i in range(rows)]
    for publisher in publishers:
        publisher.imprint_of = v.maybe(v.pick, *publishers)
    return Publisher.objects.bulk_create(publishers)


def fill_authors(v, rows):
    authors = Author.objects.bulk_create([Author(slug=f"{v.pick('é', 'a-b', '_', 'x')}{i}", name=v.text(100), born=v.maybe(v.day)) for i in range(rows)])
    # Mentors may have later keys: what a loader meets as a forward reference.
    for author in authors:
        author.mentor = v.maybe(v.pick, *authors)
    Author.objects.bulk_update(authors, ["mentor"])
    link(Author.influences.through, "from_author_id", authors, "to_author_id", authors, v)
    return authors


def book(v, row, authors, publishers):
    return Book(id=v.uuid(), title=f"{v.text(100)}{row}", author=v.pick(*authors), publisher=v.maybe(v.pick, *publishers), pages=v.random.randint(1, 2000))


def copy(v, row, books, publishers):
    return Copy(barcode=(1 << 62) + row, book=v.pick(*books), publisher=v.maybe(v.pick, *publishers), _order=v.random.randint(0, 9))

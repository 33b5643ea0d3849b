"""Rows of the models that have every field type."""
from django.db.models import Value
from specimens.models import AnUncommonlyLongNameForAModelWhoseTableNameEndsInAHash as LongName
from specimens.models import Asset, Document, Moment, Number, Series, Span, Text


def fill(values, rows):
    for model, draw in [(Number, number), (Moment, moment), (Text, text), (Asset, asset), (Series, series), (Span, span)]:
        model.objects.bulk_create([model(**draw(values)) for _ in range(rows)])
    Document.objects.bulk_create([Document(**document(values, i)) for i in range(rows)])
    for i in range(3):
        LongName.objects.create(value=i).numbers.set(Number.objects.filter(id__lte=2 * i))


def number(v):
    return dict(
        small=v.integer(16), small_or_null=v.maybe(v.integer, 16), integer=v.integer(32), integer_or_null=v.maybe(v.integer, 32),
        big=v.integer(64), big_or_null=v.maybe(v.integer, 64), positive=v.integer(32, 0), positive_small=v.maybe(v.integer, 16, 0),
        positive_big=v.maybe(v.integer, 64, 0), real=v.real(), real_or_null=v.maybe(v.real), price=v.decimal(12, 2),
        precise=v.maybe(v.decimal, 40, 18), whole=v.maybe(v.decimal, 20, 0), flag=v.pick(True, False), flag_or_null=v.pick(True, False, None),
    )


def moment(v):
    return dict(
        day=v.day(), day_or_null=v.maybe(v.day), instant=v.instant(), instant_or_null=v.maybe(v.instant),
        clock=v.clock(), clock_or_null=v.maybe(v.clock), duration=v.duration(), duration_or_null=v.maybe(v.duration),
    )


def text(v):
    return dict(
        short=v.text(80), short_or_null=v.maybe(v.text, 80), choice=v.pick("new", "old"), long=v.text(400), long_or_null=v.maybe(v.text, 400),
        slug=v.word(), email=v.word() + "@example.org", url=v.maybe(lambda: "https://example.org/?q=" + v.text(60)), nickname=v.maybe(v.text, 40),
        contact=v.maybe(lambda: v.word().title() + "@example.org"), remark=v.text(100), words=v.maybe(vector, v),
    )


def vector(v):
    """A tsvector's text: words with positions and weights."""
    lexemes = {v.pick("cat", "d'og", "über", "a\\b", "two words", v.word()) for _ in range(v.random.randint(0, 4))}
    quote = str.maketrans({"'": "''", "\\": "\\\\"})
    return " ".join(f"'{lexeme.translate(quote)}'" + v.pick("", ":1", ":2A,7", ":16383C") for lexeme in sorted(lexemes))


def asset(v):
    return dict(
        id=v.uuid(), other=v.maybe(v.uuid), content=v.bytes(), content_or_null=v.maybe(v.bytes), address=v.address(), address_or_null=v.maybe(v.address),
        file="assets/" + v.text(80), file_or_null=v.pick("", "assets/a.pdf"), picture=v.maybe(lambda: "pictures/" + v.word() + ".png"), path=v.maybe(lambda: "/" + v.word()),
    )


def document(v, row):
    json_null = Value("null")
    return dict(key=f"{row}-{v.text(30)}", body=v.json(), body_or_null=v.pick(None, json_null, v.json(), v.json()), attributes=v.hstore(), attributes_or_null=v.maybe(v.hstore))


def series(v):
    matrix = [[v.maybe(v.text, 40) for _ in range(3)] for _ in range(v.random.randint(0, 3))]
    cube = [[[v.integer(16) for _ in range(2)] for _ in range(2)] for _ in range(v.random.randint(0, 2))]
    return dict(
        integers=v.some(v.integer, 32), texts=v.pick(v.some(v.maybe, v.text, 60), ['["x", null]', '["[1]", ""]']), matrix=v.pick(None, matrix, matrix), cube=v.pick(None, cube, cube),
        reals=v.maybe(v.some, v.real), decimals=v.maybe(v.some, v.decimal, 12, 3), flags=v.maybe(v.some, lambda: v.pick(True, False)),
        days=v.maybe(v.some, v.day), instants=v.maybe(v.some, v.maybe, v.instant), clocks=v.maybe(v.some, v.clock), durations=v.maybe(v.some, v.duration),
        keys=v.maybe(v.some, v.uuid), addresses=v.maybe(v.some, v.address), documents=v.maybe(v.some, v.json),
        contents=v.maybe(v.some, v.bytes), attributes=v.maybe(v.some, v.hstore), spans=v.maybe(v.some, v.day_range),
    )


def span(v):
    return dict(
        integers=v.integer_range(31), integers_or_null=v.maybe(v.integer_range, 31), bigs=v.maybe(v.integer_range, 62), decimals=v.maybe(v.decimal_range),
        days=v.maybe(v.day_range), instants=v.maybe(v.instant_range),
    )

"""Answers filters with the keys of the rows that they let through: manage.py look filters.json keys.json."""
import json

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Q


def narrow(rows, filters):
    """The rows that a filter lets through: each object of look-ups is one call of filter()."""
    lookups = {name: value for name, value in filters.items() if name not in ("any", "all", "not")}
    if lookups:
        rows = rows.filter(**lookups)
    for part in filters.get("all", []):
        rows = narrow(rows, part)
    if "any" in filters:
        choice = Q(pk__in=[])
        for part in filters["any"]:
            choice |= Q(**part)
        rows = rows.filter(choice)
    if "not" in filters:
        rows = rows.exclude(**filters["not"])
    return rows


class Command(BaseCommand):
    help = "Writes, for each filter of a file, the keys of its rows."

    def add_arguments(self, parser):
        parser.add_argument("filters")
        parser.add_argument("keys")

    def handle(self, *, filters, keys, **options):
        with open(filters, encoding="utf-8") as file:
            asked = json.load(file)
        answers = []
        for one in asked:
            rows = narrow(apps.get_model(one["model"])._base_manager.all(), one["filter"])
            answers.append(sorted({str(key) for key in rows.order_by().values_list("pk", flat=True)}))
        with open(keys, "w", encoding="utf-8") as file:
            json.dump(answers, file)

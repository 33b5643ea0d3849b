"""Fills every model with random rows: manage.py fill --seed 1 --rows 100."""
from django.core.management.base import BaseCommand
from django.db import transaction
from filling import content, people, shelves, specimens
from filling.values import Values


class Command(BaseCommand):
    help = "Fills every model of an empty database with random rows; the same seed gives the same rows."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--rows", type=int, default=100, help="rows of each large model")
        parser.add_argument("--xml", action="store_true", help="only characters that XML can hold")

    @transaction.atomic
    def handle(self, *, seed, rows, xml, **options):
        values = Values(seed, xml)
        specimens.fill(values, rows)
        users = people.fill(values, rows)
        books = shelves.fill(values, rows, users)
        content.fill(values, rows, users, books)

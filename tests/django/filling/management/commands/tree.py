"""Moves nodes of trees.Category, and tells what treebeard finds: manage.py tree moves.json answer.json."""
import json

from django.core.management.base import BaseCommand
from trees.models import Category


class Command(BaseCommand):
    help = "Adds the nodes of a file, makes its moves one after the other, and writes the tree and its problems."

    def add_arguments(self, parser):
        parser.add_argument("asked")
        parser.add_argument("answer")

    def handle(self, *, asked, answer, **options):
        with open(asked, encoding="utf-8") as file:
            asked = json.load(file)
        for row in asked["rows"]:
            Category(name=row["name"], path=row["path"], depth=row["depth"], numchild=row["numchild"]).save(force_insert=True)
        for node, target, position in asked["moves"]:
            # Both anew each time: a move leaves the objects of all other nodes behind.
            Category.objects.get(name=node).move(Category.objects.get(name=target), position)
        problems = [list(found) for found in Category.find_problems()]
        paths = list(Category.objects.order_by("path").values_list("name", "path", "depth", "numchild"))
        with open(answer, "w", encoding="utf-8") as file:
            json.dump({"paths": paths, "problems": problems}, file)

"""What treebeard and mptt themselves find in the project's trees: manage.py trees [--repair] answer.json."""
import json

from django.core.management.base import BaseCommand
from trees.models import Category, Taxon


class Command(BaseCommand):
    help = "Writes the problems that treebeard finds; with --repair, after treebeard's and mptt's own repairs."

    def add_arguments(self, parser):
        parser.add_argument("answer")
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--paths", action="store_true")

    def handle(self, *, answer, repair, paths, **options):
        if repair:
            Category.fix_tree(fix_paths=paths)
            Taxon.objects.rebuild()
        with open(answer, "w", encoding="utf-8") as file:
            json.dump([sorted(ids) for ids in Category.find_problems()], file)

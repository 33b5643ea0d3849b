"""What treebeard's own find_problems needs for any table of materialised paths: manage.py problems wagtailcore_page."""
from django.core.management.base import BaseCommand
from treebeard.mp_tree import MP_Node


class Command(BaseCommand):
    help = "Counts the problems that treebeard finds in a table with path, depth and numchild."

    def add_arguments(self, parser):
        parser.add_argument("table")

    def handle(self, *, table, **options):
        meta = type("Meta", (), {"managed": False, "db_table": table, "app_label": "trees"})
        node = type("AnyNode", (MP_Node,), {"__module__": __name__, "Meta": meta})
        self.stdout.write(" ".join(str(len(ids)) for ids in node.find_problems()))

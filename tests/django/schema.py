"""Migrates this project with real migrations into the database of libpq's variables.

schema.py COPY [APP ...]: COPY is a folder that may be there; the project is copied into it, migrations are made there for
the apps that have none, and the folders APP are apps beside its own. Lines of standard input are other management
commands to run in place of migrate, each a JSON list.
"""
import json
import os
import shutil
import sys

import django
from django.conf import settings
from django.core.management import call_command

HERE = os.path.join(os.getcwd(), "tests", "django")
MADE = ["accounts", "specimens", "library", "places", "trees", "tagging", "reviews"]


def main(copy, *apps):
    if not os.path.exists(copy):
        shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__", "history"))
        for app in apps:
            shutil.copytree(app, os.path.join(copy, os.path.basename(app)))
    sys.path.insert(0, copy)
    os.chdir(copy)
    os.environ["DJANGO_SETTINGS_MODULE"] = "peer.settings"
    settings.MIGRATION_MODULES = {}
    settings.INSTALLED_APPS = settings.INSTALLED_APPS + [
        "django.contrib.redirects", "django.contrib.flatpages"] + [os.path.basename(a) for a in apps]
    settings.SILENCED_SYSTEM_CHECKS = ["fields.E210"]
    django.setup()
    if not os.path.exists(os.path.join(copy, "library", "migrations")):
        call_command("makemigrations", *MADE, verbosity=0)
    for command in [json.loads(line) for line in sys.stdin] or [["migrate", "--verbosity", "0"]]:
        call_command(*command)


main(*sys.argv[1:])

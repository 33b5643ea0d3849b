"""Prints the models of this project after each of its migrations, as Django's own loader has them, as JSON.

states.py COPY: COPY is a folder that is not there yet; the project is copied into it, and migrations are made there for
the apps that have none.
"""
import datetime
import decimal
import json
import os
import re
import shutil
import sys
import uuid

import django
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState
from django.utils.functional import Promise

HERE = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
MADE = ["accounts", "specimens", "library", "places", "trees", "tagging", "reviews"]
TOGETHER = ("unique_together", "index_together")
NONE = ("indexes", "constraints") + TOGETHER


def name(path):
    for long, short in (
        ("django.db.models.deletion.", "django.db.models."),
        ("django.db.models.base.", "django.db.models."),
        ("django.db.models.query_utils.", "django.db.models."),
        ("django.db.models.expressions.", "django.db.models."),
    ):
        if path.startswith(long):
            return short + path[len(long):]
    return path


def value(v, app):
    if isinstance(v, Promise):
        return str(v)
    if hasattr(v, "setting_name"):
        return {"name": "django.conf.settings." + v.setting_name}
    if v is None or isinstance(v, (bool, str)):
        return v
    if isinstance(v, int):
        return {"int": str(v)}
    if isinstance(v, float):
        return {"float": v.hex()}
    if isinstance(v, bytes):
        return {"bytes": v.hex()}
    if isinstance(v, (list, tuple)):
        return {type(v).__name__: [value(i, app) for i in v]}
    if isinstance(v, (set, frozenset)):
        return {"set": sorted((value(i, app) for i in v), key=json.dumps)}
    if isinstance(v, dict):
        return {"dict": [[value(k, app), value(i, app)] for k, i in v.items()]}
    if isinstance(v, models.Field):
        return {"field": field(v, app)}
    if isinstance(v, type) or callable(v) and hasattr(v, "__qualname__"):
        if hasattr(v, "deconstruct") and not isinstance(v, type):
            path, args, kwargs = v.deconstruct()
            return call(path, args, kwargs, app)
        return {"name": name(v.__module__ + "." + v.__qualname__)}
    if isinstance(v, re.Pattern):
        return call("re.compile", [v.pattern], {}, app)
    if isinstance(v, (datetime.date, datetime.timedelta, decimal.Decimal, uuid.UUID)):
        return {"name": repr(v)}
    if isinstance(v, models.Q):
        return {"q": [v.connector, v.negated, [
            value(c, app) if isinstance(c, models.Q) else [c[0], value(c[1], app)] for c in v.children]]}
    path, args, kwargs = v.deconstruct()
    return call(path, args, kwargs, app)


def call(path, args, kwargs, app):
    return {"call": name(path), "args": [value(a, app) for a in args],
            "kwargs": {k: value(w, app) for k, w in sorted(kwargs.items())}}


def field(f, app, model=None):
    _, path, args, kwargs = f.deconstruct()
    shown = {k: value(v, app) for k, v in kwargs.items()}
    for key in ("to", "through"):
        if isinstance(shown.get(key), str):
            to = shown[key].lower()
            shown[key] = model if to == "self" else to if "." in to else app + "." + to
    return [path, [value(a, app) for a in args], dict(sorted(shown.items()))]


def option(key, v, app):
    if key in TOGETHER:
        return {"set": sorted(({"tuple": list(t)} for t in v), key=json.dumps)}
    return value(v, app)


def model(state: ModelState):
    app, label = state.app_label, state.app_label + "." + state.name_lower
    return {
        "name": state.name,
        "bases": [b.lower() if isinstance(b, str) else name(b.__module__ + "." + b.__qualname__)
                  for b in state.bases],
        "options": {k: option(k, v, app) for k, v in sorted(state.options.items()) if v or k not in NONE},
        "managers": [m[0] for m in state.managers],
        "fields": [[n, field(f, app, label)] for n, f in state.fields.items()],
    }


def main(copy):
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    sys.path.insert(0, copy)
    sys.path.remove(HERE)
    os.chdir(copy)
    os.environ["DJANGO_SETTINGS_MODULE"] = "peer.settings"
    settings.MIGRATION_MODULES = {}
    settings.INSTALLED_APPS = settings.INSTALLED_APPS + [
        "django.contrib.redirects", "django.contrib.flatpages", "history"]
    settings.SILENCED_SYSTEM_CHECKS = ["fields.E210"]
    django.setup()
    call_command("makemigrations", *MADE, verbosity=0)
    loader = MigrationLoader(None)
    states = {}
    for key in sorted(loader.graph.nodes):
        state = loader.project_state(key)
        states[".".join(key)] = {
            m.app_label + "." + m.name_lower: model(m) for m in state.models.values()}
    leaves = loader.project_state(loader.graph.leaf_nodes())
    states["*"] = {m.app_label + "." + m.name_lower: model(m) for m in leaves.models.values()}
    json.dump(states, sys.stdout, sort_keys=True)


main(sys.argv[1])

#!/usr/bin/env python3
"""Runs management commands one after the other in one process, as starting Django takes longer than most of them.

A line of standard input is {"port": 5432, "database": "site", "command": ["dumpdata", "--all"]};
the answer is a line of standard output: {"seconds": 1.5, "error": null}. The end of standard input ends it.
"""
import json
import os
import sys
import time
import traceback

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer.settings")
django.setup()

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres import signals
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.db import connection


def use(database, port):
    """Connects to another database, and forgets what Django remembers of the one before."""
    connection.close()
    connection.settings_dict.update(NAME=database, PORT=str(port))
    ContentType.objects.clear_cache()
    Site.objects.clear_cache()
    signals.get_hstore_oids.cache_clear()
    signals.get_citext_oids.cache_clear()


def answer(request):
    """Runs one command; an error is an answer, too."""
    start = time.monotonic()
    error = None
    try:
        use(request["database"], request["port"])
        call_command(*request["command"])
    except (Exception, SystemExit):
        error = traceback.format_exc()
    finally:
        connection.close()
    return {"seconds": round(time.monotonic() - start, 3), "error": error}


if __name__ == "__main__":
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # What commands print is none of the answers.
    sys.stdout = sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)

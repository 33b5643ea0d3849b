"""Settings of the project; libpq's own PGHOST, PGPORT, PGUSER and PGPASSWORD say where the server is."""
import os

SECRET_KEY = "only for tests"
USE_TZ = True
TIME_ZONE = "UTC"
SITE_ID = 1
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sites",
    "mptt",
    "taggit",
    "treebeard",
    "accounts",
    "specimens",
    "library",
    "places",
    "trees",
    "tagging",
    "reviews",
    "filling",
]

# Tables come straight from the models: what a fixture holds depends on neither, and this is quicker.
MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "postgres"),
    }
}

# What the admin's own checks ask for.
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Pillow looks at pictures; only their paths are stored here.
SILENCED_SYSTEM_CHECKS = ["fields.E210"]

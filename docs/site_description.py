"""Prints the description of a running Django project for DataOps (-SiteDescription), as JSON.

    python3 manage.py shell < site_description.py > site.json
    DJANGO_SETTINGS_MODULE=shop.settings python3 site_description.py > site.json

It says what Export-SiteDescription reads from migrations, and what only code tells: natural keys, generic references,
the time zone.
"""
import inspect
import json

import django
from django.apps import apps
from django.conf import settings


def describe():
    if not apps.ready:
        django.setup()
    site = {"apps": set()}

    def add(member, key, value=None, group=None):
        if group is not None:
            site.setdefault(member, {}).setdefault(group, []).append(key)
        elif value is not None:
            site.setdefault(member, {})[key] = value
        else:
            site.setdefault(member, []).append(key)

    def path(thing):
        return "%s.%s" % (thing.__module__, getattr(thing, "__qualname__", thing.__class__.__name__))

    def table(name):
        return name.replace('"."', ".").strip('"')

    def default(field, label):
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            return add("callableDefaults", label, group="django.utils.timezone.now")
        value = field.default
        if not field.has_default() or value is None:
            return None
        if value in (dict, list, tuple):
            return add("defaults", label, {} if value is dict else [])
        if callable(value):
            return add("callableDefaults", label, group=path(value))
        try:
            return add("defaults", label, json.loads(json.dumps(value, default=str)))
        except (TypeError, ValueError):
            return None

    def choosers(block, path):
        names = [c.__name__ for c in type(block).__mro__]
        if "ChooserBlock" in names:
            target = getattr(getattr(block, "model_class", None), "_meta", None)
            if "PageChooserBlock" in names:
                add("chooserBlocks", path, "wagtailcore.page")
            elif target is not None:
                add("chooserBlocks", path, target.label_lower)
        elif "ListBlock" in names:
            choosers(block.child_block, path + ".item")
        else:
            if "ImageBlock" in names:
                choosers(block.child_blocks["image"], path)
            table = ".cell" if "BaseTypedTableBlock" in names else ""
            for name, child in getattr(block, "child_blocks", {}).items():
                # A path cannot name a block with a dot, nor tell a stream's block item from what a list holds.
                if "." not in name and not (name == "item" and "BaseStreamBlock" in names):
                    choosers(child, "%s%s.%s" % (path, table, name))

    def field_of(model, field):
        label = "%s.%s" % (model._meta.label_lower, field.name)
        if field.column not in (field.name, field.attname):
            add("columns", label, field.column)
        if field.remote_field:
            action = getattr(field.remote_field.on_delete, "__name__", "")
            if not action.startswith("DB_"):
                add("onDelete", label, group=action if action.isupper() else "SET")
            if field.remote_field.parent_link and field.name != "%s_ptr" % field.related_model._meta.model_name:
                add("parentLinks", label)
            if not field.db_constraint:
                add("softReferences", "%s.%s=%s" % (
                    table(model._meta.db_table), field.column, table(field.related_model._meta.db_table)))
        names = [c.__name__ for c in type(field).__mro__]
        if "StreamField" in names:
            add("streamFields", label)
            choosers(field.stream_block, label)
        elif "RichTextField" in names:
            add("richTextFields", label)
        elif "FileField" in names:
            add("fileFields", label, "" if callable(field.upload_to) else str(field.upload_to))
        default(field, label)

    for model in apps.get_models(include_auto_created=False):
        meta = model._meta
        if meta.proxy:
            add("proxies", meta.label_lower, meta.concrete_model._meta.label_lower)
        if meta.proxy or not meta.managed or meta.swapped:
            continue
        site["apps"].add(meta.app_label)
        if table(meta.db_table) != "%s_%s" % (meta.app_label, meta.model_name):
            add("tables", meta.label_lower, table(meta.db_table))
        for field in meta.local_concrete_fields:
            field_of(model, field)
        for field in meta.local_many_to_many:
            through = field.remote_field.through._meta
            if through.auto_created and field.remote_field.symmetrical:
                add("symmetrical", "%s.%s" % (meta.label_lower, field.name))
            if through.auto_created and table(through.db_table) != "%s_%s" % (table(meta.db_table), field.name):
                add("manyToMany", "%s.%s" % (meta.label_lower, field.name), table(through.db_table))
            if through.auto_created and not field.remote_field.db_constraint:
                for column, to in (
                        (field.m2m_column_name(), meta), (field.m2m_reverse_name(), field.related_model._meta)):
                    add("softReferences", "%s.%s=%s" % (table(through.db_table), column, table(to.db_table)))
        for field in meta.private_fields:
            if hasattr(field, "ct_field") and hasattr(field, "fk_field") and field.model is model:
                add("genericReferences", "%s.%s+%s" % (
                    table(meta.db_table), meta.get_field(field.ct_field).column, meta.get_field(field.fk_field).column))
        find = getattr(meta.default_manager, "get_by_natural_key", None)
        if find is not None and "natural_key" in vars(model):
            own = {f.name for f in meta.local_concrete_fields}
            names = list(inspect.signature(find).parameters)
            if names and set(names) <= own:
                add("naturalKeys", meta.label_lower, names)
    user = apps.get_model(settings.AUTH_USER_MODEL)
    site.update(userModel=user._meta.label_lower, userNameField=user.USERNAME_FIELD, timeZone=settings.TIME_ZONE)
    site["apps"] = sorted(site["apps"])
    return site


print(json.dumps(describe(), indent=2, sort_keys=True, ensure_ascii=False))

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, BtreeGistExtension
from django.db import migrations, models
from django.db.models import F, Q


def forwards(apps, schema_editor):
    apps.get_model("history", "Order").objects.update(paid=True)


class Forwards(migrations.RunPython):
    pass


EXTRA = [migrations.RemoveField("order", "total")]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        migrations.AddField("Order", "note", models.TextField(default="x"), preserve_default=False),
        migrations.AddField(model_name="order", name="site", field=models.ForeignKey(
            null=True, on_delete=models.SET_NULL, to="history.gone", to_field="id")),
        migrations.AlterField("order", "paid", models.BooleanField(default=False, null=True)),
        migrations.RenameField("customer", "code", "slug"),
        migrations.RenameField("gone", "id", "key"),
        migrations.AlterUniqueTogether("customer", {("name", "slug"), ("e_mail",)}),
        migrations.AlterUniqueTogether(name="customer", unique_together=(("name", "slug"),)),
        migrations.AlterModelOptions("Customer", {"verbose_name_plural": "people", "ordering": ["-name"]}),
        migrations.AlterModelTable("order", "Legacy Orders"),
        migrations.AlterModelTable("customer", None),
        migrations.AlterOrderWithRespectTo("rush", "hours"),
        migrations.AlterModelManagers("order", [("objects", models.Manager())]),
        migrations.AddIndex("order", models.Index(fields=["-number", "paid"], name="order_paid")),
        migrations.AddIndex("order", models.Index(fields=["owner"], name="order_owner", condition=Q(paid=True))),
        AddIndexConcurrently("customer", GinIndex(fields=["tags"], name="customer_tags")),
        migrations.RemoveIndex("order", "order_owner"),
        migrations.AddConstraint("order", models.CheckConstraint(
            check=Q(number__gt=0) | ~Q(paid=False, note=""), name="order_positive")),
        migrations.AddConstraint("order", models.UniqueConstraint(
            fields=("owner", "note"), name="order_note", condition=Q(paid__isnull=False))),
        migrations.RemoveConstraint("order", "order_note"),
        Forwards(forwards, migrations.RunPython.noop),
        migrations.RunSQL(
            ["update history_rush set hours = 1", ("select %s", [1])], migrations.RunSQL.noop,
            state_operations=[migrations.AddField("rush", "raw", models.BinaryField(null=True))]),
    ]
    operations += EXTRA
    operations.append(migrations.SeparateDatabaseAndState(
        database_operations=[migrations.DeleteModel("Rush")],
        state_operations=[migrations.RenameModel("Customer", "Client"), migrations.RenameModel("Rush", "Express")],
    ))

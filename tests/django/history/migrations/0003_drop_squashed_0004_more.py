from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("history", "0003_drop"), ("history", "0004_more")]
    dependencies = [("history", "0002_changes")]
    operations = [
        migrations.RemoveField("order", "site"),
        migrations.DeleteModel("Gone"),
        migrations.CreateModel("Proxy", [], {"proxy": True, "indexes": [], "constraints": []}, ("history.order",)),
        migrations.AddField("client", "age", models.PositiveSmallIntegerField(null=True, db_index=True)),
    ]

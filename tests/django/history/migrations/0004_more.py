from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0003_drop")]
    operations = [
        migrations.AddField("client", "age", models.PositiveSmallIntegerField(null=True, db_index=True)),
    ]

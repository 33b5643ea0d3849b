from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0002_changes")]
    run_before = [("flatpages", "0001_initial")]
    operations = [
        migrations.RemoveField("order", "site"),
        migrations.DeleteModel("Gone"),
        migrations.CreateModel("Proxy", [], {"proxy": True, "indexes": [], "constraints": []}, ("history.order",)),
    ]

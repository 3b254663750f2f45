from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_append_only")]

    operations = [migrations.AddField("entry", "beside", models.JSONField(null=True))]

"""Bind kept answers to their requests by the key of the server."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="proof",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]

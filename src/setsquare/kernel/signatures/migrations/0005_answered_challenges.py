"""Keep which challenges of signatures were answered: each counts once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signatures", "0004_batches_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnsweredChallenge",
            fields=[
                ("challenge", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]

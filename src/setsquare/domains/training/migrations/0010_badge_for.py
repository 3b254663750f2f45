from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0009_own_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="badge_for",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="certificate",
            name="badge_criteria",
            field=models.TextField(blank=True),
        ),
    ]

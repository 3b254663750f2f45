import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_carried_over"),
        ("files", "0002_append_only"),
    ]

    operations = [
        migrations.AddField("documenttype", "never_adopted", models.BooleanField(default=False)),
        migrations.AddField("documenttype", "proposed", models.JSONField(null=True)),
        migrations.AddField(
            "documenttype",
            "proposed_template",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.text",
            ),
        ),
    ]

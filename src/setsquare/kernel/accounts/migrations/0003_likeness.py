from typing import Any

from django.db import migrations, models

from setsquare.kernel.accounts.likeness import likeness_of

AT_A_TIME = 1_000


def fill(apps: Any, _editor: Any) -> None:
    """Reckon the likeness of who is there already."""
    people = apps.get_model("accounts", "User").objects
    waiting = []
    for person in people.only("name", "title").order_by("pk").iterator(chunk_size=AT_A_TIME):
        person.likeness = likeness_of(person.name, person.title)
        waiting.append(person)
        if len(waiting) == AT_A_TIME:
            people.bulk_update(waiting, ["likeness"], batch_size=AT_A_TIME // 4)
            waiting = []
    people.bulk_update(waiting, ["likeness"], batch_size=AT_A_TIME // 4)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_people_by_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="likeness",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("likeness__gt", "")), fields=["likeness"], name="user_by_likeness"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

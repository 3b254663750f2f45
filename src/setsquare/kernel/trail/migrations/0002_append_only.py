"""Have the database itself refuse to change or delete the trail."""

from typing import ClassVar

from django.db import migrations

from setsquare.kernel.database.append_only import append_only


class Migration(migrations.Migration):
    """Triggers on the trail."""

    dependencies: ClassVar = [("trail", "0001_initial")]
    operations: ClassVar = [append_only("trail_entry", ["id"], ["record_id", "seq"])]

"""Have the database itself refuse to change or delete signatures."""

from typing import ClassVar

from django.db import migrations

from setsquare.kernel.database.append_only import append_only


class Migration(migrations.Migration):
    """Triggers on signatures."""

    dependencies: ClassVar = [("signatures", "0001_initial")]
    operations: ClassVar = [append_only("signatures_signature", ["id"])]

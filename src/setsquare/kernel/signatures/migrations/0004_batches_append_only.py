"""Have the database itself refuse to change or delete what was signed for many records at once."""

from typing import ClassVar

from django.db import migrations

from setsquare.kernel.database.append_only import append_only


class Migration(migrations.Migration):
    """Triggers on batches."""

    dependencies: ClassVar = [("signatures", "0003_batches")]
    operations: ClassVar = [append_only("signatures_batch", ["id"])]

"""Have the database itself refuse to change or delete the log."""

from typing import ClassVar

from django.db import migrations

from setsquare.kernel.database.append_only import append_only


class Migration(migrations.Migration):
    """Triggers on leaves, subtrees and checkpoints."""

    dependencies: ClassVar = [("sealing", "0001_initial")]
    operations: ClassVar = [
        append_only("sealing_leaf", ['"index"'], ["entry_id"]),
        append_only("sealing_subtree", ["id"], ["level", '"index"']),
        append_only("sealing_checkpoint", ["id"], ["size"]),
    ]

"""Have the database itself refuse to change or delete kept texts."""

from typing import ClassVar

from django.db import migrations

from setsquare.kernel.database.append_only import append_only


class Migration(migrations.Migration):
    """Triggers on kept texts."""

    dependencies: ClassVar = [("files", "0001_initial")]
    operations: ClassVar = [append_only("files_text", ["digest"])]

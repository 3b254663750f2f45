"""What keeps history: the rules of the database that protect it, and the files that its rows speak of."""

from django.db import connection

from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.files.store import path_of
from setsquare.kernel.signatures.models import Batch, Signature
from setsquare.kernel.trail.models import Entry
from setsquare.project.checks.findings import Finding, error, ok
from setsquare.project.configuration import Configuration

TRIGGERS = {
    "sqlite": (
        ("no_update", "no_delete", "no_replace"),
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    ),
    "postgresql": (
        ("no_change", "no_truncate"),
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    ),
}
"""The ends of the names of what protects a table, and how the database lists all."""


def protected(_settings: Configuration) -> list[Finding]:
    """Whether the database itself refuses to change or delete what is only ever appended to."""
    ends, statement = TRIGGERS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        known = {row[0] for row in cursor.fetchall()}
    tables = [model._meta.db_table for model in (Entry, Signature, Batch, Text)]
    missing = [name for table in tables for end in ends if (name := f"{table}_{end}") not in known]
    if missing:
        return [
            error(
                "protected history",
                f"Triggers that keep the trail from being changed are missing or off: {', '.join(missing)}.",
                "Find out who removed them. Restore the last good backup, or make them anew from the migrations.",
            )
        ]
    return [ok("protected history", "The database refuses to change trail, signatures and kept texts.")]


def files(settings: Configuration) -> list[Finding]:
    """Whether every file that a row speaks of lies in the store, with its size; digests are checked on reading."""
    missing, count, first = 0, 0, ""
    for blob in Blob.objects.defer("text").iterator(chunk_size=2000):
        count += 1
        try:
            there = path_of(blob).stat().st_size == blob.size
        except OSError:
            there = False
        if not there:
            missing, first = missing + 1, first or blob.digest
    if missing:
        return [
            error(
                "files",
                f"{missing} of {count} are missing or cut short, such as {first}.",
                f"Put them back from a backup, into {settings.files_directory}.",
            )
        ]
    return [ok("files", f"All {count} that rows speak of are in the store.")]

"""What keeps history: the rules of the database that protect it, and the files that its rows speak of."""

import datetime as dt

from django.db import connection
from django.utils import timezone

from setsquare.domains.training.xapi.models import Statement
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.files.store import path_of
from setsquare.kernel.sealing import keys, log
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Subtree
from setsquare.kernel.sealing.notes import NotANote, Note
from setsquare.kernel.signatures.models import Batch, Signature
from setsquare.kernel.trail.models import Entry
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

LATE = dt.timedelta(hours=1)
"""How old an entry without a seal may be before it is worth a warning."""

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
    kept = (Entry, Signature, Batch, Text, Leaf, Subtree, Checkpoint, Statement)
    tables = [model._meta.db_table for model in kept]
    missing = [name for table in tables for end in ends if (name := f"{table}_{end}") not in known]
    if missing:
        return [
            error(
                "protected history",
                f"Triggers that keep the trail from being changed are missing or off: {', '.join(missing)}.",
                "Find out who removed them. Restore the last good backup, or make them anew from the migrations.",
            )
        ]
    return [ok("protected history", "The database refuses to change trail, seal, signatures and kept texts.")]


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


def seal(_settings: Configuration) -> list[Finding]:
    """Whether the newest checkpoint is signed by the installation's key, and how much waits to be sealed."""
    try:
        signer, verifiers = keys.read_key(), keys.verifiers()
    except keys.KeyUnusable as unusable:
        return [error("seal", str(unusable), "Put the directory of the key back from a backup.")]
    newest = log.newest()
    if newest is None:
        return [ok("seal", "Nothing is sealed yet; the worker begins with the first entries of the trail.")]
    if signer is None:
        mend = f"Put {keys.directory() / 'key'} back from a backup, or run `setsquare seal new-key`."
        return [error("seal", "Its key is missing: entries are sealed, but not signed.", mend)]
    try:
        note = Note.read(newest.note)
        genuine = any(note.signed_by(verifier) for verifier in verifiers)
        genuine = genuine and log.root_at(newest.size) == bytes(newest.root) == note.statement.root
    except (NotANote, LookupError):
        genuine = False
    if not genuine:
        said = (
            f"The newest checkpoint ({newest.size} entries) does not fit the log, or the key did not sign it."
        )
        return [error("seal", said, "Run `setsquare verify`, and find out who had access to the database.")]
    return [_waiting(newest)]


def _waiting(newest: Checkpoint) -> Finding:
    late = Entry.objects.filter(leaf__isnull=True, at__lt=timezone.now() - LATE)
    signed = f"{newest.size} entries are signed, {timezone.localtime(newest.at):%Y-%m-%d %H:%M}"
    waiting = Entry.objects.count() - newest.size
    if waiting > 0 and late.exists():
        mend = "Run the worker (`setsquare serve`); it seals every few seconds."
        return warning("seal", f"{signed}; {waiting} are not, some of them for over an hour.", mend)
    return ok("seal", f"{signed}; {max(waiting, 0)} are not yet.")

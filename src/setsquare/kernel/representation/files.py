"""Which files of records somebody may have: those that belong to what they see, and earlier ones as they may read them.

A file that was taken out of a record is kept, but it is no longer what the record says: who may not read the record as
it was then does not learn of it either.
"""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Hidden, thing_of, visible_to
from setsquare.kernel.trail.models import Entry


def files_of(record: Record, reader: User) -> QuerySet[Attachment]:
    """Return the files of a record which `reader` sees, without those taken out that they may not read."""
    rows = held_by(record, thing_of(record.type).hidden_from(reader, record))
    taken_out = rows.filter(removed__isnull=False)
    withheld = [row.pk for row in taken_out if not _readable_once(record, row, reader)]
    return rows.exclude(pk__in=withheld) if withheld else rows


def held_by(record: Record, hidden: Hidden) -> QuerySet[Attachment]:
    """Return the files of a record, now or before, but for what is hidden of it."""
    rows = Attachment.objects.filter(record=record)
    return rows.exclude(role__in=hidden.files) if hidden.files else rows


def file_for(reader: User, digest: str) -> Attachment | None:
    """Return the attachment by which `reader` may have a file; None where no record gives it to them."""
    seen = visible_to(reader).filter(pk=OuterRef("record_id"))
    rows = Attachment.objects.filter(Exists(seen), blob_id=digest).order_by("id")
    rows = rows.select_related("record__owner", "record__unit")
    there = (row for row in rows.filter(removed__isnull=True) if not _hidden(row, reader))
    return next(there, None) or next(_taken_out(rows, reader), None)


def _taken_out(rows: QuerySet[Attachment], reader: User) -> Iterator[Attachment]:
    for row in rows.filter(removed__isnull=False):
        if not _hidden(row, reader) and _readable_once(row.record, row, reader):
            yield row


def _hidden(row: Attachment, reader: User) -> bool:
    return row.role in thing_of(row.record.type).hidden_from(reader, row.record).files


def _readable_once(record: Record, row: Attachment, reader: User) -> bool:
    """Tell whether the reader may read the record in the state in which the file was taken out of it."""
    entry = Entry.objects.filter(record=record, at__lte=row.removed).order_by("-seq").first()
    state = entry.values["state"] if entry is not None else record.state
    return thing_of(record.type).readable_then(record, str(state), reader)

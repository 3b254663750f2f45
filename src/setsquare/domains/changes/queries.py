"""Reading change requests: what they affect and what they opened."""

from django.db.models import QuerySet

from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record

AFFECTS = "affects"
OPENED = "opened"


def linked(change: Record, kind: str) -> QuerySet[Record]:
    """Return the records that a change request links to, by number."""
    targets = Link.objects.filter(source=change, kind=kind).values("target_id")
    return Record.objects.filter(pk__in=targets).order_by("number")


_RECORD, _KIND = stand_in(1), "-a kind of link-"
_NUMBERS: Statement[Link] = Statement(
    lambda: (
        Link.objects.filter(source_id=_RECORD, kind=_KIND)
        .order_by("target__number")
        .values_list("target__number")
    ),
    lambda: {_RECORD: "record", _KIND: "kind"},
)


def numbers_linked(change: Record, kind: str) -> list[str]:
    """Return the numbers of the records that a change request links to."""
    return [number for (number,) in _NUMBERS.rows(record=change.pk, kind=kind)]


def affected_by(change: Record) -> QuerySet[Record]:
    """Return the documents that a change request affects."""
    return linked(change, AFFECTS)


def opened_by(change: Record) -> QuerySet[Record]:
    """Return the revisions that were opened for a change request, or were open already when it was accepted."""
    return linked(change, OPENED)


def changes_affecting(document: Record) -> QuerySet[Record]:
    """Return the change requests that affect a document, newest first."""
    sources = Link.objects.filter(target=document, kind=AFFECTS).values("source_id")
    return Record.objects.filter(pk__in=sources, type="change_request").order_by("-created", "-pk")


def in_implementation(document: Record) -> QuerySet[Record]:
    """Return the change requests in implementation that affect a document."""
    return changes_affecting(document).filter(state="in_implementation")

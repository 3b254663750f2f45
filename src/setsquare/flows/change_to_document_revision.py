"""An accepted change request opens revisions of the documents it affects, and ends when they are in force.

Each handler asks how things stand rather than what the event says, so that one that is delivered twice, late or out
of order leaves the same behind as one that is delivered once.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from setsquare.domains.changes.queries import affected_by, changes_affecting, in_implementation, opened_by
from setsquare.domains.documents.models import Document, Revision
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record

SYSTEM = Actor.system()
WAS_IN_FORCE = ("effective", "superseded", "withdrawn")


@subscribe("change_request.accept", "change_request.open_revisions")
def open_revisions(event: Event) -> None:
    """Open a revision of each affected document that has none for this change, or link the one in work."""
    change = _now(event)
    if change is None or change.state not in ("accepted", "in_implementation"):
        return
    opened = []
    for document in _documents(affected_by(change)):
        if _is_settled(change, document) or _in_work(change, document):
            continue
        revision = document.open_revision or _open(change, document)
        if revision is not None:
            opened.append(revision.record)
    if opened:
        carry_out("change_request", "note_opened", SYSTEM, record=change, body={"revisions": opened})
    end_if_done(change)


@subscribe("document.effective", "document.withdraw")
def end_changes_of_document(event: Event) -> None:
    """End the change requests that only waited for this document."""
    if event.record is not None:
        for change in in_implementation(event.record):
            end_if_done(change)


@subscribe("change_request.set_affected")
def end_after_fewer_documents(event: Event) -> None:
    """End a change request whose unfinished documents were taken off it."""
    change = _now(event)
    if change is not None:
        end_if_done(change)


@subscribe("revision.discard")
def tell_of_discarded(event: Event) -> None:
    """Tell the owners of change requests that a draft in which they were to be made was discarded."""
    revision = Revision.objects.select_related("document__record").filter(record=event.record).first()
    if revision is None or revision.record.state != "discarded":
        return
    for change in changes_affecting(revision.document.record).filter(state="in_implementation"):
        if opened_by(change).filter(pk=revision.record_id).exists():
            why = _("%(revision)s was discarded. Open a revision again, or take the document off.")
            _hinder(change, revision.document, why % {"revision": revision.record.number})


def end_if_done(change: Record) -> None:
    """End a change request in implementation once each affected document is settled."""
    change = Record.objects.get(pk=change.pk)
    if change.state != "in_implementation" or not opened_by(change).exists():
        return
    if all(_is_settled(change, document) for document in _documents(affected_by(change))):
        open_still = opened_by(change).exclude(state__in=(*WAS_IN_FORCE, "discarded"))
        if not open_still.exists():
            carry_out("change_request", "complete", SYSTEM, record=change)


def _now(event: Event) -> Record | None:
    """Return the record of an event as it is now, which may be further than when the event was made."""
    return Record.objects.filter(pk=event.record.pk).first() if event.record is not None else None


def _documents(records: Iterable[Record]) -> list[Document]:
    found = Document.objects.filter(record__in=[record.pk for record in records])
    return list(found.select_related("record", "open_revision__record").order_by("record__number"))


def _is_settled(change: Record, document: Document) -> bool:
    """Tell whether a document needs nothing more: withdrawn, or a revision made for the change came into force."""
    if document.record.state == "withdrawn":
        return True
    made = document.revisions.filter(record__in=opened_by(change).values("pk"))
    return made.filter(record__state__in=WAS_IN_FORCE).exists()


def _in_work(change: Record, document: Document) -> bool:
    revision = document.open_revision
    return revision is not None and opened_by(change).filter(pk=revision.record_id).exists()


def _open(change: Record, document: Document) -> Revision | None:
    """Open a revision of a document for a change; where that is refused, the owner of the change is told why."""
    why = f"{change.number} {change.title}\n\n{change.change_request.why}"[:4000]
    try:
        carry_out("document", "new_revision", SYSTEM, record=document.record, body={"why": why})
    except CommandError as refusal:
        _hinder(change, document, str(refusal.sentence))
        return None
    return Document.objects.select_related("open_revision__record").get(pk=document.pk).open_revision


def _hinder(change: Record, document: Document, why: str) -> None:
    body = {"document": document.record.number, "why": why}
    carry_out("change_request", "note_hindrance", SYSTEM, record=change, body=body)

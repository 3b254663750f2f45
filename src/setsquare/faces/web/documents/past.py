"""What a document or a revision said at a time: the text or the file that it had then."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.replacing import REPLACED_BY
from setsquare.domains.documents.thing import CHANGES, DOCUMENT, READINGS, REVISION
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.documents.heads import carried_over_shown, replacement_shown, revision_name
from setsquare.faces.web.documents.reading import Reading, reading_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.past import Past, as_it_stood


def document_then(request: HttpRequest, _thing: Thing, past: Past) -> Mapping[str, Any]:
    """Return what a document said: what was in force then, before that the draft, for who may read drafts."""
    document: Document = past.record.document
    shown = document.current or document.open_revision
    revision = _as_it_stood(request, shown, past) if shown is not None else None
    name = revision_name(shown.ordinal) if shown is not None else ""
    return {
        "document": document,
        "shown_name": name,
        "was_in_force": document.current is not None and past.record.state == "effective",
        "was_withdrawn": past.record.state == "withdrawn",
        "replacement": _replacement(past, person_of(request)),
        "carried_over": carried_over_shown(document.current),
        **_content(request, revision),
    }


def revision_then(request: HttpRequest, thing: Thing, past: Past) -> Mapping[str, Any]:
    """Return what a revision said."""
    revision: Revision = past.record.revision
    return {
        "revision": revision,
        "document_url": record_address(revision.document.record),
        "shown_name": revision_name(revision.ordinal),
        "was_in_force": past.record.state == "effective",
        "was_withdrawn": past.record.state == "withdrawn",
        "carried_over": carried_over_shown(revision),
        "compare_url": "",
        "facts_of": {
            "change": CHANGES[revision.kind],
            "reading": READINGS[revision.reading],
            "summary": revision.summary,
            "why": revision.reason,
        },
        **_content(request, past),
    }


def _replacement(past: Past, person: User) -> dict[str, str] | None:
    other = Record.objects.filter(number=past.state.get(REPLACED_BY, "")).first()
    if other is None:
        return None
    return replacement_shown(other.number, other.title, seen=may_see(DOCUMENT, person, other))


def _as_it_stood(request: HttpRequest, revision: Revision, past: Past) -> Past | None:
    """Return the revision of a document as it stood; None where the person does not see it."""
    user = person_of(request)
    if not may_see(REVISION, user, revision.record):
        return None
    whole = Revision.objects.select_related("record__owner", "record__unit", "document__record")
    return as_it_stood(REVISION, whole.get(pk=revision.pk).record, past.at, user)


def _content(request: HttpRequest, past: Past | None) -> dict[str, Any]:
    """Return the text or file; `lost` says that it is named by its digest but not kept any more."""
    if past is None or not past.readable:
        return {"reading": Reading(), "withheld": True, "lost": ""}
    revision: Revision = past.record.revision
    lost = _lost(revision)
    return {"reading": Reading() if lost else reading_of(request, revision), "withheld": False, "lost": lost}


def _lost(revision: Revision) -> str:
    text, file = revision.content_id, revision.file_id
    if text and not Text.objects.filter(pk=text).exists():
        return text
    return file if file and not Blob.objects.filter(pk=file).exists() else ""

"""Signing and confirming: what changed is shown first, then the signature is asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.audiences import reaches_nobody
from setsquare.domains.documents.comparing import size_of
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.queries import before, signatures_on, told_missing
from setsquare.domains.documents.rules import asked_of_all, comments_on
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.documents.comments import threads_of, unresolved
from setsquare.faces.web.documents.comparing import Compared, compared, texts
from setsquare.faces.web.documents.heads import revision_name
from setsquare.faces.web.documents.reading import reading_of
from setsquare.faces.web.documents.revision import since_url
from setsquare.faces.web.documents.routes import reviews_shown, steps_shown
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.declaration import Command, Situation, command_of, meaning_label
from setsquare.kernel.commands.running import why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of


def approve_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show an approver what changed, what was said and who signed; then ask for the signature."""
    return answer(request, thing, command_of("revision", "approve"), record, _approving)


def _approving(
    request: HttpRequest,
    command: Command,
    situation: Situation,
    asking: Asking,
    *,
    conflict: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    record = situation.subject
    if status != 200 and why_wrong_state(command, record) is not None:
        return command_form(request, command, situation, asking, conflict=conflict, status=status)
    revision: Revision = record.revision
    former = before(revision)
    comments = comments_on(situation)
    document = revision.document.record
    editorial = revision.kind == Revision.Kind.EDITORIAL
    asking.fields = [field for field in asking.fields if editorial or field.name != "editorial"]
    context = {
        "page_title": _("Approve %(number)s") % {"number": record.number},
        "page_lead": record.title,
        "crumbs": crumbs_to(document, record, _("Approve")),
        "record": record,
        "revision": revision,
        "reading": (reading := reading_of(request, revision)),
        "missing": told_missing(reading.body),
        "former": revision_name(former.ordinal) if former is not None else "",
        "changes": changes_shown(request, former, revision),
        "compare_url": compare_address(former, revision),
        "since_url": since_url(situation),
        "size": size_of(revision) if editorial else None,
        "editorial": editorial,
        "readers": revision.readers_in_words,
        "decided": revision.decided,
        "for_nobody": reaches_nobody(revision),
        "threads": threads_of(comments, situation, talks=False),
        "open_comments": unresolved(comments),
        "reviews": reviews_shown(revision, asked_of_all(situation)),
        "steps": steps_shown(revision, asked_of_all(situation)),
        "signatures": [_signature(made) for made in signatures_on(revision)],
        "asking": asking,
        "conflict": conflict,
        "action": command_address(record, "approve"),
        "back": record_address(record),
        "reject_url": command_address(record, "reject"),
        "what": _what(record),
    }
    return render(request, "documents/approve.html.jinja", context, status=status)


def _what(record: Record) -> str:
    return _("%(number)s %(title)s, version %(version)s of its record") % {
        "number": record.number,
        "title": record.title,
        "version": record.version,
    }


def crumbs_to(document: Record, record: Record, last: str) -> list[tuple[Any, str]]:
    """Return the way to a page of a revision."""
    documents = thing_of("document")
    return [
        (documents.plural, register_address(documents)),
        (document.number, record_address(document)),
        (revision_name(record.revision.ordinal), record_address(record)),
        (last, ""),
    ]


def changes_shown(request: HttpRequest, former: Revision | None, revision: Revision) -> Compared | None:
    """Return what a revision changes of the one in force before it; None where that is not to be compared."""
    if former is None or not former.content_id or not revision.content_id:
        return None
    old, new = texts(former, revision)
    return compared(request, old, new)


def compare_address(former: Revision | None, revision: Revision) -> str:
    """Return the comparison with the revision in force before; empty where there is none."""
    if former is None:
        return ""
    address = reverse("document_compare", args=[revision.document.record.number])
    return f"{address}?from={former.ordinal}&to={revision.ordinal}"


def _signature(made: Any) -> dict[str, Any]:
    return {
        "name": made.printed_name,
        "meaning": meaning_label(made.meaning),
        "signed_at": made.at,
        "local_time": "",
        "digest": made.digest,
        "verified": None,
        "authority": made.printed_title,
        "on_behalf_of": made.on_behalf_of_name,
    }


def confirm_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Confirm a reading; the reader comes back to the document."""
    response = answer(request, thing, command_of("revision", "confirm_reading"), record)
    return _lead_to(response, request, record_address(record.revision.document.record))


def new_revision_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Open a revision, and lead who writes it to the editor."""
    response = answer(request, thing, command_of("document", "new_revision"), record)
    if request.method != "POST" or response.status_code >= 400:
        return response
    opened = Revision.objects.filter(document_id=record.pk).select_related("record").latest("ordinal").record
    mine = opened.owner_id == person_of(request).pk and opened.revision.content_id is not None
    return _lead_to(response, request, command_address(opened, "save") if mine else record_address(opened))


def _lead_to(response: HttpResponseBase, request: HttpRequest, address: str) -> HttpResponseBase:
    """Send a person on to another page than the command's own, where it was carried out."""
    for header in ("HX-Redirect", "Location"):
        if request.method == "POST" and header in response.headers:
            response.headers[header] = address
    return response


def schedule_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Ask when a revision takes effect, by the clocks of its site; “at once” puts aside the day that is suggested."""
    if request.POST.get("at_once"):
        given = request.POST.copy()
        given.pop("effective_from", None)
        request.POST = given  # type: ignore[assignment]  # a copy that may be changed, in place of the frozen one
    with timezone.override(zone(record.unit)):
        return answer(request, thing, command_of("revision", "schedule"), record)

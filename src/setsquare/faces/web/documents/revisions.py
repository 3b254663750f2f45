"""The revisions of a document: all of them in a table, any two to compare."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from setsquare.domains.documents.authorship import authors_of
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.thing import CHANGES, REVISION
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.documents.heads import revision_name, state_of
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing

MOST = 200


def revisions_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show every revision that the person may see, the latest first."""
    context = head_of(request, thing, record, "revisions")
    visible = REVISION.visible_to(person_of(request)).filter(revision__document_id=record.pk)
    found = (
        Revision.objects.filter(record__in=visible)
        .select_related("record__owner")
        .order_by("-ordinal")[:MOST]
    )
    rows = list(found)
    context["rows"] = [
        _row(revision, authors, place)
        for place, (revision, authors) in enumerate(zip(rows, authors_of(rows), strict=True))
    ]
    days = [timezone.localdate(row["from"]) for row in context["rows"] if row["from"]]
    context["timed"] = len(set(days)) < len(
        days
    )  # two took effect on one day: the time of day tells them apart
    context["compare_url"] = reverse("document_compare", args=[record.number])
    return render(request, "documents/revisions.html.jinja", context)


def _row(revision: Revision, authors: list[User], place: int) -> dict[str, Any]:
    return {
        "ordinal": revision.ordinal,
        "label": revision_name(revision.ordinal),
        "number": revision.record.number,
        "url": record_address(revision.record),
        "state": state_of(revision.record),
        "kind": CHANGES[revision.kind],
        "editorial": revision.kind == Revision.Kind.EDITORIAL,
        "summary": revision.summary,
        "why": revision.reason,
        "authors": authors,
        "from": revision.effective_at,
        "planned": revision.effective_from if revision.effective_at is None else None,
        "until": revision.superseded_at,
        "pdf": reverse("revision_pdf", args=[revision.record.number]),
        "chosen": "to" if place == 0 else "from" if place == 1 else "",
    }

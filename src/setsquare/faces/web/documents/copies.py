"""Controlled copies: of one document, and the register of all that are out."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.commands.copies import OUTCOMES
from setsquare.domains.documents.models import ControlledCopy
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.queries import copies
from setsquare.domains.documents.rules import oversees
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing

ROWS = 100
SHOWN = ("out", "late", "recalled", "all")


def copies_shown(situation: Situation) -> bool:
    """Show the tab to those who oversee documents."""
    return oversees(situation)


def copies_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show the copies of a document, those that are out first."""
    context = head_of(request, thing, record, "copies")
    controls = CONTROL in context["situation"].permissions
    found = record.document.copies.select_related("holder", "revision__record", "issued_by")
    if not (controls or oversees(context["situation"])):
        found = found.filter(holder=person_of(request))
    rows = [_row(copy, record, controls=controls) for copy in found.order_by("-id")[:ROWS]]
    issue = next((command for command in context["commands"] if command["name"] == "issue_copy"), None)
    context |= {"copies": sorted(rows, key=lambda row: bool(row["settled"])), "issue": issue}
    return render(request, "documents/copies.html.jinja", context)


@signed_in
def copies_register(request: HttpRequest) -> HttpResponse:
    """Show every copy of the documents that the person controls, and those that they hold."""
    user = person_of(request)
    show = request.GET.get("show", "out")
    show = show if show in SHOWN else "out"
    today = timezone.localdate()
    found = copies(user, out_only=show != "all")
    if show == "late":
        found = found.filter(until__lt=today)
    elif show == "recalled":
        found = found.filter(recalled__isnull=False)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    controls = CONTROL in permissions_in(user, None)
    context = {
        "page_title": _("Controlled copies"),
        "page_lead": _("Printed and exported copies that were given out and have to come back."),
        "crumbs": [(DOCUMENT.plural, register_address(DOCUMENT)), (_("Controlled copies"), "")],
        "copies": [_row(copy, copy.document.record, controls=controls) for copy in page],
        "pages": page,
        "show": show,
        "choices": [
            {"label": label, "url": f"?{urlencode({'show': code})}", "current": code == show}
            for code, label in zip(SHOWN, (_("Out"), _("Overdue"), _("Recalled"), _("All")), strict=True)
        ],
        "register_url": register_address(DOCUMENT),
    }
    return render(request, "documents/copies_register.html.jinja", context)


def _row(copy: ControlledCopy, record: Record, *, controls: bool) -> dict[str, Any]:
    def command(name: str) -> str:
        return f"{command_address(record, name)}?{urlencode({'label': copy.label})}"

    settled = copy.reconciled is not None
    return {
        "label": _("Copy %(number)s of revision %(revision)s")
        % {"number": copy.number, "revision": copy.revision.ordinal},
        "document": {"number": record.number, "title": record.title, "url": record_address(record, "copies")},
        "holder": copy.holder,
        "place": copy.place,
        "until": copy.until,
        "issued": copy.issued,
        "issued_by": copy.issued_by,
        "recalled": copy.recalled,
        "reminded": copy.reminded,
        "settled": copy.reconciled,
        "note": copy.note,
        **_standing(copy, timezone.localdate()),
        "pdf": "" if settled else reverse("copy_pdf", args=[record.number, copy.label]),
        "recall": command("recall_copy") if controls and not settled and copy.recalled is None else "",
        "remind": command("remind_copy") if controls and not settled and copy.recalled is not None else "",
        "settle": command("reconcile_copy") if controls and not settled else "",
    }


def _standing(copy: ControlledCopy, today: dt.date) -> dict[str, Any]:
    """Return the word and colour of what is to be done about a copy."""
    if copy.reconciled is not None:
        return {"word": OUTCOMES[copy.outcome], "colour": "red" if copy.outcome == "lost" else "grey"}
    if copy.until is not None and copy.until < today:
        return {"word": _("Overdue"), "colour": "red"}
    if copy.recalled is not None:
        return {"word": _("Recalled"), "colour": "orange"}
    return {"word": _("Out"), "colour": "green"}

"""Who has to read a document: who has, who has not, by unit; and reminding them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.documents.deciding.asked import askings, is_read_early
from setsquare.domains.documents.models import Audience, Document, Revision
from setsquare.domains.documents.reading import (
    CONFIRMED,
    NOT_ASKED,
    OVERDUE,
    STANDINGS,
    WAITING,
    Reading,
    UnitReading,
    matrix,
    reading_by_unit,
)
from setsquare.domains.documents.rules import oversees
from setsquare.faces.web.addresses import command_address
from setsquare.faces.web.documents.heads import revision_name
from setsquare.faces.web.documents.standards import waiting_shown
from setsquare.faces.web.records.head import commands_shown, head_of
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, thing_of
from setsquare.kernel.writing.sentences import in_percent

PEOPLE = 100
"""People on a page."""
COLOURS = {CONFIRMED: "green", WAITING: "blue", OVERDUE: "red", NOT_ASKED: "grey"}


def words() -> dict[str, Label]:
    """Return how each standing of a reader is called."""
    return {
        OVERDUE: _("Overdue"),
        WAITING: _("Has to read it"),
        NOT_ASKED: _("Not asked yet"),
        CONFIRMED: _("Has read it"),
    }


def distribution_shown(situation: Situation) -> bool:
    """Show the tab to those who oversee the reading."""
    return oversees(situation)


def document_distribution(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show the reading of the revision in force."""
    context = head_of(request, thing, record, "distribution")
    document: Document = record.document
    return _page(request, context, document, document.current)


def revision_distribution(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show the reading of one revision."""
    context = head_of(request, thing, record, "distribution")
    revision: Revision = record.revision
    return _page(request, context, revision.document, revision)


def is_read(revision: Revision) -> bool:
    """Tell whether people were asked to read a revision: of what is or was in force, or waits for them."""
    return revision.effective_at is not None or is_read_early(revision)


def _page(
    request: HttpRequest, context: dict[str, Any], document: Document, revision: Revision | None
) -> HttpResponse:
    record: Record = context["record"]
    rows = Audience.objects.select_related("role", "unit", "person").order_by("id")
    prefetch_related_objects(
        [document], Prefetch("audience", rows)
    )  # asked for once, read several times below
    context |= {
        "audience": [_row(row) for row in document.audience.all()],
        "audience_command": _command(context["commands"], "set_audience"),
        "here": f"{context['here']}distribution/",
        "of": None,
        "effective_yet": revision is not None and is_read(revision),
        "waiting": waiting_shown(revision) if revision is not None else None,
        "decided": revision.decided if revision is not None else [],
        "may_see": oversees(context["situation"]),
    }
    if revision is None or not is_read(revision) or not context["may_see"]:
        return render(request, "documents/distribution.html.jinja", context)
    revision.document = document
    asked = askings(revision)
    by_unit = reading_by_unit(revision, asked)
    wanted, unit = _wanted(request, by_unit)
    found = matrix(revision, unit=unit, standing=wanted, asked=asked)
    pages = Paginator(found, PEOPLE)
    if not wanted and unit is None:
        pages.count = _sum(by_unit).people  # counted already
    page = pages.get_page(request.GET.get("page"))
    total = _sum(by_unit)
    context |= {
        "of": revision_name(revision.ordinal),
        "total": total,
        "share": in_percent(total.confirmed, total.people),
        "units": [_unit(item) for item in by_unit],
        "chart": _chart(by_unit),
        "people": page,
        "standing": wanted,
        "unit": unit,
        "standings": [(code, words()[code], COLOURS[code]) for code in STANDINGS],
        "told": words(),
        "colours": COLOURS,
        "remind": _remind(request, context, record, revision),
        "signature": revision.reading_signature,
    }
    return render(request, "documents/distribution.html.jinja", context)


def _wanted(request: HttpRequest, by_unit: list[UnitReading]) -> tuple[str, Unit | None]:
    standing = request.GET.get("standing", "")
    code = request.GET.get("unit", "")
    unit = next((item.unit for item in by_unit if item.unit is not None and item.unit.code == code), None)
    return (standing if standing in STANDINGS else ""), unit


def _command(commands: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((command for command in commands if command["name"] == name), None)


def _remind(
    request: HttpRequest, context: dict[str, Any], record: Record, revision: Revision
) -> dict[str, Any] | None:
    """Return the command that reminds the readers; it belongs to the revision."""
    if record.pk == revision.pk:
        return _command(commands_shown(context["situation"]), "remind")
    situation = Situation(context["situation"].actor, thing_of("revision"), revision.record)
    situation.permissions = context["situation"].permissions  # the unit is the document's
    situation.tasks = ()  # reminding asks for none
    url = command_address(revision.record, "remind")
    found = [
        {"url": url, "label": offer.command.label, "why_not": offer.why_not}
        for offer in offers(situation, ["remind"])
    ]
    return found[0] if found else None


def _row(row: Any) -> dict[str, str]:
    if row.person is not None:
        return {"icon": "user", "text": row.person.name, "hint": row.person.title}
    where = row.unit.name if row.unit is not None else ""
    if row.role is not None:
        return {"icon": "users", "text": row.role.name, "hint": where}
    return {"icon": "building", "text": where, "hint": _("everybody")}


def _unit(item: UnitReading) -> dict[str, Any]:
    return {
        "code": item.unit.code if item.unit else "",
        "name": item.unit.name if item.unit else _("Without a unit"),
        "reading": item.reading,
    }


def _sum(by_unit: list[UnitReading]) -> Reading:
    readings = [item.reading for item in by_unit]
    return Reading(
        people=sum(r.people for r in readings),
        confirmed=sum(r.confirmed for r in readings),
        waiting=sum(r.waiting for r in readings),
        overdue=sum(r.overdue for r in readings),
    )


def _chart(by_unit: list[UnitReading]) -> dict[str, Any]:
    """Return the bars of the units, those with the most people first."""
    shown = sorted(by_unit, key=lambda item: -item.reading.people)[:20]
    names = words()
    return {
        "kind": "bar",
        "horizontal": True,
        "stacked": True,
        "axis": _("Unit"),
        "unit": "",
        "labels": [_unit(item)["name"] for item in shown],
        "series": [
            {"name": str(names[CONFIRMED]), "values": [item.reading.confirmed for item in shown]},
            {"name": str(names[WAITING]), "values": [item.reading.waiting for item in shown]},
            {"name": str(names[OVERDUE]), "values": [item.reading.overdue for item in shown]},
        ],
        "colours": ["green", "blue", "red"],
    }

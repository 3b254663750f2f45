"""The heat map: the people whose competence somebody follows beside the components that are asked of them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.cells import Stand, components_in, counted, stand
from setsquare.domains.competence.gaps.standing import ENOUGH, Cell
from setsquare.domains.competence.gaps.totals import coverage
from setsquare.domains.competence.models import Component
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.gaps.asking import Asked
from setsquare.faces.web.gaps.words import told
from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.keyset import CursorError, Cut, Key, cut

PEOPLE = 25
"""People on a page."""
COLUMNS = 40
"""Components beside each other."""
BY_NAME = Key("name", User._meta.get_field("name"))


def page_of(people: QuerySet[User], cursor: str, limit: int = PEOPLE) -> Cut[User]:
    """Return the page of people at which a cursor points, the first where it points nowhere."""
    try:
        return cut(people, BY_NAME, descending=False, limit=limit, cursor=cursor, name="competence.gaps")
    except CursorError:
        return cut(people, BY_NAME, descending=False, limit=limit, name="competence.gaps")


@dataclass
class Sheet:
    """The people on a page, the components that are asked of any of them, of most of them first, and how they stand."""

    asked: Asked

    def __post_init__(self) -> None:
        self.page = page_of(self.asked.people, self.asked.request.GET.get("after", ""))
        self.found = stand(self.page.rows, self.asked.asking, self.asked.asks)
        concerned = Counter(component for _person, component in self.found.cells)
        every = components_in(self.asked.asks)
        self.left_out = len(every) - len(concerned)
        parts = sorted((one for one in every if one.pk in concerned), key=lambda one: -concerned[one.pk])
        self.parts = [parts[at : at + COLUMNS] for at in range(0, len(parts), COLUMNS)]
        given = self.asked.request.GET.get("columns", "")
        wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
        self.place = min(max(wanted, 1), max(len(self.parts), 1))
        self.columns = self.parts[self.place - 1] if self.parts else []


@signed_in
def heat_page(request: HttpRequest) -> HttpResponse:
    """Show people beside components."""
    asked = Asked(request)
    sheet = Sheet(asked)
    page, after = sheet.page, request.GET.get("after", "")
    here = view_address("competence_gaps")
    context = asked.frame(
        _("Competence gaps"),
        _("What is asked of the people whose competence you follow, and what they hold."),
        "competence_gaps",
    )
    context |= {
        "crumbs": [(_("Competence gaps"), "")],
        "here": here,
        "columns": sheet.columns,
        "left_out": sheet.left_out,
        "people": [_row(person, sheet.found, sheet.columns, asked) for person in page.rows],
        "totals_url": view_address("gaps_totals") + asked.query(columns=str(sheet.place), after=after),
        "next": here + asked.query(after=page.next) if page.next else "",
        "previous": here + asked.query(after=page.previous) if page.previous else "",
        "column_pages": [
            (
                f"{(at - 1) * COLUMNS + 1}–{(at - 1) * COLUMNS + len(part)}",
                here + asked.query(columns=str(at), after=after),
                at == sheet.place,
            )
            for at, part in enumerate(sheet.parts, 1)
        ],
        "exports": asked.exports("people"),
    }
    return render(request, "gaps/heat.html.jinja", context)


def _row(person: User, found: Stand, columns: list[Component], asked: Asked) -> dict[str, Any]:
    cells = found.of(person)
    counts = counted(cells.values())
    return {
        "person": person,
        "url": view_address("gaps_person", person.username) + asked.query(unit="", q="", gaps="", profile=""),
        "enough": sum(counts.get(one, 0) for one in ENOUGH),
        "asked": len(cells),
        "cells": [shown(cells.get(one.pk)) for one in columns],
    }


def shown(cell: Cell | None) -> dict[str, Any] | None:
    """Return a cell as the heat map shows it; None where nothing is asked."""
    if cell is None:
        return None
    return {"standing": cell.standing, "level": cell.level, "required": cell.required, "told": told(cell)}


@signed_in
def totals_part(request: HttpRequest) -> HttpResponse:
    """Show the line of the heat map that counts everybody; asked for after the first screen, as it takes longer."""
    asked = Asked(request)
    totals = coverage(asked.counted, asked.asking, Sheet(asked).columns)
    context = {"totals": totals, "number": asked.people.count()}
    return render(request, "gaps/totals.html.jinja", context)

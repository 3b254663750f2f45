"""The training matrix on the screen, and as a table to take away."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.organisation.thing import PEOPLE as RECORDS_OF_PEOPLE
from setsquare.domains.training.matrix import NOT_NEEDED, STANDINGS, Cell, cells
from setsquare.domains.training.models import Course
from setsquare.domains.training.standings import HAVE, Tally, of_courses, with_lacks
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.addresses import numbered, view_address
from setsquare.faces.web.exports import CSV, csv_rows, sent
from setsquare.faces.web.training.asking import FORMS, SIGNS, Asked, words
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.database.keyset import CursorError, Cut, Key, cut
from setsquare.kernel.records.things import Label
from setsquare.kernel.representation.workbooks import XLSX, xlsx_parts

PEOPLE = 25
"""People on a page."""
AT_A_TIME = 200
"""People whom an export asks for at once."""
BY_NAME = Key("name", User._meta.get_field("name"))


BY_UNIT, BY_LACKS = "unit", "lacks"
KEYS = {
    BY_UNIT: Key("unit__name", Unit._meta.get_field("name"), nullable=True),
    BY_LACKS: Key("lacks", IntegerField()),
}
"""By what people are sorted otherwise than by name."""


def _page(asked: Asked) -> Cut[User]:
    """Return a page of the people in the order that is asked for; from another order’s place the first one."""
    people, cursor, sort = asked.people, asked.request.GET.get("after", ""), asked.wanted.get("sort", "")
    if sort == BY_LACKS:
        people = with_lacks(people, asked.courses)
    key, name = KEYS.get(sort, BY_NAME), f"training.matrix.{sort if sort in KEYS else 'name'}"
    down = sort == BY_LACKS
    try:
        return cut(people, key, descending=down, limit=PEOPLE, cursor=cursor, name=name)
    except CursorError:
        return cut(people, key, descending=down, limit=PEOPLE, name=name)


@dataclass
class Sheet:
    """The people on a page, the courses that concern any of them, what concerns most first, and how they stand."""

    asked: Asked

    def __post_init__(self) -> None:
        asked = self.asked
        self.page = _page(asked)
        self.cells = cells(self.page.rows, asked.courses)
        concerned = Counter(course for (_who, course), cell in self.cells.items() if not blank(cell))
        self.courses = [one for one in asked.courses if asked.whole or one.pk in concerned]
        if not asked.whole:
            self.courses.sort(key=lambda one: -concerned[one.pk])
        self.pages = _pages(asked.user, self.page.rows)
        self.columns, self.place = asked.beside(self.courses)

    def row(self, person: User, told: dict[str, Label]) -> dict[str, Any]:
        """Return a person as the matrix shows them, with how many courses they need and have of all."""
        own = [self.cells[person.pk, course.pk] for course in self.asked.courses]
        return {
            "person": person,
            "url": self.pages.get(person.pk, ""),
            "tally": tally(own),
            "cells": [_shown(self.cells[person.pk, course.pk], course, told) for course in self.columns],
        }


def _pages(user: User, people: Sequence[User]) -> dict[int, str]:
    """Return where the training record of each of the people stands whose page the reader may see; one query."""
    seen = RECORDS_OF_PEOPLE.visible_to(user).filter(person_file__user__in=people)
    return {
        person: f"{numbered('person', number)}training/"
        for person, number in seen.values_list("person_file__user", "number")
    }


def blank(cell: Cell) -> bool:
    """Tell whether somebody neither needs a course nor ever had it."""
    return cell.standing == NOT_NEEDED and not cell.evidence


def tally(own: Sequence[Cell]) -> Tally:
    """Return how many courses somebody needs, and how many of these they have."""
    needed = [cell.standing in HAVE for cell in own if cell.needed]
    return Tally(len(needed), sum(needed))


@signed_in
def matrix_page(request: HttpRequest) -> HttpResponse:
    """Show who needs and holds which course."""
    asked = Asked(request)
    here, after = view_address("training_matrix"), request.GET.get("after", "")
    sheet = Sheet(asked)
    told = words()
    lead = _("Whose training you follow: who needs which course, and until when it is held.")
    context = asked.frame(_("Training matrix"), lead, "training_matrix", sheet.columns)
    kept = {"columns": str(sheet.place) if sheet.place > 1 else ""}
    page = sheet.page
    context |= {
        "people": [sheet.row(one, told) for one in page.rows],
        "any_course": bool(asked.courses),
        "whole": asked.whole,
        "legend": [(told[code], SIGNS[code]) for code in STANDINGS],
        "standings": [(code, told[code]) for code in STANDINGS if code != NOT_NEEDED],
        "sorts": [("", _("Name")), (BY_UNIT, _("Unit")), (BY_LACKS, _("How much they lack"))],
        "roles": Role.objects.order_by("name").values_list("code", "name"),
        "everything_url": here + asked.query(all="1"),
        "totals_url": view_address("training_totals") + asked.query(after=after, **kept),
        "next": here + asked.query(after=page.next) if page.next else "",
        "previous": here + asked.query(after=page.previous) if page.previous else "",
        "column_pages": asked.column_pages(sheet.courses, here, after=after),
    }
    return render(request, "training/matrix.html.jinja", context)


@signed_in
def totals_part(request: HttpRequest) -> HttpResponse:
    """Show the line that counts everybody, and how many are left out; asked for after the first screen."""
    asked = Asked(request)
    sheet = Sheet(asked)
    totals = of_courses(asked.narrowed, sheet.columns)
    number = asked.narrowed.count()
    context = {
        "totals": [totals.get(course.pk, Tally()) for course in sheet.columns],
        "number": number,
        "people_out": number - asked.people.count(),
        "courses_out": len(asked.courses) - len(sheet.courses),
        "everything_url": view_address("training_matrix") + asked.query(all="1"),
    }
    return render(request, "training/totals.html.jinja", context)


def _shown(cell: Cell, course: Course, told: dict[str, Label]) -> dict[str, Any]:
    where = ("certificate", cell.evidence) if cell.evidence else ("course", course.record.number)
    return {
        "word": told[cell.standing],
        "sign": SIGNS[cell.standing],
        "until": cell.last,
        "needed": cell.needed,
        "blank": blank(cell),
        "url": numbered(*where),
    }


@signed_in
def matrix_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the whole matrix, narrowed as on the screen: a row for each person, a column for each course."""
    if form not in FORMS:
        raise Http404
    asked = Asked(request)
    people = asked.narrowed.order_by("name", "pk")
    head = [str(_("Person")), str(_("Sign-in name")), str(_("Unit")), str(_("Needs")), str(_("Has of it"))]
    head += [f"{course.record.number} {course.record.title}" for course in asked.courses]
    name = f"training-matrix-{timezone.localdate().isoformat()}.{form}"
    rows = _rows(people, asked.courses)
    if form == "csv":
        return sent(csv_rows(head, rows), name, CSV)
    return sent(xlsx_parts(str(_("Training matrix")), head, rows), name, XLSX)


def _rows(people: QuerySet[User], courses: Sequence[Course]) -> Iterator[list[Any]]:
    """Yield the rows of an export, some people at a time, each portion begun where the last ended."""
    told, cursor = words(), ""
    while True:
        page = cut(people, BY_NAME, descending=False, limit=AT_A_TIME, cursor=cursor, name="training.export")
        found = cells(page.rows, courses)
        for person in page.rows:
            own = [found[person.pk, course.pk] for course in courses]
            yield [
                person.name,
                person.username,
                person.unit.name if person.unit is not None else "",
                *tally(own),
                *(_told(cell, told) for cell in own),
            ]
        if not (cursor := page.next):
            return


def _told(cell: Cell, told: dict[str, Label]) -> str:
    if blank(cell):
        return ""
    day = cell.last.isoformat() if cell.last is not None else ""
    return f"{told[cell.standing]} {day}".strip()

"""Roles beside courses: which role needs what, and how many of its people have it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.models import Course
from setsquare.domains.training.standings import RoleLine, of_roles
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.exports import CSV, csv_rows, sent
from setsquare.faces.web.training.asking import FORMS, Asked, heads
from setsquare.kernel.representation.workbooks import XLSX, xlsx_parts

NAMES = ("unit", "course")


@signed_in
def roles_page(request: HttpRequest) -> HttpResponse:
    """Show by what roles beside courses can be narrowed; the table comes after it, as it counts everybody."""
    asked = Asked(request, NAMES)
    lead = _(
        "How many holders of a role need a course, and how many of them have it, as far as you follow them."
    )
    context = asked.frame(_("Training matrix of roles"), lead, "training_roles", ())
    _beside, place = asked.beside(asked.courses)
    context |= {
        "any_course": bool(asked.courses),
        "column_pages": asked.column_pages(asked.courses, context["here"]),
        "table_url": view_address("training_roles_table") + asked.query(columns=str(place)),
    }
    return render(request, "training/roles.html.jinja", context)


@signed_in
def roles_table(request: HttpRequest) -> HttpResponse:
    """Show the table of roles beside courses."""
    asked = Asked(request, NAMES)
    beside, _place = asked.beside(asked.courses)
    lines = [line for line in of_roles(asked.within, beside) if line.tallies]
    columns = [one for one in beside if any(one.pk in line.tallies for line in lines)]
    context = {"courses": heads(columns), "rows": [_row(line, columns, asked) for line in lines]}
    return render(request, "training/roles_table.html.jinja", context)


def _row(line: RoleLine, columns: Sequence[Course], asked: Asked) -> dict[str, Any]:
    return {
        "role": line.role,
        "people": line.people,
        "url": view_address("training_matrix") + asked.query(role=line.role.code),
        "cells": [_cell(line, course, asked) for course in columns],
    }


def _cell(line: RoleLine, course: Course, asked: Asked) -> dict[str, Any] | None:
    tally = line.tallies.get(course.pk)
    if tally is None:
        return None
    narrowed = asked.query(role=line.role.code, course=course.record.number, lacking="1")
    return {
        "tally": tally,
        "colour": "green" if tally.have == tally.needed else "orange" if tally.have else "red",
        "of_role": course.pk in line.named,
        "url": view_address("training_matrix") + narrowed if tally.have < tally.needed else "",
    }


@signed_in
def roles_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send a row for each role and course that somebody who holds it needs."""
    if form not in FORMS:
        raise Http404
    asked = Asked(request, NAMES)
    head = [
        _("Role"),
        _("People"),
        _("Course"),
        _("Title"),
        _("By the role"),
        _("Needed by"),
        _("Have it"),
        _("Share in %"),
    ]
    name = f"training-roles-{timezone.localdate().isoformat()}.{form}"
    heads = [str(one) for one in head]
    rows = _rows(asked)
    if form == "csv":
        return sent(csv_rows(heads, rows), name, CSV)
    return sent(xlsx_parts(str(_("Roles")), heads, rows), name, XLSX)


def _rows(asked: Asked) -> Iterator[list[Any]]:
    yes, no = str(_("Yes")), str(_("No"))
    for line in of_roles(asked.within, asked.courses):
        for course in asked.courses:
            if tally := line.tallies.get(course.pk):
                named = yes if course.pk in line.named else no
                about = [line.role.name, line.people, course.record.number, course.record.title, named]
                yield [*about, tally.needed, tally.have, tally.share]

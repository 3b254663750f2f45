"""What somebody is able to by frameworks: now, on a chosen day, and how it came to be."""

import datetime as dt
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.competence.asking import day_asked
from setsquare.domains.competence.assessment import ASSESSMENTS
from setsquare.domains.competence.standing import (
    Line,
    changes_of,
    held_by,
    moment_of,
    person_seen,
    told_with_before,
)
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import create_address, record_address, register_address, view_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import Label

CHANGES = 50
"""Changes on a page."""


@signed_in
def of_page(request: HttpRequest, username: str) -> HttpResponse:
    """Show what a person whom one leads or may assess is able to, or oneself."""
    person = person_seen(person_of(request), username)
    if person is None:
        raise Http404
    return _page(request, person)


@signed_in
def mine_page(request: HttpRequest) -> HttpResponse:
    """Show one's own competence."""
    return _page(request, person_of(request))


def _page(request: HttpRequest, person: User) -> HttpResponse:
    reader = person_of(request)
    given = request.GET.get("at", "").strip()
    day, wrong = _day(given)
    own = person.pk == reader.pk
    title = _("My competence") if own else _("Competence of %(name)s") % {"name": person.name}
    pages = Paginator(changes_of(person), CHANGES).get_page(request.GET.get("page"))
    asked = {"person": person.username, "method": "self" if own else "manager"}
    context: dict[str, Any] = {
        "page_title": title,
        "page_lead": _("What was agreed in assessments and still holds, and how it came to be."),
        "crumbs": [(ASSESSMENTS.plural, register_address(ASSESSMENTS)), (title, "")],
        "here": view_address("competence_of", person.username),
        "at": given,
        "day": day,
        "wrong": wrong,
        "frameworks": [
            {"record": record, "url": record_address(record), "lines": [_line(line) for line in lines]}
            for record, lines in groupby(
                held_by(person, reader, moment_of(day, person)), key=lambda line: line.framework
            )
        ],
        "changes": [_line(line) for line in told_with_before(list(pages.object_list), reader)],
        "pages": pages,
        "query": [("at", given)] if given else [],
        "assessments_url": f"{register_address(ASSESSMENTS)}?{urlencode({'person': person.username})}",
        "begin_url": f"{create_address(ASSESSMENTS, 'begin')}?{urlencode(asked)}" if person.is_active else "",
        "own": own,
    }
    return render(request, "assessing/of.html.jinja", context)


def _day(given: str) -> tuple[dt.date | None, Label]:
    """Return the day that was asked for, and what is wrong with it."""
    try:
        return day_asked(given), ""
    except Refused as refused:
        return None, refused.fields["at"]


def _line(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "code": line.code,
        "title": line.component,
        "framework": line.framework,
        "level": line.level,
        "rank": row.level,
        "before": line.before,
        "since": row.since,
        "until": line.last,
        "given": row.given,
        "ended": row.ended if row.level else None,
        "evidence": line.evidence.number if line.evidence is not None else "",
        "evidence_url": record_address(line.evidence) if line.evidence is not None else "",
    }

"""What whoever runs training has to look after: counted on their first page, each line leads to those it counts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from setsquare.domains.training.matrix import (
    EXPIRED,
    GRACE,
    MISSING,
    RETRAIN,
    SOON,
    courses_shown,
    people_shown,
)
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.standings import by_standing
from setsquare.domains.training.thing import CERTIFICATES, COURSES, SESSIONS
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import register_address, view_address
from setsquare.faces.web.navigation import reach_of
from setsquare.faces.web.training.asking import SIGNS, words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.registers import select
from setsquare.kernel.records.things import Label, Thing

PRESSING = (MISSING, EXPIRED, GRACE, RETRAIN, SOON)
"""How people stand who are counted, the most pressing first."""


def training_address(request: HttpRequest) -> str:
    """Return where the block is asked for by who runs training somewhere; empty for everybody else."""
    return view_address("training_running") if MANAGE in reach_of(request).permissions else ""


@require_GET
@signed_in
def running_page(request: HttpRequest) -> HttpResponse:
    """Show how many people and records wait for who runs training; by five queries, however many there are."""
    user = person_of(request)
    lines = [*_people(user), *_records(user)]
    return render(
        request, "training/running.html.jinja", {"lines": [line for line in lines if line["count"]]}
    )


def _people(user: User) -> list[dict[str, Any]]:
    counts = by_standing(people_shown(user), list(courses_shown(user)))
    told = words()
    return [
        {
            "count": counts.get(standing, 0),
            "label": told[standing],
            "sign": SIGNS[standing],
            "note": ngettext("person", "people", counts.get(standing, 0)),
            "url": f"{view_address('training_matrix')}?standing={standing}",
        }
        for standing in PRESSING
    ]


def _records(user: User) -> list[dict[str, Any]]:
    """Return what waits of certificates, sessions and courses: each by the filter of its register."""
    asked: list[tuple[Thing, Label, str, dict[str, str]]] = [
        (CERTIFICATES, _("Certificates that wait for verification"), "purple", {"state": "submitted"}),
        (SESSIONS, _("Sessions without attendance"), "orange", {"left_open": "attendance"}),
        (SESSIONS, _("Sessions held and not closed"), "teal", {"left_open": "closing"}),
        (COURSES, _("Courses that nobody can complete"), "red", {"state": "offered", "completed": "nobody"}),
    ]
    return [
        {
            "count": select(thing, user, filters={code: [value] for code, value in given.items()}).count(),
            "label": label,
            "colour": colour,
            "note": "",
            "url": register_address(thing, **given),
        }
        for thing, label, colour, given in asked
    ]

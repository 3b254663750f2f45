"""What a person needs, what they hold and until when, and where they can get it."""

import datetime as dt
from typing import Any

from django.db.models import Case, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.matrix import (
    EXPIRED,
    NOT_NEEDED,
    STANDINGS,
    VALID,
    Cell,
    cells,
    courses_shown,
)
from setsquare.domains.training.models import TrainingSession
from setsquare.domains.training.needs import A_MOMENT
from setsquare.domains.training.reasons import why_needed
from setsquare.domains.training.thing import CERTIFICATES, COURSES, SESSIONS
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.faces.web.navigation import reach_of
from setsquare.faces.web.training.asking import SIGNS, words
from setsquare.flows.gaps_to_courses import asked_by_profiles
from setsquare.kernel.accounts.models import UnitPath, User
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task


@signed_in
def mine_page(request: HttpRequest) -> HttpResponse:
    """Show a person their own training."""
    user = person_of(request)
    submits = any(command.name == "submit" for command in reach_of(request).creating.get("certificate", ()))
    context = {
        "page_title": _("My training"),
        "page_lead": _("What you need, what you hold, and until when."),
        "crumbs": [(COURSES.plural, register_address(COURSES)), (_("My training"), "")],
        "rows": _rows(user),
        "submit_url": f"{register_address(CERTIFICATES)}new/submit/" if submits else "",
        "certificates_url": f"{register_address(CERTIFICATES)}?person=me",
        "courses_url": register_address(COURSES),
    }
    return render(request, "training/mine.html.jinja", context)


def _rows(user: User) -> list[dict[str, Any]]:
    """Return the courses that a person needs or holds, by urgency: what is due, what else is open, what is done."""
    courses = list(courses_shown(user).select_related("record__owner", "quiz"))
    found = cells([user], courses)
    tasks = Task.objects.filter(assignee=user, kind="train", done__isnull=True)
    due = dict(tasks.values_list("record_id", "due"))
    coming = _sessions(user, [course.pk for course in courses])
    told, reasons, waiting = words(), why_needed(user, asked_by_profiles), _waiting(user)
    rows = []
    for course in courses:
        cell = found[user.pk, course.pk]
        handed_in = waiting.get(course.pk)
        if cell.standing == NOT_NEEDED and not cell.evidence and handed_in is None:
            continue
        session = coming.get(course.pk)
        lapsed = cell.standing == NOT_NEEDED and bool(cell.evidence)
        rows.append(
            {
                "order": _order(cell, due.get(course.pk)),
                "number": course.record.number,
                "title": course.record.title,
                "url": numbered("course", course.record.number),
                "word": told[EXPIRED if lapsed else cell.standing],
                "sign": SIGNS[cell.standing],
                "needed": cell.needed,
                "how": course.completed_how if cell.needed and cell.standing != VALID else "",
                "why": reasons.get(course.pk, ()),
                "until": cell.last,
                "due": last_day(due[course.pk] + A_MOMENT) if course.pk in due else None,
                "late": course.pk in due and due[course.pk] < timezone.now(),
                "certificate": cell.evidence,
                "certificate_url": numbered("certificate", cell.evidence) if cell.evidence else "",
                "handed_in": handed_in,
                "handed_in_url": numbered("certificate", handed_in.number) if handed_in else "",
                "session": session,
                "session_url": numbered("training_session", session.record.number) if session else "",
            }
        )
    return sorted(rows, key=lambda row: (row["order"], row["number"]))


def _order(cell: Cell, due: dt.datetime | None) -> tuple[int, float, int]:
    """Return where a course stands: asked for by a day, the earliest first and so what is overdue; open; done."""
    place = STANDINGS.index(cell.standing)
    if due is not None:
        return (0, due.timestamp(), place)
    return (1 if cell.needed and cell.standing != VALID else 2, 0, place)


def _waiting(user: User) -> dict[int, Record]:
    """Return the newest certificate of the person, for each course, that waits for somebody to verify it."""
    seen = CERTIFICATES.visible_to(user).filter(state="submitted", certificate__person=user)
    return {row.certificate.course_id: row for row in seen.select_related("certificate").order_by("pk")}


def _sessions(user: User, courses: list[int]) -> dict[int, TrainingSession]:
    """Return the next session of each of these courses: one of the person's unit, above or below, else any."""
    seen = SESSIONS.visible_to(user).filter(state="planned", training_session__starts__gt=timezone.now())
    rows = TrainingSession.objects.filter(pk__in=seen.values("pk"), course__in=courses)
    above = UnitPath.objects.filter(descendant=user.unit_id).values("ancestor_id")
    below = UnitPath.objects.filter(ancestor=user.unit_id).values("descendant_id")
    near = Q(record__unit__in=above) | Q(record__unit__in=below)
    rows = rows.annotate(elsewhere=Case(When(near, then=Value(1)), default=Value(2)))
    return {
        row.course_id: row for row in rows.select_related("record").order_by("-elsewhere", "-starts", "-pk")
    }

"""When a course is given and who holds it, on its own page: asked for after the first screen."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from setsquare.domains.training.models import Course, TrainingSession
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.roster import has_places
from setsquare.domains.training.rules import IN_SESSIONS
from setsquare.domains.training.thing import CERTIFICATES, COURSES, SESSIONS
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import create_address, numbered, register_address, view_address
from setsquare.faces.web.navigation import reach_of
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

MOST = 10
"""Coming sessions, and people who hold the course, that the page names."""
MOST_PAST = 5


def given_part(_request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Return where to ask for the sessions and the holders of a course."""
    return {"given_url": view_address("course_given", record.number)}


@require_GET
@signed_in
def given_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the sessions of a course, those to come first, and who holds it, as far as the reader may see that."""
    record = record_at(request, COURSES, number)
    user = person_of(request)
    seen = SESSIONS.visible_to(user).filter(training_session__course=record.pk)
    held = holding().filter(subject=record, topic="", user__is_active=True)
    certificates = CERTIFICATES.visible_to(user).filter(certificate__course=record.pk)
    shown = held.filter(evidence__in=certificates.values("pk"))
    counts = Record.objects.filter(pk=record.pk).values_list(*(_count(rows) for rows in (seen, held, shown)))
    sessions, every, known = (count or 0 for count in counts.get())
    context = {
        **_sessions(record, seen, sessions, user),
        **_holders(record, shown, every, known),
        **_planning(request, record),
    }
    return render(request, "training/course.html.jinja", context)


def _count(rows: QuerySet[Any]) -> Subquery:
    plain = rows.order_by().annotate(one=Value(1)).values("one")
    return Subquery(plain.annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def _sessions(record: Record, seen: QuerySet[Record], count: int, user: User) -> dict[str, Any]:
    groups = _groups(seen, user) if count else []
    return {
        "session_count": count,
        "session_groups": groups,
        "sessions_url": register_address(SESSIONS, course=record.number),
    }


def _groups(seen: QuerySet[Record], user: User) -> list[tuple[Label, list[dict[str, Any]]]]:
    """Return the next sessions, the soonest first, and the last ones, the newest first, by one query."""
    now = timezone.now()
    found = TrainingSession.objects.filter(pk__in=seen.values("pk"))
    coming = found.filter(starts__gt=now).exclude(record__state="cancelled").order_by("starts", "pk")[:MOST]
    past = found.filter(starts__lte=now).order_by("-starts", "-pk")[:MOST_PAST]
    taken = Count("attendances", filter=Q(attendances__waiting=False))
    listed = TrainingSession.objects.filter(Q(pk__in=coming.values("pk")) | Q(pk__in=past.values("pk")))
    running = Q(trainer=user) | Q(record__owner=user) | Q(record__unit__in=units_where(user, MANAGE))
    runs = Case(When(running, then=Value(value=True)), default=Value(value=False))
    listed = listed.select_related("record", "trainer").annotate(taken=taken, runs=runs)
    told = list(listed.order_by("starts", "pk"))
    ahead = [session for session in told if session.starts > now]
    behind = [session for session in reversed(told) if session.starts <= now]
    groups = ((_("Coming"), ahead), (_("Past"), behind))
    return [(label, _rows(sessions)) for label, sessions in groups if sessions]


def _rows(sessions: Iterable[TrainingSession]) -> list[dict[str, Any]]:
    rows = []
    for session in sessions:
        told = vars(session)["runs"]  # others learn only whether a place is left
        word = state_shown(SESSIONS, session.record.state)
        rows.append(
            {
                "number": session.record.number,
                "url": numbered("training_session", session.record.number),
                "starts": session.starts,
                "place": session.place,
                "trainer": session.trainer,
                "places": session.places if told or has_places(session, session.record.state) else "",
                "word": word.text,
                "colour": word.extra,
            }
        )
    return rows


def _holders(record: Record, shown: QuerySet[Qualification], every: int, known: int) -> dict[str, Any]:
    first = shown.select_related("user__unit", "evidence").order_by(
        F("until").asc(nulls_last=True), "user__name"
    )
    return {
        "holder_count": every,
        "holders_seen": known,
        "holders": [
            {
                "person": row.user,
                "unit": row.user.unit.name if row.user.unit is not None else "",
                "until": last_day(row.until),
                "certificate": row.evidence.number,
                "url": numbered("certificate", row.evidence.number),
            }
            for row in (first[:MOST] if known else ())
        ],
        "holders_url": register_address(CERTIFICATES, course=record.number, state="valid"),
    }


def _planning(request: HttpRequest, record: Record) -> dict[str, Any]:
    """Return where a session of the course is planned, for who may; of a draft why that cannot be done yet.

    Where the course names trainers, the first of them is proposed.
    """
    course: Course = record.course
    may = course.kind in IN_SESSIONS and any(
        one.name == "create" for one in reach_of(request).creating.get("training_session", ())
    )
    if not may or record.state == "retired":
        return {"plan_url": "", "plan_not": ""}
    why: Label = (
        "" if record.state == "offered" else _("Offer the course first; then its sessions are planned.")
    )
    first = course.trainers.filter(is_active=True).order_by("name").values_list("username", flat=True).first()
    told = urlencode({"course": record.number, **({"trainer": first} if first else {})})
    return {"plan_url": f"{create_address(SESSIONS, 'create')}?{told}", "plan_not": why}

"""Fills the database of ``competence.py`` with sessions and development plans, which thousands have as well."""

import datetime as dt
from itertools import islice
from typing import Any

from competence_people import NOW, _many, _people, _row
from django.db import transaction
from django.utils import timezone

from setsquare.domains.development.models import Action, DevelopmentPlan, Target
from setsquare.domains.training.models import Attendance, Course, TrainingSession
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record

SESSIONS, SEATS, LARGE = 1_000, 15, 1_000
"""Sessions, how many take part in each, and how many in the first."""
PARTS = 3
"""Targets and actions of a plan."""


def seed_sessions(head: User) -> None:
    """Fill a database that has people, courses and components with sessions, and a plan for everybody."""
    with transaction.atomic():
        _sessions(head)
        _plans(head)


def _sessions(head: User) -> None:
    courses = list(Course.objects.order_by("record__number"))
    people = list(_people())
    records = Record.objects.bulk_create(
        _row(head, "training_session", f"TS-{at:05}", "Session", "planned" if at % 2 == 0 else "closed")
        for at in range(SESSIONS)
    )
    rows, seats = [], []
    for at, record in enumerate(records):
        starts = NOW + dt.timedelta(days=at % 90 + 1 if at % 2 == 0 else -(at % 700) - 1)
        session = TrainingSession(
            record=record,
            course=courses[at % len(courses)],
            starts=starts,
            ends=starts + dt.timedelta(hours=4),
            place="Room 7",
            trainer=head,
            capacity=LARGE + 20,
        )
        rows.append(session)
        taking = people[:LARGE] if at == 0 else [people[(at * 7 + one) % len(people)] for one in range(SEATS)]
        seats += [Attendance(session=session, person=person) for person in dict.fromkeys(taking)]
    _many(TrainingSession, rows)
    _many(Attendance, seats)


def _plans(head: User) -> None:
    framework = Record.objects.get(number="FW-001")
    people = [head, *_people()]
    records = Record.objects.bulk_create(
        _row(head, "development_plan", f"DP-{at:05}", person.name, "agreed" if at % 5 else "draft", person)
        for at, person in enumerate(people)
    )
    today = timezone.localdate()
    plans: list[Any] = [
        DevelopmentPlan(
            record=record,
            person=person,
            mentor=head if at % 20 == 1 else None,
            aim="Does it alone.",
            begins=today,
            ends=today + dt.timedelta(days=365),
        )
        for at, (record, person) in enumerate(zip(records, people, strict=True))
    ]
    _many(DevelopmentPlan, plans)
    due = today + dt.timedelta(days=90)
    topics = [f"C-{place:03}" for place in islice(range(0, 200, 7), PARTS)]
    _many(
        Target,
        (
            Target(plan=plan, number=number, subject=framework, topic=topic, level=2, due=due)
            for plan in plans
            for number, topic in enumerate(topics, 1)
        ),
    )
    _many(
        Action,
        (
            Action(plan=plan, number=number, what="Tries it.", kind="on_the_job", responsible=head, due=due)
            for plan in plans
            for number in range(1, PARTS + 1)
        ),
    )

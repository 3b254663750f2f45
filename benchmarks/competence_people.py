"""Fills a database with people, what is asked of them and what they have: for ``competence.py``, the same at every run.

Rows that thousands have are written directly, as no command could in reasonable time; rules of authority and what they
are asked at are made by commands.
"""

import argparse
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from setsquare.domains.competence.content import Content, Descriptor, Item, Level
from setsquare.domains.competence.keeping import written
from setsquare.domains.competence.models import (
    Assessment,
    Component,
    Framework,
    ProfileHolding,
    ProfileRequirement,
    ProfileTitle,
    Rating,
    RoleProfile,
)
from setsquare.domains.organisation.bootstrap import add_person, add_unit, establish, grant
from setsquare.domains.training.models import Certificate, Course, Requirement
from setsquare.kernel.accounts.models import Grant, Role, Unit, User
from setsquare.kernel.database.sizes import look_at_sizes
from setsquare.kernel.files.texts import keep_text
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import key_of

LEVELS, UNITS, ASSESSORS = 4, 10, 20
FOR_EVERYBODY = 20
"""Courses that everybody needs; of the others each unit needs its share."""
ASSESSED = 1_000
"""People with two assessments."""
RATED = 20
"""Components that an assessment rates."""
PASSWORD = "bench only, never served"  # noqa: S105
CHANCE = random.Random(20_26)  # noqa: S311 - not secret
NOW = timezone.now()


def seed(asked: argparse.Namespace) -> None:
    """Fill the empty database, and have it look at its tables."""
    head = _organisation(asked)
    with transaction.atomic():
        framework, components = _framework(head, asked.requirements)
        _profiles(head, asked, framework, components)
        _courses(head, asked)
        _assessments(head, framework, components)
    look_at_sizes()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _organisation(asked: argparse.Namespace) -> User:
    """Make units and people, who all have the role of a reader; return who measures."""
    establish("Works", "W", "Europe/Berlin", username="root", name="Root", password=PASSWORD)
    units = [add_unit(f"U{place}", f"Unit {place}", "site", "W") for place in range(UNITS)]
    head = add_person("bench", "Bench", "W", password=PASSWORD, title="Role 0")
    second = add_person("second", "Second", "W", password=PASSWORD)
    for role in ("head", "manager", "controller", "reader"):
        grant(head, role, "W")
        grant(second, role, "W")
    with transaction.atomic():
        _many(
            User,
            (
                User(
                    username=f"p{place:05}",
                    name=f"Person {place:05}",
                    unit=units[place % UNITS],
                    title=f"Role {place % asked.profiles}",
                    may_sign=True,
                )
                for place in range(asked.people)
            ),
        )
        reader = Role.objects.get(code="reader")
        began = NOW - dt.timedelta(days=900)
        _many(
            Grant,
            (Grant(user=one, role=reader, unit_id=one.unit_id or 0, starts=began) for one in _people()),
        )
    return head


def _people() -> "models.QuerySet[User]":
    return User.objects.filter(username__startswith="p").order_by("pk")


def _many(model: type[models.Model], rows: Iterable[Any], at_a_time: int = 5_000) -> None:
    waiting = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == at_a_time:
            model._default_manager.bulk_create(waiting)
            waiting = []
    model._default_manager.bulk_create(waiting)


def _row(head: User, type_: str, number: str, title: str, state: str, person: User | None = None) -> Record:
    return Record(
        type=type_,
        number=number,
        number_key=key_of(number),
        title=title,
        state=state,
        owner=head,
        unit=(person or head).unit,
        version=1,
        created=NOW,
        changed=NOW,
    )


def _record(head: User, type_: str, number: str, title: str, state: str = "in_force") -> Record:
    made = _row(head, type_, number, title, state)
    made.save()
    return made


def _framework(head: User, many: int) -> tuple[Framework, list[Component]]:
    levels = list(range(1, LEVELS + 1))
    codes = [(f"C-{place:03}", f"Component {place}") for place in range(many)]
    content = Content(
        scale=tuple(Level(rank=rank, code=str(rank), name=f"Level {rank}") for rank in levels),
        items=tuple(
            Item(
                code=code, title=title, levels=tuple(Descriptor(level=one, text="Does it.") for one in levels)
            )
            for code, title in codes
        ),
    )
    record = _record(head, "framework", "FW-001", "Trades")
    text = keep_text(written(content))
    framework = Framework.objects.create(
        record=record, purpose="Trades.", content=text, edition=1, released=NOW
    )
    rows = (
        Component(
            framework=framework, code=code, kind="component", title=title, place=at, depth=0, levels=levels
        )
        for at, (code, title) in enumerate(codes)
    )
    return framework, Component.objects.bulk_create(rows)


def _profiles(
    head: User, asked: argparse.Namespace, framework: Framework, components: list[Component]
) -> None:
    """Make role profiles, who has them, and what people hold of what these ask."""
    shares = (
        [components] if asked.full else [components[at :: asked.profiles] for at in range(asked.profiles)]
    )
    profiles = [_profile(head, place, share) for place, share in enumerate(shares)]
    given, held = [], []
    for at, person in enumerate([head, *_people()]):
        own = [profiles[at % len(profiles)]]
        if asked.full or at % 5 == 0:
            own = own if asked.full else [*own, profiles[(at + 1) % len(profiles)]]
            since = timezone.localdate() - dt.timedelta(days=at % 400)
            given.append(ProfileHolding(profile=own[-1][0], person=person, since=since))
        for one in (one for _profile, asks in own for one in asks):
            if CHANCE.random() < 0.8:
                level = CHANCE.randint(1, LEVELS)
                held.append(_qualified(person.pk, framework.pk, framework.pk, one.code, level))
    _many(ProfileHolding, given)
    _many(Qualification, held)


def _profile(head: User, place: int, components: list[Component]) -> tuple[RoleProfile, list[Component]]:
    profile = RoleProfile.objects.create(
        record=_record(head, "role_profile", f"RP-{place:03}", f"Role {place}")
    )
    ProfileTitle.objects.create(profile=profile, title=f"role {place}")
    ProfileRequirement.objects.bulk_create(
        ProfileRequirement(
            profile=profile,
            component=one,
            required=1 + at % LEVELS,
            desired=LEVELS + 1 if at % 3 == 0 else None,
            months=6 if at % 5 == 0 else None,
        )
        for at, one in enumerate(components)
    )
    return profile, components


def _qualified(
    person: int, subject: int, evidence: int, topic: str = "", level: int = 1, until: Any = None
) -> Qualification:
    began = NOW - dt.timedelta(days=500)
    if topic and CHANCE.random() < 0.5:
        until = NOW + dt.timedelta(days=CHANCE.randrange(1, 900))
    return Qualification(
        user_id=person,
        subject_id=subject,
        topic=topic,
        level=level,
        since=began,
        given=began,
        until=until,
        evidence_id=evidence,
    )


def _courses(head: User, asked: argparse.Namespace) -> None:
    """Make courses, who needs them, and the certificates of eight in ten of these."""
    content = keep_text("How it is done.")
    units = {unit.code: unit for unit in Unit.objects.all()}
    numbers = count(1)
    for place in range(asked.requirements):
        record = _record(head, "course", f"C-{place:03}", f"Course {place}", "offered")
        course = Course.objects.create(
            record=record, kind="classroom", content=content, validity_months=24, grace_days=14
        )
        everybody = asked.full or place < FOR_EVERYBODY
        unit = units["W" if everybody else f"U{place % UNITS}"]
        Requirement.objects.create(course=course, unit=unit)
        people = _people() if everybody else _people().filter(unit=unit)
        named = people.values_list("pk", "name")
        _certificates(head, course, [*named, (head.pk, head.name)] if everybody else list(named), numbers)


def _certificates(
    head: User, course: Course, people: list[tuple[int, str]], numbers: "Iterator[int]"
) -> None:
    have = [one for one in people if CHANCE.random() < 0.8]
    records = Record.objects.bulk_create(
        _row(head, "certificate", f"CERT-{next(numbers):06}", f"{course.record.title}: {name}", "valid")
        for _pk, name in have
    )
    rows, held = [], []
    for (person, _name), record in zip(have, records, strict=True):
        expires = timezone.localdate() + dt.timedelta(days=CHANCE.randrange(-60, 700))
        until = timezone.make_aware(dt.datetime.combine(expires, dt.time()))
        issued = expires - dt.timedelta(days=730)
        rows.append(
            Certificate(
                record=record,
                person_id=person,
                course=course,
                issued=issued,
                expires=expires,
                source="session",
            )
        )
        held.append(_qualified(person, course.pk, record.pk, until=until))
    _many(Certificate, rows)
    _many(Qualification, held)


def _assessments(head: User, framework: Framework, components: list[Component]) -> None:
    """Have people be assessed by two assessors each, on the same components."""
    people = list(_people()[: ASSESSED + ASSESSORS])
    assessors, assessed = people[:ASSESSORS], people[ASSESSORS:]
    for at, person in enumerate(assessed):
        rated = [components[(at + one) % len(components)] for one in range(min(RATED, len(components)))]
        for which in (0, 1):
            record = _record(head, "assessment", f"AS-{at * 2 + which:05}", person.name, "agreed")
            assessment = Assessment.objects.create(
                record=record,
                person=person,
                assessor=assessors[(at + which) % len(assessors)],
                framework=framework,
                method="assessor",
                day=timezone.localdate() - dt.timedelta(days=at % 300),
            )
            Rating.objects.bulk_create(
                Rating(
                    assessment=assessment,
                    component=one,
                    level=CHANCE.randint(1, LEVELS),
                    agreed=CHANCE.randint(1, LEVELS),
                )
                for one in rated
            )

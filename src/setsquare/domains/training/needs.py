"""Who needs which course, expanded to people; who has it; and whom to ask because of it."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from setsquare.domains.training.closing.queries import in_need, lacks, still_lacking
from setsquare.domains.training.models import Course, Requirement
from setsquare.domains.training.retraining.queries import due_anew
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.accounts.models import Grant, UnitPath, User
from setsquare.kernel.accounts.rights import holders_within, in_force
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.tasks.models import Task

A_MOMENT = dt.timedelta(seconds=1)
"""What is held until a day is over is due on that day."""


def requirements_of(user: User, now: dt.datetime | None = None) -> QuerySet[Requirement]:
    """Return the rows that reach a person now: as themself, as member of a unit or holder of a role."""
    above = UnitPath.objects.filter(descendant_id=user.unit_id).values("ancestor_id")
    held = Grant.objects.filter(in_force(now or timezone.now()), user=user, role=OuterRef("role")).filter(
        Q(unit__paths_up__ancestor=OuterRef("unit")) | Q(unit__paths_down__descendant=OuterRef("unit"))
    )
    reaches = Q(person=user) | Q(role__isnull=True, unit_id__in=above) | Exists(held)
    return Requirement.objects.filter(reaches, in_need(user))


def people_of(row: Requirement) -> QuerySet[User]:
    """Return the active people whom a row reaches, of these those who lack what it is narrowed to."""
    if row.person_id is not None:
        return User.objects.filter(pk=row.person_id, is_active=True)
    if row.role is not None and row.unit is not None:
        return holders_within(row.role, row.unit).filter(lacks(row))
    below = UnitPath.objects.filter(ancestor_id=row.unit_id).values("descendant_id")
    return User.objects.filter(lacks(row), unit_id__in=below, is_active=True)


def needing(course: Course, among: Collection[int] | None = None) -> dict[int, int]:
    """Return who needs a course (of some people alone), by id, and in how many days at the earliest."""
    found: dict[int, int] = {}
    for row in course.requirements.select_related("role", "unit").order_by("-days", "id"):
        people = people_of(row).order_by()
        people = people.filter(pk__in=among) if among is not None else people
        found |= dict.fromkeys(people.values_list("pk", flat=True), row.days)
    short = still_lacking().filter(course=course)
    short = short.filter(person__in=among) if among is not None else short
    for person, days in short.values_list("person_id", "days"):
        found[person] = min(days, found.get(person, days))
    return found


def held_for_long(course: Course, now: dt.datetime) -> QuerySet[Qualification]:
    """Return by what people hold a course for so long that nobody has to renew it yet."""
    later = now + dt.timedelta(days=course.renew_days)
    held = holding(now).filter(subject_id=course.pk, topic="")
    return held.filter(Q(until__isnull=True) | Q(until__gt=later))


def trained(course: Course, now: dt.datetime) -> set[int]:
    """Return the ids of those who hold a course for so long that nobody has to renew it yet."""
    return set(held_for_long(course, now).values_list("user_id", flat=True))


@dataclass
class Moves:
    """Whose asking for a course has to change."""

    ask: set[int] = field(default_factory=set)
    release: set[int] = field(default_factory=set)


def moves_of(course: Course, among: Collection[int] | None = None) -> Moves:
    """Return who has to be asked for a course now and who no longer, by id; `among` looks at these people alone."""
    tasks = Task.objects.filter(record_id=course.pk, kind=TRAIN.code, done__isnull=True)
    tasks = tasks.filter(assignee__in=among) if among is not None else tasks
    asked = set(tasks.values_list("assignee_id", flat=True))
    need = (set(needing(course, among)) - trained(course, timezone.now())) | set(due_anew(course, among))
    return Moves(ask=need - asked, release=asked - need)


def due_of(course: Course, people: Iterable[User], now: dt.datetime) -> dict[dt.datetime, list[User]]:
    """Return by when each of these people has to have a course: those who hold one, when that lapses.

    Who has to take it anew has until the day that is given with that.
    """
    people = list(people)
    anew = due_anew(course, [person.pk for person in people])
    days = needing(course, [person.pk for person in people])
    lapse = dict(
        Qualification.objects.filter(
            subject_id=course.pk, topic="", ended__isnull=True, until__gt=now
        ).values_list("user_id", "until")
    )
    found: dict[dt.datetime, list[User]] = {}
    for person in people:
        until = lapse.get(person.pk)
        due = until - A_MOMENT if until is not None else now + dt.timedelta(days=days.get(person.pk, 30))
        due = anew.get(person.pk, due)
        found.setdefault(due, []).append(person)
    return found

"""From gaps of competence to courses: which ones on offer lead there, who is asked because of a gap, and asking them.

Competence knows what somebody lacks, training what a course leads to; both name a component by framework and code.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import Asks, stand
from setsquare.domains.competence.gaps.standing import AsOf, Cell
from setsquare.domains.competence.models import Component
from setsquare.domains.training.closing.queries import still_lacking
from setsquare.domains.training.models import LearningOutcome, Shortfall
from setsquare.domains.training.needs import held_for_long
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.reasons import AskedFor
from setsquare.domains.training.thing import COURSES
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task

Part = tuple[int, str]
"""A component by its framework and its code."""
MOST = 1000
"""People who are asked at once."""


@dataclass(frozen=True)
class Offer:
    """A course on offer, and the level of a component to which it leads."""

    course: Record
    level: int


def part_of(component: Component) -> Part:
    """Return how training names a component."""
    return component.framework_id, component.code


def offers(user: User, components: Collection[Component]) -> dict[Part, list[Offer]]:
    """Return the courses on offer that somebody sees and that lead to components, lowest level first."""
    parts = {part_of(one) for one in components}
    seen = COURSES.visible_to(user).filter(state="offered")
    rows = LearningOutcome.objects.filter(
        course__record__in=seen.values("pk"),
        subject__in={framework for framework, _code in parts},
        topic__in={code for _framework, code in parts},
    ).select_related("course__record__course")
    found: dict[Part, list[Offer]] = {}
    for row in rows.order_by("level", "course__record__number_key"):
        if (row.subject_id, row.topic) in parts:
            found.setdefault((row.subject_id, row.topic), []).append(Offer(row.course.record, row.level))
    return found


def numbers(user: User, components: Collection[Component]) -> dict[Part, list[str]]:
    """Return the numbers of these courses, for programs."""
    found = offers(user, components)
    return {part: [one.course.number for one in several] for part, several in found.items()}


def helps(offer: Offer, cell: Cell) -> bool:
    """Tell whether a course leads somebody further in a component than they are, as far as they need it."""
    return cell.gap > 0 and offer.level > cell.level


@dataclass(frozen=True)
class Standing:
    """Conditions on people who lack a component: which of them a course still leads further, and how."""

    completed: Q
    """They hold the course: an assessment shows how far they came."""
    asked: Q
    """They are asked to take it."""
    left: Q
    """They can be asked to take it."""


def standing_of(offer: Offer, component: Component) -> Standing:
    """Return how people stand to a course on offer that leads to a component; whom it leads no further is nowhere."""
    course = offer.course
    there = holding().filter(subject=component.framework_id, topic=component.code, level__gte=offer.level)
    further = ~Q(pk__in=there.order_by().values("user_id"))
    held = Q(pk__in=held_for_long(course.course, timezone.now()).order_by().values("user_id"))
    gap = still_lacking().filter(course=course.pk).order_by()
    tasks = Task.objects.filter(record=course.pk, kind=TRAIN.code, done__isnull=True)
    asked = Q(pk__in=gap.values("person_id")) | Q(pk__in=tasks.values("assignee_id"))
    return Standing(further & held, further & ~held & asked, further & ~held & ~asked)


def asked_since(course: Record) -> Subquery:
    """Return since when the person of a row is asked to take a course, as an expression."""
    tasks = Task.objects.filter(assignee=OuterRef("pk"), record=course.pk, kind=TRAIN.code, done__isnull=True)
    return Subquery(tasks.values("opened")[:1])


def standing_to(person: User, courses: Collection[int]) -> dict[int, str]:
    """Return how a person stands to courses: `held`, or `asked` to take it; one query."""
    held = holding().filter(user=person, subject__in=courses, topic="")
    gaps = Shortfall.objects.filter(person=person, course__in=courses)
    tasks = Task.objects.filter(assignee=person, record__in=courses, kind=TRAIN.code, done__isnull=True)
    found = gaps.values_list("course_id", Value("asked")).union(
        tasks.values_list("record_id", Value("asked")),
        held.order_by().values_list("subject_id", Value("held")),
    )
    return dict(sorted(found))


def asked_by_profiles(person: User) -> dict[Part, list[AskedFor]]:
    """Return which profiles of a person ask for components that they lack, with the level, the highest first."""
    found = stand([person], Asking(AsOf.of()))
    asked: dict[Part, list[AskedFor]] = {}
    for profile in found.has[person.pk]:
        for row in found.asks.get(profile, ()):
            if row.required > found.cells[person.pk, row.component_id].level:
                name = f"{row.profile.record.number} {row.profile.record.title}"
                asked.setdefault(part_of(row.component), []).append(AskedFor(name, row.required))
    return {part: sorted(several, key=lambda one: (-one.level, one.name)) for part, several in asked.items()}


def trained_by(user: User, people: QuerySet[User]) -> QuerySet[User]:
    """Return those of the people whose training somebody runs."""
    return people.filter(unit_id__in=units_where(user, MANAGE))


def of_component(asks: Asks, component: Component) -> Asks:
    """Return of what profiles ask only what they ask of a component."""
    narrowed = {
        profile: [row for row in rows if row.component_id == component.pk] for profile, rows in asks.items()
    }
    return {profile: rows for profile, rows in narrowed.items() if rows}


def ask(
    actor: Actor, course: Record, component: Component, people: QuerySet[User], asking: Asking, days: int = 30
) -> Outcome | None:
    """Ask those of the people to take a course whom it leads further; by one command, None where it is nobody.

    Who completed it is not asked, nor who is asked already.
    """
    reached = LearningOutcome.objects.filter(
        course=course.pk, subject=component.framework_id, topic=component.code
    )
    level = reached.values_list("level", flat=True).first()
    if level is None:
        return None
    offer = Offer(course, level)
    chosen = list(people.filter(standing_of(offer, component).left).order_by("name", "pk")[:MOST])
    found = stand(chosen, asking)
    rows: list[Mapping[str, Any]] = []
    for person in chosen:
        cell = found.cells.get((person.pk, component.pk))
        if cell is not None and helps(offer, cell):
            rows.append({"person": person, "level": min(cell.required, level)})
    if not rows:
        return None
    body = {
        "lacking": component.framework.record,
        "topic": component.code,
        "people": rows,
        "days": days,
    }
    return carry_out("course", "ask_lacking", actor, record=course, version=course.version, body=body)

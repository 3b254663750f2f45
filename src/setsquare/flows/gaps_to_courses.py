"""From gaps of competence to courses: which ones on offer lead there, who is asked because of a gap, and asking them.

Competence knows what somebody lacks, training what a course leads to; both name a component by framework and code.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import Asks, stand
from setsquare.domains.competence.gaps.standing import AsOf, Cell
from setsquare.domains.competence.models import Component
from setsquare.domains.training.models import LearningOutcome, Shortfall
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.reasons import AskedFor
from setsquare.domains.training.thing import COURSES
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record

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
    ).select_related("course__record")
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


def standing_to(person: User, courses: Collection[int]) -> dict[int, str]:
    """Return how a person stands to courses: `held`, or `asked` because of a gap; one query."""
    held = holding().filter(user=person, subject__in=courses, topic="")
    asked = Shortfall.objects.filter(person=person, course__in=courses)
    both = asked.values_list("course_id", Value("asked")).union(
        held.order_by().values_list("subject_id", Value("held"))
    )
    return dict(sorted(both))


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
    actor: Actor, course: Record, component: Component, people: Sequence[User], asking: Asking, days: int = 30
) -> Outcome | None:
    """Ask those of the people to take a course whom it leads further; by one command, None where it is nobody."""
    reached = LearningOutcome.objects.filter(
        course=course.pk, subject=component.framework_id, topic=component.code
    )
    level = reached.values_list("level", flat=True).first()
    if level is None:
        return None
    found = stand(people, asking)
    rows: list[Mapping[str, Any]] = []
    for person in people:
        cell = found.cells.get((person.pk, component.pk))
        if cell is not None and helps(Offer(course, level), cell):
            rows.append({"person": person, "level": min(cell.required, level)})
    if not rows:
        return None
    body = {
        "lacking": component.framework.record,
        "topic": component.code,
        "people": rows[:MOST],
        "days": days,
    }
    return carry_out("course", "ask_lacking", actor, record=course, version=course.version, body=body)

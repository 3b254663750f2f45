"""What all the people that somebody follows come to: coverage of each component, and what hangs on one person alone."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from setsquare.domains.competence.gaps.asking import TABLES, Asking, ids, rows
from setsquare.domains.competence.gaps.cells import in_order
from setsquare.domains.competence.gaps.standing import ENOUGH
from setsquare.domains.competence.models import Component, ProfileRequirement
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.writing.sentences import in_percent

_ONE = """
SELECT held.id FROM {qualifications} held WHERE held.subject_id = component.framework_id
AND held.topic = component.code AND held.level >= asked.required AND {held} AND held.user_id IN ({people}) LIMIT 1
"""
_THIN = """
SELECT component_id, required, one FROM (
SELECT asked.component_id, asked.required, ({one}) AS one, ({one} OFFSET 1) AS another
FROM (SELECT DISTINCT component_id, required FROM {requirements} WHERE profile_id IN ({profiles})) asked
JOIN {components} component ON component.id = asked.component_id) held_by WHERE another IS NULL
"""
"""Two are looked for, and no more: whether nobody, one or several hold it costs the same however many do."""


@dataclass(frozen=True)
class Coverage:
    """How those of whom a component is asked stand to it."""

    component: Component
    counts: Mapping[str, int]
    required: int | None = None
    """The level, where it is of one profile."""

    @property
    def asked(self) -> int:
        """Return of how many people it is asked."""
        return sum(self.counts.values())

    @property
    def enough(self) -> int:
        """Return how many of them have what is required."""
        return sum(self.counts.get(one, 0) for one in ENOUGH)

    @property
    def share(self) -> int:
        """Return how many in a hundred have what is required."""
        return in_percent(self.enough, self.asked)


@dataclass(frozen=True)
class Thin:
    """A component at a level that nobody holds, or one person alone."""

    component: Component
    required: int
    profiles: tuple[str, ...]
    """The titles of the profiles that ask for it at this level."""
    only: Qualification | None
    """By which the one person holds it."""

    @property
    def last(self) -> dt.date | None:
        """Return the last day on which the one person holds it; None where nobody does, or for good."""
        return last_day(self.only.until) if self.only is not None else None


def components_of(pks: Iterable[int]) -> list[Component]:
    """Return components in order, with the framework of each."""
    return in_order(Component.objects.filter(pk__in=list(pks)).select_related("framework__record", "parent"))


def profiles_had(people: QuerySet[User], asking: Asking) -> list[int]:
    """Return the ids of the profiles that any of these people have."""
    return [one for (one,) in rows(asking.profiles(ids(people)))]


def numbers_of_holders(people: QuerySet[User], asking: Asking) -> dict[int, int]:
    """Return how many of these people have each profile."""
    has, given = asking.has(ids(people))
    return dict(rows((f"SELECT profile_id, COUNT(*) FROM ({has}) has GROUP BY profile_id", given)))  # noqa: S608


def coverage(
    people: QuerySet[User],
    asking: Asking,
    components: Sequence[Component] | None = None,
    levels: Mapping[int, int] | None = None,
) -> list[Coverage]:
    """Return how these people stand to each component that is asked of any of them, or to some, in order.

    `levels` are those that the one profile asks for, by component, where they are known.
    """
    if components is not None and not components:
        return []
    stands, given = asking.stands(ids(people), [one.pk for one in components or ()])
    counted = (
        f"SELECT component_id, standing, COUNT(*) FROM ({stands}) stands GROUP BY component_id, standing"  # noqa: S608
    )
    counts: dict[int, dict[str, int]] = {}
    for component, standing, number in rows((counted, given)):
        counts.setdefault(component, {})[standing] = number
    if levels is None and asking.profile_id is not None:
        asked = ProfileRequirement.objects.filter(profile=asking.profile_id)
        levels = dict(asked.values_list("component_id", "required"))
    known = components_of(counts) if components is None else components
    return [Coverage(one, counts.get(one.pk, {}), (levels or {}).get(one.pk)) for one in known]


def single_points(people: QuerySet[User], asking: Asking) -> list[Thin]:
    """Return what profiles of these people ask for and at most one of them holds, what nobody holds first."""
    inside = ids(people)
    profiles, had = asking.profiles(inside)
    held, moments = asking.held()
    one = _ONE.format(held=held, people=inside[0], **TABLES)
    given = [*moments, *inside[1]]
    lines = rows((_THIN.format(one=one, profiles=profiles, **TABLES), [*given, *given, *had]))
    found = {(component, level): pk for component, level, pk in lines}
    if not found:
        return []
    known = {one.pk: one for one in components_of({component for component, _level in found})}
    last = [pk for pk in found.values() if pk is not None]
    only = Qualification.objects.filter(pk__in=last).select_related("user__unit").in_bulk()
    asked = ProfileRequirement.objects.filter(
        component__in=known, profile__in=profiles_had(people, asking)
    ).order_by("profile__record__number_key")
    titles: dict[tuple[int, int], list[str]] = {}
    for component, level, title in asked.values_list("component_id", "required", "profile__record__title"):
        titles.setdefault((component, level), []).append(title)
    thin = [
        Thin(known[component], level, tuple(titles.get((component, level), ())), only.get(pk))
        for (component, level), pk in found.items()
    ]
    place = {pk: at for at, pk in enumerate(known)}
    return sorted(thin, key=lambda one: (one.only is not None, place[one.component.pk], one.required))

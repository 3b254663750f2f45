"""How each of a page of people stands to each component that their profiles ask for; five queries for all of them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from setsquare.domains.competence.gaps.asking import Asking, grace_ends, ids, rows
from setsquare.domains.competence.gaps.standing import Cell, standing
from setsquare.domains.competence.models import Component, ProfileRequirement
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.queries import held, holding

Place = tuple[int, int]
"""A person and a component, by their ids."""
Asks = dict[int, list[ProfileRequirement]]
"""By profile what it asks for."""

READ = (
    *("profile", "component", "required", "desired", "months"),
    *(f"component__{name}" for name in ("code", "title", "place", "framework", "parent", "parent__title")),
    *(f"component__framework__{name}" for name in ("content", "draft")),
    *(f"component__framework__record__{name}" for name in ("number", "number_key", "title")),
    *(f"profile__record__{name}" for name in ("number", "number_key", "title")),
)
"""What is read of requirements and of what they name: hundreds of whole rows took longer than all the rest."""


class Held(NamedTuple):
    """What somebody holds in a component."""

    level: int = 0
    until: dt.datetime | None = None
    evidence_id: int | None = None


NOTHING = Held()


@dataclass
class Stand:
    """Some people, the components that are asked of them, and how they stand."""

    people: Sequence[User]
    has: dict[int, dict[int, dt.date]]
    """By person the profiles that they have, each with the day since when."""
    asks: Asks
    cells: dict[Place, Cell] = field(default_factory=dict)

    @property
    def components(self) -> list[Component]:
        """Return the components that are asked of any of them, framework by framework in its own order."""
        return components_in(self.asks)

    def of(self, person: User) -> dict[int, Cell]:
        """Return how one of them stands, by component."""
        return {component: cell for (one, component), cell in self.cells.items() if one == person.pk}


def in_order(components: Iterable[Component]) -> list[Component]:
    """Return components framework by framework, in the order in which a reader goes through each."""
    return sorted(components, key=lambda one: (one.framework.record.number_key, one.place, one.code))


def components_in(asks: Asks) -> list[Component]:
    """Return the components for which profiles ask, in order."""
    return in_order({row.component_id: row.component for rows in asks.values() for row in rows}.values())


def requirements_of(profiles: Iterable[int]) -> Asks:
    """Return by profile what it asks for; one query."""
    found: Asks = {}
    known = ProfileRequirement.objects.filter(profile__in=list(profiles)).order_by("id")
    for row in known.select_related(
        "profile__record", "component__framework__record", "component__parent"
    ).only(*READ):
        found.setdefault(row.profile_id, []).append(row)
    return found


def stand(people: Sequence[User], asking: Asking, asks: Asks | None = None) -> Stand:
    """Return how people stand to what is asked of them; `asks` is what their profiles ask, where it is known."""
    has = profiles_of(people, asking)
    if asks is None:
        asks = requirements_of({profile for held in has.values() for profile in held})
    found = Stand(people, has, asks)
    level = levels_of(people, {c.framework_id for c in found.components}, asking)
    for person in people:
        asked: dict[int, list[tuple[ProfileRequirement, dt.date]]] = {}
        for profile, since in found.has.get(person.pk, {}).items():
            for row in found.asks.get(profile, ()):
                asked.setdefault(row.component_id, []).append((row, since))
        for component, several in asked.items():
            one = several[0][0].component
            got = level.get((person.pk, one.framework_id, one.code), NOTHING)
            found.cells[person.pk, component] = _cell(several, got, asking)
    return found


def profiles_of(people: Sequence[User], asking: Asking) -> dict[int, dict[int, dt.date]]:
    """Return which profiles people have, each with the day since when."""
    found = {person.pk: dict[int, dt.date]() for person in people}
    if not found:
        return found
    has = asking.has(ids(User.objects.filter(pk__in=list(found))))
    for person, profile, since in rows(has):
        found[person][profile] = dt.date.fromisoformat(str(since))  # SQLite gives days as texts
    return found


def levels_of(
    people: Sequence[User], frameworks: Iterable[int], asking: Asking
) -> dict[tuple[int, int, str], Held]:
    """Return what people hold in frameworks, by person, framework and code of the component."""
    as_of = asking.as_of
    known = held(as_of.at) if as_of.past else holding(as_of.at)
    found = known.filter(user__in=people, subject__in=set(frameworks)).order_by("level")
    told = found.values_list("user_id", "subject_id", "topic", "level", "until", "evidence_id")
    return {(user, subject, topic): Held(rank, until, by) for user, subject, topic, rank, until, by in told}


def _cell(several: Sequence[tuple[ProfileRequirement, dt.date]], got: Held, asking: Asking) -> Cell:
    """Return how somebody stands to a component for which one or several of their profiles ask."""
    day = asking.as_of.day
    ends = [(row.required, grace_ends(since, row.months) if row.months else None) for row, since in several]
    required = max(row.required for row, _since in several)
    needed = max((level for level, end in ends if end is None or end < day), default=0)
    desired = max(row.desired or 0 for row, _since in several)
    better = desired if desired > required else None
    coming = [end for rank, end in ends if end is not None and end >= day and rank > got.level]
    asked = (required, needed, better)
    how = standing(level=got.level, until=got.until, asked=asked, soon=asking.as_of.soon)
    return Cell(*asked, min(coming, default=None), *got, how)


def counted(cells: Iterable[Cell]) -> Mapping[str, int]:
    """Return how many cells stand how."""
    found: dict[str, int] = {}
    for cell in cells:
        found[cell.standing] = found.get(cell.standing, 0) + 1
    return found

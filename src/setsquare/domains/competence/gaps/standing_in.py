"""Who could stand in for somebody: who else meets what the profiles of a person ask, ranked by what they lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from setsquare.domains.competence.gaps.asking import TABLES, Asking, ids, rows, values
from setsquare.domains.competence.gaps.cells import NOTHING, levels_of, stand
from setsquare.domains.competence.gaps.standing import Cell
from setsquare.domains.competence.models import Component
from setsquare.kernel.accounts.models import User

LEAST = 2
"""Whoever meets at least one in so many of the components is named."""
_RANKED = """
SELECT ranked.user_id, ranked.met FROM (
SELECT held.user_id, SUM(CASE WHEN held.level >= asked.column3 THEN 1 ELSE 0 END) AS met,
SUM(CASE WHEN held.level >= asked.column3 THEN asked.column3 ELSE held.level END) AS reached
FROM (VALUES {asked}) asked
JOIN {qualifications} held ON held.subject_id = asked.column1 AND held.topic = asked.column2
WHERE {held} GROUP BY held.user_id) ranked JOIN {users} person ON person.id = ranked.user_id
WHERE ranked.met * {least} >= {total} AND ranked.user_id IN ({people})
ORDER BY ranked.met DESC, ranked.reached DESC, person.name, person.id LIMIT {limit} OFFSET {offset}
"""


@dataclass(frozen=True)
class Lack:
    """A component that somebody does not have at the level at which they would need it."""

    component: Component
    required: int
    level: int


@dataclass(frozen=True)
class StandIn:
    """Somebody who could stand in, and what they lack for it."""

    person: User
    met: int
    total: int
    lacks: tuple[Lack, ...]


def stand_ins(
    asked: Mapping[Component, Cell],
    people: QuerySet[User],
    asking: Asking,
    *,
    limit: int,
    offset: int = 0,
) -> list[StandIn]:
    """Return those of `people` who meet at least half of what is `asked`, who lacks least first; three queries."""
    if not asked:
        return []
    wanted, named = values([(one.framework_id, one.code, cell.required) for one, cell in asked.items()])
    held, moments = asking.held()
    inside, given = ids(people)
    sql = _RANKED.format(
        asked=wanted,
        held=held,
        people=inside,
        least=LEAST,
        total=len(asked),
        limit=int(limit),
        offset=int(offset),
        **TABLES,
    )
    ranked = rows((sql, [*named, *moments, *given]))
    known = User.objects.select_related("unit").in_bulk([pk for pk, _met in ranked])
    lacks = _lacks(list(known.values()), asked, asking)
    return [StandIn(known[pk], met, len(asked), lacks[pk]) for pk, met in ranked]


def stand_ins_of(
    person: User, people: QuerySet[User], asking: Asking, *, limit: int, offset: int = 0
) -> list[StandIn]:
    """Return who of `people` could stand in for a person, by all that their profiles ask."""
    found = stand([person], asking)
    cells = found.of(person)
    asked = {one: cells[one.pk] for one in found.components if one.pk in cells}
    return stand_ins(asked, people.exclude(pk=person.pk), asking, limit=limit, offset=offset)


def _lacks(
    people: Sequence[User], asked: Mapping[Component, Cell], asking: Asking
) -> dict[int, tuple[Lack, ...]]:
    level = levels_of(people, {one.framework_id for one in asked}, asking)

    def of(person: User, one: Component) -> int:
        return level.get((person.pk, one.framework_id, one.code), NOTHING).level

    return {
        person.pk: tuple(
            Lack(one, cell.required, of(person, one))
            for one, cell in asked.items()
            if of(person, one) < cell.required
        )
        for person in people
    }

"""Gaps as JSON values, the same for the API and the command line."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from setsquare.domains.competence.gaps.cells import Stand
from setsquare.domains.competence.gaps.standing import Cell
from setsquare.domains.competence.gaps.standing_in import StandIn
from setsquare.domains.competence.gaps.totals import Coverage, Thin
from setsquare.domains.competence.models import Component
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values


def named(component: Component) -> Values:
    """Return a component by its framework, code and title."""
    return {
        "framework": component.framework.record.number,
        "component": component.code,
        "title": component.title,
    }


def person_told(
    person: User,
    found: Stand,
    standing: str = "",
    courses: Mapping[tuple[int, str], Sequence[str]] = MappingProxyType({}),
) -> Values:
    """Return a person with their profiles and how they stand to each component; with `standing`, only such.

    Where something is lacking, with the courses that lead there, by framework and code.
    """
    cells = found.of(person)
    profiles = [found.asks[one][0].profile.record.number for one in found.has[person.pk] if one in found.asks]
    return {
        "person": deeds.person(person),
        "unit": person.unit.code if person.unit else None,
        "profiles": sorted(profiles),
        "components": [
            {
                **named(one),
                **_cell(cells[one.pk]),
                "courses": list(courses.get((one.framework_id, one.code), ())) if cells[one.pk].gap else [],
            }
            for one in found.components
            if one.pk in cells and cells[one.pk].standing == (standing or cells[one.pk].standing)
        ],
    }


def _cell(cell: Cell) -> Values:
    return {
        "standing": cell.standing,
        "required": cell.required,
        "desired": cell.desired,
        "level": cell.level,
        "gap": cell.gap,
        "due": plain(cell.due),
        "until": plain(cell.until),
        "last_day": plain(cell.last),
    }


def coverage_told(found: Sequence[Coverage]) -> list[Values]:
    """Return how people stand to components."""
    return [
        {
            **named(one.component),
            "required": one.required,
            "asked": one.asked,
            "enough": one.enough,
            "share": one.share,
            "standings": dict(one.counts),
        }
        for one in found
    ]


def stand_in_told(found: StandIn) -> Values:
    """Return somebody who could stand in, with what they lack."""
    return {
        "person": deeds.person(found.person),
        "unit": found.person.unit.code if found.person.unit else None,
        "met": found.met,
        "of": found.total,
        "lacks": [
            {**named(one.component), "required": one.required, "level": one.level} for one in found.lacks
        ],
    }


def thin_told(found: Thin) -> Values:
    """Return what nobody or one person alone holds."""
    return {
        **named(found.component),
        "required": found.required,
        "profiles": list(found.profiles),
        "only": deeds.person(found.only.user) if found.only is not None else None,
        "until": plain(found.only.until) if found.only is not None else None,
        "last_day": plain(found.last),
    }

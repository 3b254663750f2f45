"""How assessors stand to what was agreed and to each other: of one framework, in the units whose assessments one sees.

Left out is what somebody agreed on alone: of their own rating it tells nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import isnan, nan
from typing import NamedTuple

from django.db.models import F, Q
from django.utils.translation import gettext as _

from setsquare.domains.competence.models import Assessment, Framework, Rating
from setsquare.domains.competence.permissions import ASSESS, SEE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.methods.exams import agreement_of_levels

MOST = 10_000
"""Ratings that are looked at, the newest first."""
MOST_PAIRS = 50
SELF = 0
"""Stands for all who assessed themselves, who are compared as one."""


class Said(NamedTuple):
    """One rating, and what was agreed of it."""

    component: str
    title: str
    place: int
    assessor: int
    name: str
    person: int
    level: int
    agreed: int


@dataclass(frozen=True)
class Standing:
    """How ratings stand to the agreed levels."""

    count: int
    difference: float
    """The mean of rating less agreed level: above 0 is rated higher."""
    exact: float
    """The share that is equal, from 0 to 1."""


@dataclass(frozen=True)
class Pair:
    """How two assessors stand to each other, over the components of people whom both rated."""

    first: str
    second: str
    count: int
    difference: float
    """The mean of the first's rating less the second's."""
    exact: float
    kappa: float | None
    """Cohen's kappa with quadratic weights; None where chance alone agrees fully, or too few were rated by both."""


@dataclass(frozen=True)
class Calibration:
    """A framework's calibration."""

    components: dict[str, str]
    """Titles by code, in their order."""
    assessors: dict[int, str]
    """Names by id, of those with the most ratings first; `SELF` for those who assessed themselves."""
    cells: dict[tuple[str, int], Standing]
    """By component and assessor."""
    overall: dict[int, Standing]
    """By assessor, over all components."""
    pairs: list[Pair]
    """The pairs with the most in common first."""
    left_out: bool
    """Whether there are more ratings than are looked at."""


def calibration(framework: Framework, user: User, component: str = "") -> Calibration:
    """Return how assessors stand in a framework, or in one component, where `user` sees assessments."""
    said = _said(framework, user, component)
    by_cell: dict[tuple[str, int], list[Said]] = {}
    by_assessor: dict[int, list[Said]] = {}
    for one in said:
        by_cell.setdefault((one.component, one.assessor), []).append(one)
        by_assessor.setdefault(one.assessor, []).append(one)
    ordered = sorted(by_assessor.items(), key=lambda item: (-len(item[1]), item[1][0].name))
    titles = {one.component: one.title for one in sorted(said, key=lambda one: one.place)}
    scale = len((framework.in_force or framework.latest).scale)
    ranks = range(max([scale, *(one.level for one in said)]) + 1)
    return Calibration(
        components=titles,
        assessors={key: rows[0].name for key, rows in ordered},
        cells={place: _standing(rows) for place, rows in by_cell.items()},
        overall={key: _standing(rows) for key, rows in ordered},
        pairs=_pairs({key: rows for key, rows in ordered if key != SELF}, ranks),
        left_out=len(said) == MOST,
    )


def _said(framework: Framework, user: User, component: str) -> list[Said]:
    rows = Rating.objects.filter(
        Q(assessment__person__unit_id__in=units_where(user, ASSESS, SEE)),
        assessment__framework=framework,
        assessment__record__state="agreed",
        agreed__isnull=False,
    ).exclude(
        Q(assessment__agreed_by=F("assessment__assessor"))
        | Q(assessment__agreed=F("assessment__record__created"))
        | Q(assessment__recorded__isnull=False)
    )
    if component:
        rows = rows.filter(component__code=component)
    found = rows.order_by("-assessment__day", "-id").values_list(
        "component__code",
        "component__title",
        "component__place",
        "assessment__assessor_id",
        "assessment__assessor__name",
        "assessment__person_id",
        "level",
        "agreed",
        "assessment__method",
    )[:MOST]
    return [_row(*row) for row in found]


def _row(
    code: str,
    title: str,
    place: int,
    assessor: int,
    name: str,
    person: int,
    level: int,
    agreed: int | None,
    method: str,
) -> Said:
    if method == Assessment.Method.SELF:
        assessor, name = SELF, _("Self-assessment")
    return Said(code, title, place, assessor, name, person, level, agreed or 0)


def _standing(rows: Iterable[Said]) -> Standing:
    apart = [one.level - one.agreed for one in rows]
    return Standing(len(apart), sum(apart) / len(apart), apart.count(0) / len(apart))


def _pairs(said: Mapping[int, list[Said]], ranks: range) -> list[Pair]:
    """Return how each two assessors stand to each other, by the newest rating of each."""
    newest: dict[int, dict[tuple[int, str], Said]] = {}
    for key, rows in said.items():
        for one in rows:
            newest.setdefault(key, {}).setdefault((one.person, one.component), one)
    shared = [
        (newest[first], newest[second], sorted(newest[first].keys() & newest[second].keys()))
        for first, second in combinations(newest, 2)
    ]
    most = sorted((one for one in shared if one[2]), key=lambda one: -len(one[2]))[:MOST_PAIRS]
    return [_pair([one[at] for at in both], [other[at] for at in both], ranks) for one, other, both in most]


def _pair(first: list[Said], second: list[Said], ranks: range) -> Pair:
    one, other = [said.level for said in first], [said.level for said in second]
    apart = [a - b for a, b in zip(one, other, strict=True)]
    count = len(apart)
    return Pair(
        first[0].name,
        second[0].name,
        count,
        sum(apart) / count,
        apart.count(0) / count,
        _kappa(one, other),
    )


def _kappa(one: list[int], other: list[int]) -> float | None:
    kappa = agreement_of_levels(one, other) if len(one) > 1 else nan
    return None if isnan(kappa) else kappa

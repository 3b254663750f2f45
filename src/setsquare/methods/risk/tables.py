"""Action priorities: what to do about a row of an FMEA, by a table of severity, occurrence and detection.

The published table of the AIAG & VDA handbook is under copyright and not here. The starter is our own, by a rule that
can be said in a sentence; replace it by the table that your customers ask for (`action_table(rows)`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..figures import bars
from ..inputs import Column, listed, of_kind, whole
from ..results import BELOW, BESIDE, Part, Result, Table, plain
from .ordering import Whole, checked_scale, labels, ranks, ratings

LEVELS = ("low", "medium", "high")
STARTER = ((10, 5, 9), (8, 7, 12), (6, 10, 16), (3, 15, None), (1, None, None))
"""Up to which severity is needed: the highest severity of a class, and from which sum of occurrence and detection on
its priority is medium, and high."""
NAMES = ("severity", "occurrence", "detection")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class TableCheck(Part):
    """What is wrong with the rows of a table: combinations without a level, with two, and where levels fall.

    Combinations are (severity, occurrence, detection). `falls` are pairs of neighbours where a rating rises by one and
    the level falls. `problems` counts all; the lists hold the first hundred of each.
    """

    complete: bool
    consistent: bool
    monotone: bool
    missing: tuple[tuple[int, int, int], ...]
    contradicted: tuple[tuple[int, int, int], ...]
    falls: tuple[tuple[tuple[int, int, int], tuple[int, int, int]], ...]
    problems: int


@dataclass(frozen=True)
class ActionTable(Result):
    """A level for each severity, occurrence and detection.

    `cells` has the places of levels, shape (ratings, ratings, ratings), in the order severity, occurrence, detection;
    `levels` go from the least to the most urgent. `origin` says where the table comes from.
    """

    levels: tuple[str, ...]
    scale: tuple[int, int]
    cells: NDArray[np.int64]
    origin: str

    def level(self, severity: int, occurrence: int, detection: int) -> str:
        """Return the level of one combination; ValueError at the rating that is not on the scale."""
        low, high = self.scale
        place = []
        for name, rating in zip(NAMES, (severity, occurrence, detection), strict=True):
            place.append(whole(name, rating, least=low, most=high) - low)
        return self.levels[int(self.cells[tuple(place)])]

    def table(self) -> Table:
        """Return the table as rows of severity, occurrence, detection and level."""
        low = self.scale[0]
        rows = tuple(
            (*(one + low for one in place), self.levels[int(level)])
            for place, level in np.ndenumerate(self.cells)
        )
        return Table((*NAMES, "level"), rows)

    def figure(self, severity: int | None = None) -> dict[str, Any]:
        """Return the levels at one severity, by default the highest, as a heat map, an ECharts option.

        Raises ValueError at ``severity`` where it is not on the scale.
        """
        low, high = self.scale
        at = high if severity is None else whole("severity", severity, least=low, most=high)
        data = [
            [detection, occurrence, level]
            for (occurrence, detection), level in np.ndenumerate(self.cells[at - low])
        ]
        ratings = [str(rating) for rating in range(low, high + 1)]
        return {
            "title": {"text": f"Action priority at severity {at}"},
            "xAxis": {"type": "category", **BELOW, "name": "detection", "data": ratings},
            "yAxis": {"type": "category", **BESIDE, "name": "occurrence", "data": ratings},
            "visualMap": {
                "show": False, "min": 0, "max": len(self.levels) - 1,
                "inRange": {"color": ["#4c9a52", "#f2c037", "#c9362b"]},
            },
            "series": [{"type": "heatmap", "data": plain(data)}],
        }  # fmt: skip


@dataclass(frozen=True)
class ActionPriorities(Result):
    """The level of each row, in the order given; `order` and `ranks` by level, then severity, occurrence, detection."""

    names: tuple[str, ...]
    severity: tuple[int, ...]
    occurrence: tuple[int, ...]
    detection: tuple[int, ...]
    levels: tuple[str, ...]
    order: tuple[int, ...]
    ranks: tuple[int, ...]
    counts: dict[str, int]
    origin: str
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return the rows, the most urgent first."""
        columns = (self.ranks, self.names, self.severity, self.occurrence, self.detection, self.levels)
        rows = tuple(tuple(values[place] for values in columns) for place in self.order)
        return Table(("rank", "name", *NAMES, "priority"), rows)

    def figure(self) -> dict[str, Any]:
        """Return how many rows have each level, as an ECharts option."""
        return bars("Action priorities", "rows", self.counts, {"rows": list(self.counts.values())})


def action_table(
    rows: Iterable[Row] | None = None,
    *,
    levels: Sequence[str] = LEVELS,
    scale: tuple[int, int] = (1, 10),
    origin: str = "given",
) -> ActionTable:
    """Return a table of action priorities: the starter, or one's own from its rows.

    A row is a mapping with ``severity``, ``occurrence`` and ``detection``, each a rating or a pair (from, to), and
    ``level``, one of `levels` (from the least to the most urgent). Rows have to give each combination one level, and
    the level may not fall where a rating rises; `check_action_rows` says where they do not.

    **The starter** (scale 1 to 10) is not the published table. Its rule: what cannot occur (occurrence 1) is low;
    otherwise occurrence and detection are added, and the more severe the effect, the smaller the sum that is
    tolerated: medium from 5 and high from 9 on at severity 9 and 10, 7 and 12 at 7 and 8, 10 and 16 at 4 to 6, medium
    from 15 on at 2 and 3, low at 1. It has the idea of the AIAG & VDA handbook (2019), severity first, then occurrence,
    then detection, and is meant to be replaced.

    Raises ValueError at ``rows`` (incomplete, contradictory, falling, malformed; or lacking for another scale),
    ``levels``, ``scale``.

    >>> action_table().level(9, 4, 6)
    'high'
    >>> whole = [{"severity": (1, 10), "occurrence": (1, 10), "detection": (1, 10), "level": "low"}]
    >>> action_table(whole).level(10, 10, 10)
    'low'
    """
    ends = checked_scale(scale)
    if rows is None:
        if ends != (1, 10) or _checked_levels(levels) != LEVELS:
            raise ValueError(
                "rows: the starter has ratings from 1 to 10 and three levels; give rows for others"
            )
        return ActionTable(LEVELS, ends, _starter(), "starter of Setsquare, to be replaced by your own table")
    named = _checked_levels(levels)
    cells, contradicted = _filled(rows, named, ends)
    found = _check(cells, contradicted, ends[0])
    if not found.complete:
        raise ValueError(
            f"rows: {int((cells < 0).sum())} combinations have no level, such as {found.missing[0]}"
        )
    if not found.consistent:
        raise ValueError(f"rows: combinations have two levels, such as {found.contradicted[0]}")
    if not found.monotone:
        lower, higher = found.falls[0]
        raise ValueError(f"rows: the level falls from {lower} to {higher}, although a rating rises")
    return ActionTable(named, ends, cells, str(origin))


def check_action_rows(
    rows: Iterable[Row], *, levels: Sequence[str] = LEVELS, scale: tuple[int, int] = (1, 10)
) -> TableCheck:
    """Return what is wrong with the rows of a table of action priorities, without refusing them.

    Source: none needed; a table that has two answers, none, or a milder one for a worse row cannot be worked with.
    Raises ValueError at ``rows`` (malformed), ``levels``, ``scale``.

    >>> check_action_rows([{"severity": 1, "occurrence": (1, 10), "detection": (1, 10), "level": "low"}]).problems
    900
    """
    ends = checked_scale(scale)
    cells, contradicted = _filled(rows, _checked_levels(levels), ends)
    return _check(cells, contradicted, ends[0])


def action_priorities(
    severity: Column,
    occurrence: Column,
    detection: Column,
    *,
    table: ActionTable | None = None,
    names: Sequence[Any] | None = None,
) -> ActionPriorities:
    """Return the action priority of each row of an FMEA by a table, and the order in which to take them.

    Within a level rows are ordered by severity, then occurrence, then detection, which rows of the same three share.
    Source: the procedure of the AIAG & VDA FMEA Handbook (2019); the table is `table`, by default the starter of
    `action_table`, which the result warns of. A priority is no measure of risk: it says how urgent it is to decide
    about an action.

    Raises ValueError at ``severity``, ``occurrence``, ``detection`` (no whole numbers on the table's scale, missing,
    lengths differ), ``names``.

    >>> action_priorities([9, 9, 3], [1, 5, 5], [5, 5, 5]).levels
    ('low', 'high', 'low')
    """
    used = action_table() if table is None else table
    of_kind("table", used, ActionTable, "a table that action_table() makes")
    s, o, d = ratings(used.scale, severity=severity, occurrence=occurrence, detection=detection)
    low = used.scale[0]
    places = used.cells[s - low, o - low, d - low]
    order, ranked = ranks(places, s, o, d)
    counts = np.bincount(places, minlength=len(used.levels))
    warnings = (
        () if table is not None else ("by the starter table; replace it by the one your customers ask for",)
    )
    return ActionPriorities(
        labels(names, len(s)),
        tuple(s.tolist()),
        tuple(o.tolist()),
        tuple(d.tolist()),
        tuple(used.levels[place] for place in places),
        order,
        ranked,
        {name: int(count) for name, count in zip(used.levels[::-1], counts[::-1], strict=True)},
        used.origin,
        warnings,
    )


def _starter() -> Whole:
    occurrence, detection = np.meshgrid(np.arange(1, 11), np.arange(1, 11), indexing="ij")
    cells = np.zeros((10, 10, 10), dtype=np.int64)
    for severity in range(1, 11):
        _top, medium, high = next(row for row in reversed(STARTER) if severity <= row[0])
        for level, least in ((1, medium), (2, high)):
            if least is not None:
                cells[severity - 1][(occurrence > 1) & (occurrence + detection >= least)] = level
    return cells


def _checked_levels(levels: Sequence[str]) -> tuple[str, ...]:
    named = tuple(str(level) for level in listed("levels", levels))
    if isinstance(levels, str) or len(named) < 2 or len(set(named)) < len(named):
        raise ValueError("levels: give two names or more, each once, from the least to the most urgent")
    return named


def _filled(
    rows: Iterable[Row], levels: tuple[str, ...], scale: tuple[int, int]
) -> tuple[Whole, list[tuple[int, int, int]]]:
    """Return the places of levels (-1 where there is none), and the combinations that have two."""
    low, high = scale
    cells = np.full((high - low + 1,) * 3, -1, dtype=np.int64)
    contradicted = np.zeros(cells.shape, dtype=np.bool_)
    for place, row in enumerate(listed("rows", rows), 1):
        if not isinstance(row, Mapping) or not {*NAMES, "level"} <= set(row):
            raise ValueError(f"rows: give severity, occurrence, detection and level in row {place}")
        if not isinstance(row["level"], str) or row["level"] not in levels:
            raise ValueError(f"rows: the level of row {place} is none of {', '.join(levels)}")
        block = tuple(_stretch(row[name], scale, place, name) for name in NAMES)
        level = levels.index(row["level"])
        contradicted[block] |= (cells[block] >= 0) & (cells[block] != level)
        cells[block] = level
    return cells, [_combination(at, low) for at in np.argwhere(contradicted)]


def _stretch(value: Any, scale: tuple[int, int], place: int, name: str) -> slice:
    low, high = scale
    ends = (value, value) if isinstance(value, Integral) else value
    try:
        first, last = (int(end) for end in ends)
    except (TypeError, ValueError):
        raise ValueError(f"rows: give {name} of row {place} as a rating or a pair of ratings") from None
    if not low <= first <= last <= high:
        raise ValueError(f"rows: {name} of row {place} is no stretch of {low} to {high}")
    return slice(first - low, last - low + 1)


def _check(cells: Whole, contradicted: list[tuple[int, int, int]], low: int) -> TableCheck:
    missing = [_combination(at, low) for at in np.argwhere(cells < 0)]
    falls = []
    for axis in range(3):
        below = np.moveaxis(cells, axis, 0)[:-1]
        above = np.moveaxis(cells, axis, 0)[1:]
        for at in np.argwhere(np.moveaxis((above >= 0) & (below >= 0) & (above < below), 0, axis)):
            higher = at.copy()
            higher[axis] += 1
            falls.append((_combination(at, low), _combination(higher, low)))
    return TableCheck(
        not missing, not contradicted, not falls, tuple(missing[:100]), tuple(contradicted[:100]),
        tuple(falls[:100]), len(missing) + len(contradicted) + len(falls),
    )  # fmt: skip


def _combination(at: Any, low: int) -> tuple[int, int, int]:
    severity, occurrence, detection = (int(one) + low for one in at)
    return severity, occurrence, detection

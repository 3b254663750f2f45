"""Risk priority numbers, ranked, with what they hide in the very data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..figures import bars
from ..inputs import Column, whole
from ..results import Result, Table
from .ordering import Whole, checked_scale, labels, ranks, ratings


@dataclass(frozen=True)
class PriorityNumbers(Result):
    """RPN of each row in the order given, and the ranking.

    `ranks` are 1 for the largest; rows of one RPN share a rank. `order` are the places of the rows, largest first.
    `ties` are groups of names that one RPN holds together although their ratings differ; `overtaken` are pairs (row,
    row) where the first has a severity of `severe` or more, and a row of smaller severity stands before it. `warnings`
    say so in words, after what is wrong with every RPN.
    """

    names: tuple[str, ...]
    severity: tuple[int, ...]
    occurrence: tuple[int, ...]
    detection: tuple[int, ...]
    numbers: tuple[int, ...]
    ranks: tuple[int, ...]
    order: tuple[int, ...]
    ties: tuple[tuple[str, ...], ...]
    overtaken: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return the rows, largest RPN first."""
        columns = (self.ranks, self.names, self.severity, self.occurrence, self.detection, self.numbers)
        rows = tuple(tuple(values[place] for values in columns) for place in self.order)
        return Table(("rank", "name", "severity", "occurrence", "detection", "RPN"), rows)

    def figure(self) -> dict[str, Any]:
        """Return the ranking as bars, an ECharts option."""
        names = [self.names[place] for place in self.order]
        return bars(
            "Risk priority numbers", "RPN", names, {"RPN": [self.numbers[place] for place in self.order]}
        )


def priority_numbers(
    severity: Column,
    occurrence: Column,
    detection: Column,
    *,
    names: Sequence[Any] | None = None,
    scale: tuple[int, int] = (1, 10),
    severe: int | None = None,
) -> PriorityNumbers:
    """Compute and rank risk priority numbers, RPN = severity x occurrence x detection.

    The three ratings are ordinal: their product has no unit and no meaning of distance, so that 200 is not twice 100.
    Of the 1,000 combinations of three ratings from 1 to 10 only 120 numbers come about. The AIAG & VDA handbook gave
    RPN up in 2019 for action priorities (`action_priorities`). The result therefore always carries warnings, and
    names the rows where the RPN hides something: equal numbers of unlike ratings, and severe rows behind harmless ones.

    Sources: MIL-STD-1629A and AIAG FMEA (4th edition) for RPN; J. B. Bowles, Journal of the IEST 47 (2004), for its
    weaknesses. `severe` is the severity that must not be overtaken, by default nine tenths of the way up the scale.

    Raises ValueError at ``severity``, ``occurrence``, ``detection`` (no whole numbers on the scale, missing, lengths
    differ), ``names``, ``scale``, ``severe``.

    >>> found = priority_numbers([9, 3], [3, 9], [2, 2], names=["burns", "squeaks"])
    >>> found.numbers, found.ranks, found.ties
    ((54, 54), (1, 1), (('burns', 'squeaks'),))
    """
    low, high = checked_scale(scale)
    s, o, d = ratings((low, high), severity=severity, occurrence=occurrence, detection=detection)
    usual = low + math.ceil(0.85 * (high - low))
    severe = usual if severe is None else whole("severe", severe, least=low, most=high)
    called = labels(names, len(s))
    numbers = s * o * d
    order, places = ranks(numbers)
    ties = _ties(called, numbers, s, o, d)
    overtaken = _overtaken(called, s, numbers, severe)
    return PriorityNumbers(
        called,
        tuple(s.tolist()),
        tuple(o.tolist()),
        tuple(d.tolist()),
        tuple(numbers.tolist()),
        places,
        order,
        ties,
        overtaken,
        _warnings(low, high, severe, ties, overtaken),
    )


def _ties(
    names: tuple[str, ...], numbers: Whole, s: Whole, o: Whole, d: Whole
) -> tuple[tuple[str, ...], ...]:
    groups = []
    for number in np.unique(numbers)[::-1]:
        places = np.flatnonzero(numbers == number)
        if len({(s[place], o[place], d[place]) for place in places}) > 1:
            groups.append(tuple(names[place] for place in places))
    return tuple(groups)


def _overtaken(
    names: tuple[str, ...], severity: Whole, numbers: Whole, severe: int
) -> tuple[tuple[str, str], ...]:
    """Pair each severe row with the row of less severity that stands highest before it."""
    pairs = []
    for place in np.flatnonzero(severity >= severe):
        before = np.flatnonzero((numbers > numbers[place]) & (severity < severity[place]))
        if len(before):
            pairs.append((names[place], names[before[np.argmax(numbers[before])]]))
    return tuple(pairs)


def _warnings(
    low: int,
    high: int,
    severe: int,
    ties: tuple[tuple[str, ...], ...],
    overtaken: tuple[tuple[str, str], ...],
) -> tuple[str, ...]:
    scale = range(low, high + 1)
    possible = len({a * b * c for a in scale for b in scale for c in scale})
    found = [
        "ratings are ordinal, so that differences and ratios of RPN mean nothing; "
        f"{len(scale) ** 3} combinations share {possible} numbers",
        "severity, occurrence and detection count alike: look at severe rows first, whatever their RPN",
    ]
    if ties:
        found.append(
            f"{len(ties)} RPN are shared by rows of unlike ratings, such as {' and '.join(ties[0][:2])}"
        )
    if overtaken:
        one, other = overtaken[0]
        found.append(
            f"{len(overtaken)} rows of severity {severe} or more stand behind rows of less severity, "
            f"such as {one} behind {other}"
        )
    return tuple(found)

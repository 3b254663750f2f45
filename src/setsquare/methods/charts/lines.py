"""The lines of a chart: centre, limits and sigma of every point, made only when they are asked for.

Where limits move with every point, four numbers a point would take more memory than the data. A chart therefore keeps
how its lines follow from its stages, and of the lines themselves only the one asked for last and those that somebody
else holds; what lies beyond them is found tile by tile.
"""

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..inputs import Bools, Floats

ROUNDING = 1e-12
"""What lies nearer to a limit than this share of the limit's size lies on it: sums of equal values differ so much."""

TILE = 1 << 16
"""Points looked at together: few enough to stay in the processor's cache."""

FEW = TILE >> 2
"""Points of a tile for which a dozen numbers each are held at once."""

_NARROWEST = 32
"""Points of each chart in a tile at least: rows of fewer are dearer to begin than to pass over."""

Limits = Callable[[slice, Floats, Floats], tuple[Any, Any, Any, Any]]
"""From a stretch of one stage, its mean and sigma, shape (charts, 1): centre, lower, upper, sigma of the statistic."""


class Line:
    """An attribute that is an array, or a line that moves and is made of its stages when it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, chart: Any, owner: type | None = None) -> Floats:
        if chart is None:
            raise AttributeError(self.name)  # a class has none, so that no dataclass takes it for a default
        held = chart.__dict__[self.name]
        made: Floats = held.whole() if isinstance(held, Moving) else held
        return made

    def __set__(self, chart: Any, value: "Floats | Moving") -> None:
        chart.__dict__[self.name] = value


def stretch(chart: Any, name: str, part: slice) -> Floats:
    """Return a stretch of a line of one chart alone, shape (1, m), without making all of it."""
    held = chart.__dict__[name]
    made: Floats = held.stretch(part) if isinstance(held, Moving) else np.atleast_2d(held)[:, part]
    return made


class Lines:
    """The four lines of `count` charts by stages, each a stretch of points with mean and sigma of shape (charts, 1)."""

    def __init__(self, count: int, stages: list[tuple[slice, Floats, Floats]], limits: Limits) -> None:
        self.count, self.stages, self.limits = count, stages, limits
        self.k = stages[-1][0].stop
        self.last: Floats | None = None
        """The line that was asked for last."""

    def _tiles(self, within: slice | None = None) -> Iterator[tuple[slice, list[Any]]]:
        step = max(FEW // self.count, _NARROWEST)
        first, end = (0, self.k) if within is None else (within.start, within.stop)
        for part, mean, sigma in self.stages:
            stop = min(part.stop, end)
            for start in range(max(part.start, first), stop, step):
                tile = slice(start, min(start + step, stop))
                yield tile, [np.asarray(line, np.float64) for line in self.limits(tile, mean, sigma)]

    def beyond(self, points: Floats) -> Bools:
        """Points above the upper or below the lower limit, shape (charts, k)."""
        made = np.empty(points.shape, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            for tile, (_, low, high, _) in self._tiles():
                np.greater(points[:, tile], high + ROUNDING * np.abs(high), out=made[:, tile])
                made[:, tile] |= points[:, tile] < low - ROUNDING * np.abs(low)
        return made

    def each(self, single: bool) -> "list[Floats | Moving]":
        """The four lines, of one chart alone without its axis: views that repeat one number where they are level."""
        _, first = next(self._tiles())
        row: Any = 0 if single else slice(None)
        return [
            np.broadcast_to(line, (self.count, self.k))[row]
            if self.k == 1 or (len(self.stages) == 1 and (line.ndim == 0 or line.shape[-1] == 1))
            else Moving(self, number, row)
            for number, line in enumerate(first)
        ]

    def made(self, number: int, part: slice) -> Floats:
        """Return a stretch of one of the lines, shape (charts, m)."""
        made = np.empty((self.count, part.stop - part.start))
        for tile, lines in self._tiles(part):
            made[:, tile.start - part.start : tile.stop - part.start] = lines[number]
        return made


class Moving:
    """One of the lines where it moves: held as long as it is the one asked for last, or somebody else holds it."""

    def __init__(self, lines: Lines, number: int, row: Any) -> None:
        self.lines, self.number, self.row = lines, number, row
        self.known: weakref.ref[Floats] | None = None

    def whole(self) -> Floats:
        """Return all of it."""
        made = None if self.known is None else self.known()
        if made is None:
            self.lines.last = None  # before another one is made, so that never both are held here
            made = self.lines.made(self.number, slice(0, self.lines.k))
            self.known = weakref.ref(made)
        self.lines.last = made
        return np.asarray(made[self.row])

    def stretch(self, part: slice) -> Floats:
        """Return a stretch of it, shape (charts, m)."""
        made = None if self.known is None else self.known()
        return self.lines.made(self.number, part) if made is None else made[:, part]

"""The lines of a chart: centre, limits and sigma of every point, made only when they are asked for.

Where limits move with every point, four numbers a point would take more memory than the data. A chart therefore keeps
how its lines follow from its stages; what lies beyond them is found tile by tile.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ..inputs import Bools, Floats

ROUNDING = 1e-12
"""What lies nearer to a limit than this share of the limit's size lies on it: sums of equal values differ so much."""

TILE = 1 << 16
"""Points looked at together: few enough to stay in the processor's cache."""

_NARROWEST = 32
"""Points of each chart in a tile at least: rows of fewer are dearer to begin than to pass over."""

Limits = Callable[[slice, Floats, Floats], tuple[Any, Any, Any, Any]]
"""From a stretch of one stage, its mean and sigma, shape (charts, 1): centre, lower, upper, sigma of the statistic."""
Lazy = Floats | Callable[[], Floats]


class Line:
    """An attribute that is an array, or a function that is called for it once and then forgotten."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, chart: Any, owner: type | None = None) -> Floats:
        if chart is None:
            raise AttributeError(self.name)  # a class has none, so that no dataclass takes it for a default
        held = chart.__dict__[self.name]
        if not isinstance(held, np.ndarray):
            held = chart.__dict__[self.name] = held()
        made: Floats = held
        return made

    def __set__(self, chart: Any, value: Lazy) -> None:
        chart.__dict__[self.name] = value


class Lines:
    """The four lines of `count` charts by stages, each a stretch of points with mean and sigma of shape (charts, 1)."""

    def __init__(self, count: int, stages: list[tuple[slice, Floats, Floats]], limits: Limits) -> None:
        self.count, self.stages, self.limits = count, stages, limits
        self.k = stages[-1][0].stop

    def _tiles(self) -> Iterator[tuple[slice, list[Any]]]:
        step = max(TILE // self.count, _NARROWEST)
        for part, mean, sigma in self.stages:
            for start in range(part.start, part.stop, step):
                tile = slice(start, min(start + step, part.stop))
                yield tile, [np.asarray(line, np.float64) for line in self.limits(tile, mean, sigma)]

    def beyond(self, points: Floats) -> Bools:
        """Points above the upper or below the lower limit, shape (charts, k)."""
        made = np.empty(points.shape, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            for tile, (_, low, high, _) in self._tiles():
                np.greater(points[:, tile], high + ROUNDING * np.abs(high), out=made[:, tile])
                made[:, tile] |= points[:, tile] < low - ROUNDING * np.abs(low)
        return made

    def each(self, single: bool) -> list[Lazy]:
        """The four lines, of one chart alone without its axis: views that repeat one number where they are level."""
        _, first = next(self._tiles())
        level = len(self.stages) == 1 and all(line.ndim == 0 or line.shape[-1] == 1 for line in first)
        row: Any = 0 if single else slice(None)
        if level or self.k == 1:
            return [np.broadcast_to(line, (self.count, self.k))[row] for line in first]
        return [partial(self._one, number, row) for number in range(4)]

    def _one(self, number: int, row: Any) -> Floats:
        made = np.empty((self.count, self.k))
        for tile, lines in self._tiles():
            made[:, tile] = lines[number]
        return np.asarray(made[row])

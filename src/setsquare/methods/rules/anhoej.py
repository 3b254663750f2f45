"""Anhoej's rules of run charts: an unusually long run, or unusually few crossings of the centre line."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..charts import Chart, Charts
from ..charts.lines import ROUNDING
from ..figures import bars
from ..inputs import Bools, number
from ..results import Part, Result, Table, plain
from .patterns import packing, unpacked

Counts = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Runs(Part):
    """Runs and crossings of one stage: numbers for a chart alone, arrays (charts,) for many."""

    stage: str
    useful: Any
    """Points that are not on the centre line."""
    longest: Any
    """Points of the longest run."""
    longest_most: Any
    """The longest run that chance explains; 0 where no point is useful."""
    crossings: Any
    """How often neighbours lie on different sides."""
    crossings_least: Any
    """The fewest crossings that chance explains."""
    signal: Any
    """Whether the longest run is longer or crossings are fewer."""


@dataclasses.dataclass(frozen=True)
class Anhoej(Result):
    """What Anhoej's rules found, stage by stage; the long runs' points are in ``belonging``."""

    name: str
    version: str
    probability: float
    stages: tuple[Runs, ...]
    completing: Bools
    """Points at which a run has become longer than chance explains; shape (k,) or (charts, k)."""
    belonging: Bools
    """Points of runs that are longer than chance explains."""

    @property
    def signal(self) -> Any:
        """Whether any stage signals: True or False, or an array (charts,)."""
        found = np.array([stage.signal for stage in self.stages]).any(axis=0)
        return bool(found) if found.ndim == 0 else found

    def table(self) -> Table:
        """Return a row for each stage, with the chart's number first where there are many."""
        names = tuple(field.name for field in dataclasses.fields(Runs))[1:]
        rows = []
        for stage in self.stages:
            columns = [np.atleast_1d(getattr(stage, name)).tolist() for name in names]
            for chart, values in enumerate(zip(*columns, strict=True)):
                row = (stage.stage, *values)
                rows.append((chart, *row) if self.belonging.ndim == 2 else row)
        heads = ("stage", *names)
        return Table(("chart", *heads) if self.belonging.ndim == 2 else heads, tuple(rows))

    def to_dict(self) -> dict[str, Any]:
        """Return the stages, and the places of long runs' points (or pairs of chart and place)."""
        made = {name: getattr(self, name) for name in ("name", "version", "probability", "stages")}
        places = np.argwhere(self.belonging)
        return {**plain(made), "belongs": plain(places if self.belonging.ndim == 2 else places[:, 0])}

    def figure(self, chart: int = 0) -> dict[str, Any]:
        """Return each stage's longest run and crossings beside what chance explains, as an ECharts option.

        ``chart``: the number of one among many. Raises ValueError there where there is none.
        """
        many = len(self.belonging) if self.belonging.ndim == 2 else 1
        if not 0 <= chart < many:
            raise ValueError(f"chart: there is no chart {chart}")
        shown = {
            "longest run": "longest", "longest by chance": "longest_most", "crossings": "crossings",
            "fewest by chance": "crossings_least",
        }  # fmt: skip
        made = {
            said: [np.atleast_1d(getattr(stage, name))[chart] for stage in self.stages]
            for said, name in shown.items()
        }
        return bars("Runs and crossings", "points", [f"stage {stage.stage}" for stage in self.stages], made)

    def reasons(self, chart: int = 0) -> dict[int, tuple[tuple[str, bool], ...]]:
        """Return by place the points of long runs, in words, for a figure."""
        belong, complete = (one[chart] if one.ndim == 2 else one for one in (self.belonging, self.completing))
        says = "anhoej: a run longer than chance explains"
        return {place: ((says, bool(complete[place])),) for place in np.flatnonzero(belong).tolist()}


def anhoej(chart: Chart, *, probability: float = 0.05) -> Anhoej:
    """Judge a chart, or many, by its longest run and its crossings of the centre line, stage by stage.

    Points on the centre line, missing and excluded ones are left out; n others are useful. The longest run signals
    above log2(n) + 3, rounded; crossings signal below the quantile at ``probability`` of the binomial distribution
    with n - 1 and 1/2, as qicharts2 has both. Any chart with a centre will do, a run chart around its median best.
    Assumes independent points whose chance is even to lie on either side. A stage without useful points does not
    signal. Source: Anhoej and Olesen (2014); Chen (2010) for crossings, Schilling (2012) for runs.

    Raises ValueError at ``chart`` where it is none, at ``probability`` outside 0 to 1.

    >>> from setsquare.methods.charts import run
    >>> found = anhoej(run([9, 8, 9, 7, 8, 9, 8, 7, 6, 5, 3, 2, 4, 3, 1, 2, 3, 2, 4, 1]))
    >>> found.stages[0].longest, found.stages[0].longest_most, found.signal
    (10, 7, True)
    """
    if isinstance(chart, Charts):
        raise ValueError("chart: give one of the pair, location or spread")
    if not isinstance(chart, Chart):
        raise ValueError("chart: give a chart, such as run() draws")
    if not 0 < number("probability", probability) < 1:
        raise ValueError(f"probability: give a number between 0 and 1, not {probability:g}")
    points, centre = np.atleast_2d(chart.points), np.atleast_2d(chart.centre)
    belong, complete = np.zeros(points.shape, dtype=np.bool_), np.zeros(points.shape, dtype=np.bool_)
    stages, single = [], chart.points.ndim == 1
    for place in range(int(chart.stage[-1]) + 1):
        part = slice(*(np.searchsorted(chart.stage, [place, place + 1]).tolist()))
        slack = ROUNDING * np.abs(centre[:, part])
        above = points[:, part] > centre[:, part] + slack
        useful = above | (points[:, part] < centre[:, part] - slack)
        for one in chart.excluded:
            if part.start <= one.index < part.stop:
                useful[slice(None) if one.chart is None else one.chart, one.index - part.start] = False
        name = chart.stages[place].name if chart.stages else str(place + 1)
        made, belong[:, part], complete[:, part] = _judged(name, above, useful, probability, single)
        stages.append(made)
    row: Any = 0 if single else slice(None)
    return Anhoej("anhoej", "2014", probability, tuple(stages), complete[row], belong[row])


def _judged(
    name: str, above: Bools, useful: Bools, probability: float, single: bool
) -> tuple[Runs, Bools, Bools]:
    order = packing(~useful)
    many = useful.sum(axis=1)
    above = np.take_along_axis(above, order, 1)
    there = np.arange(above.shape[1]) < many[:, None]
    changes = np.zeros(above.shape, dtype=np.bool_)
    changes[:, 1:] = (above[:, 1:] != above[:, :-1]) & there[:, 1:]
    crossings = changes.sum(axis=1)
    # Each point's place in its run, and how long the run gets.
    place = np.arange(above.shape[1])
    began = np.maximum.accumulate(np.where(changes, place, 0), axis=1)
    nth = np.where(there, place - began + 1, 0)
    longest = nth.max(axis=1)
    most = np.where(many > 0, np.rint(np.log2(np.maximum(many, 1))) + 3, 0).astype(np.int64)
    least = _fewest(many, probability)
    last = np.ones(above.shape, dtype=np.bool_)
    last[:, :-1] = changes[:, 1:] | ~there[:, 1:]
    ends = np.minimum.accumulate(np.where(last, place, len(place))[:, ::-1], axis=1)[:, ::-1]
    length = ends - began + 1
    belong = there & (length > most[:, None])
    complete = belong & (nth > most[:, None])
    found: list[Any] = [many, longest, most, crossings, least, (longest > most) | (crossings < least)]
    if single:
        found = [one[0].item() for one in found]
    return Runs(name, *found), unpacked(belong, order), unpacked(complete, order)


def _fewest(useful: Counts, probability: float) -> Counts:
    """The smallest c with P(binomial(n - 1, 1/2) <= c) >= probability."""
    from scipy.special import bdtr  # noqa: PLC0415 - loads when first used

    tries = np.maximum(useful - 1, 0)
    low, high = np.full(tries.shape, -1), tries.copy()
    while (high - low > 1).any():
        middle = (low + high) // 2
        reached = bdtr(np.maximum(middle, 0), tries, 0.5) >= probability
        high = np.where(reached & (middle >= 0), middle, high)
        low = np.where(reached & (middle >= 0), low, middle)
    return np.asarray(high, dtype=np.int64)

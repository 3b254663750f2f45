"""What a control chart answers: the points with their limits, and how these came about."""

import dataclasses
from collections.abc import Mapping
from html import escape
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..inputs import Bools, Floats
from ..results import BELOW, BESIDE, Part, Result, Table, plain
from .lines import Line

Reasons: TypeAlias = tuple[tuple[str, bool], ...]
"""Rules in words, and whether a point completes their pattern (True) or only belongs to it."""


class Marks(Protocol):
    """What says why points of a chart are marked: the results of run rules."""

    def reasons(self, chart: int = 0) -> Mapping[int, Reasons]:
        """Return the rules behind each marked point, by place."""
        ...


@dataclasses.dataclass(frozen=True)
class Exclusion(Part):
    """A point that limits were computed without, and why; it stays on the chart."""

    index: int
    reason: str
    chart: int | None = None
    """The row of the chart among many; None is every chart."""


@dataclasses.dataclass(frozen=True)
class Stage(Part):
    """The mean and sigma behind the limits of one stage; give it as ``frozen`` to hold later points against."""

    name: str
    first: int
    """Place of its first point."""
    last: int
    """Place of its last point."""
    mean: Any
    """Mean of the process in its units; an array (charts,) where there are many charts."""
    sigma: Any
    """Standard deviation of one value (not of the plotted statistic), like ``mean``."""
    mean_from: str
    """How the mean was estimated, or ``given`` or ``frozen``."""
    sigma_from: str
    """The estimator of sigma by name, or ``given`` or ``frozen``."""
    used: Any
    """How many points were computed with (0 where nothing was computed), like ``mean``."""


@dataclasses.dataclass(frozen=True)
class Chart(Result):
    """One chart of k points, or many of k points each: arrays of shape (k,) or (charts, k).

    Run rules need ``points``, ``centre``, ``sigma`` and ``stage``. Arrays may be read-only views that repeat one
    number, so that limits take no memory of their own; limits that move are made when they are asked for, and kept only
    until another line is, or as long as you hold them.
    A missing point is NaN and is never beyond.
    """

    kind: str
    """What the chart is called, such as ``xbar``."""
    rule: str
    """How limits follow from mean and sigma, such as ``3 sigma``."""
    points: Floats
    """What is plotted."""
    centre: Floats
    lower: Floats
    """Lower limit; NaN where the chart has none."""
    upper: Floats
    sigma: Floats
    """Standard deviation of the plotted statistic; NaN where the chart has none."""
    size: Floats
    """What each point rests on: values of a subgroup, units inspected, area of opportunity."""
    beyond: Bools
    """Points above the upper or below the lower limit; a point on a limit is not beyond it."""
    stage: NDArray[np.signedinteger]
    """Number of each point's stage, shape (k,)."""
    stages: tuple[Stage, ...]
    excluded: tuple[Exclusion, ...] = ()

    def table(self) -> Table:
        """Return a row for each point; with the chart's number first where there are many."""
        names = ("points", "centre", "lower", "upper", "sigma", "size", "beyond")
        shape = self.points.shape
        columns = [plain(np.broadcast_to(getattr(self, name), shape).ravel()) for name in names]
        charts, k = shape if len(shape) == 2 else (1, shape[0])
        stages = [self.stages[number].name for number in self.stage] * charts
        columns = [[place % k for place in range(charts * k)], stages, *columns]
        heads: tuple[str, ...] = ("place", "stage", "point", *names[1:])
        if len(shape) == 2:
            columns = [[place // k for place in range(charts * k)], *columns]
            heads = ("chart", *heads)
        return Table(heads, tuple(zip(*columns, strict=True)))

    def figure(self, chart: int = 0, *, signals: Marks | None = None) -> dict[str, Any]:
        """Return the chart, or the one numbered `chart` among many, as an ECharts option.

        ``signals``: what run rules found on it; a point that completes a pattern becomes a red triangle, one that
        belongs to a pattern is orange, and each says why when it is pointed at. Without them, points beyond the
        limits are red. Excluded points are hollow diamonds.
        Raises ValueError at ``chart`` where there is none of that number.
        """
        many = self.points.ndim == 2
        if not 0 <= chart < (len(self.points) if many else 1):
            raise ValueError(f"chart: there is no chart {chart}")
        names = ("points", "centre", "lower", "upper", "beyond")
        lines = {
            name: plain(np.array(getattr(self, name)[chart] if many else getattr(self, name)))
            for name in names
        }
        found = None if signals is None else signals.reasons(chart)
        out_of_use = {one.index: one.reason for one in self.excluded if one.chart in (None, chart)}
        marked = []
        for place, (value, beyond) in enumerate(zip(lines["points"], lines["beyond"], strict=True)):
            said = _beyond(beyond) if found is None else found.get(place, ())
            marked.append(_mark(place, value, said, out_of_use.get(place), tell=found is not None))
        return {
            "title": {"text": f"{self.kind} chart"},
            "xAxis": {
                "type": "category", **BELOW, "name": "point", "data": list(range(1, self.points.shape[-1] + 1)),
            },
            "yAxis": {"type": "value", **BESIDE, "name": self.kind, "scale": True},
            "tooltip": {"trigger": "axis" if found is None else "item"},
            "series": [
                _series("lower", lines["lower"], "dashed"),
                _series("centre", lines["centre"], "solid"),
                _series("upper", lines["upper"], "dashed"),
                {"name": self.kind, "type": "line", "data": marked, **_LINE},
            ],
        }  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields as arrays, so that a chart can be copied and sent elsewhere."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


for _name in ("centre", "lower", "upper", "sigma"):
    setattr(Chart, _name, Line(_name))


@dataclasses.dataclass(frozen=True)
class Charts(Result):
    """The chart of the location beside that of the spread, as with Xbar and R; sigma of both is the same."""

    location: Chart
    spread: Chart

    def table(self) -> Table:
        """Return the rows of both charts, each with its kind first."""
        pair = [(chart.kind, chart.table()) for chart in (self.location, self.spread)]
        rows = tuple((kind, *row) for kind, table in pair for row in table.rows)
        return Table(("kind", *pair[0][1].columns), rows)

    def figure(self, chart: int = 0, *, signals: Marks | None = None) -> dict[str, Any]:
        """Return both charts, the location above the spread, as an ECharts option with two grids.

        `chart` and `signals` as in `Chart.figure`; signals are those of the location.
        """
        pair = (self.location.figure(chart, signals=signals), self.spread.figure(chart))
        return {
            "title": [one["title"] | {"top": top} for one, top in zip(pair, ("0%", "50%"), strict=True)],
            "grid": [{"top": "10%", "bottom": "58%"}, {"top": "60%", "bottom": "8%"}],
            # Both have the same points: the name below the lower one is enough.
            "xAxis": [
                one["xAxis"] | {"gridIndex": place, "name": ("", "point")[place]}
                for place, one in enumerate(pair)
            ],
            "yAxis": [one["yAxis"] | {"gridIndex": place} for place, one in enumerate(pair)],
            "tooltip": pair[0]["tooltip"],
            "series": [
                line | {"xAxisIndex": place, "yAxisIndex": place}
                for place, one in enumerate(pair)
                for line in one["series"]
            ],
        }


_LINE = {"itemStyle": {"color": "#2f6db5"}, "lineStyle": {"color": "#2f6db5"}}
"""Of points, so that red and orange are left for those that are marked."""


def _series(name: str, data: list[Any], line: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "step": "middle",
        "symbol": "none",
        "data": data,
        "itemStyle": {"color": "#777777"},
        "lineStyle": {"type": line, "color": "#777777", "width": 1.2},
    }


def _beyond(beyond: bool) -> Reasons:
    return (("outside the limits", True),) if beyond else ()


def _mark(
    place: int, value: float | None, said: Reasons, excluded: str | None, *, tell: bool
) -> dict[str, Any]:
    made: dict[str, Any] = {"value": value}
    if said:
        completes = any(complete for _, complete in said)
        made["itemStyle"] = {"color": "red" if completes else "orange"}
        if tell:
            made |= {"symbol": "triangle" if completes else "circle", "symbolSize": 10 if completes else 6}
    if excluded is not None:
        made["symbol"] = "emptyDiamond"
    if tell and (said or excluded is not None):
        words = [f"{'completes' if complete else 'belongs to'} {rule}" for rule, complete in said]
        if excluded is not None:
            words.append(f"excluded: {excluded}")
        made["tooltip"] = {"formatter": "<br>".join(_safe(word) for word in (f"point {place + 1}", *words))}
    return made


def _safe(text: str) -> str:
    """Escape what ECharts would read as markup or as a placeholder of its own."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")

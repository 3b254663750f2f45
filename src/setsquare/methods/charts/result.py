"""What a control chart answers: the points with their limits, and how these came about."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs import Bools, Floats
from ..results import Result, Table, plain


@dataclasses.dataclass(frozen=True)
class Exclusion(Result):
    """A point that limits were computed without, and why; it stays on the chart."""

    index: int
    reason: str
    chart: int | None = None
    """The row of the chart among many; None is every chart."""


@dataclasses.dataclass(frozen=True)
class Stage(Result):
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
    number, so that limits take no memory of their own. A missing point is NaN and is never beyond.
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
    stage: NDArray[np.int64]
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

    def figure(self, chart: int = 0) -> dict[str, Any]:
        """Return the chart, or the one numbered `chart` among many, as an ECharts option.

        Raises ValueError at ``chart`` where there is none of that number.
        """
        many = self.points.ndim == 2
        if not 0 <= chart < (len(self.points) if many else 1):
            raise ValueError(f"chart: there is no chart {chart}")
        lines = {
            name: plain(np.array(getattr(self, name)[chart] if many else getattr(self, name)))
            for name in ("points", "centre", "lower", "upper")
        }
        beyond = self.beyond[chart] if many else self.beyond
        out_of_use = {one.index for one in self.excluded if one.chart in (None, chart)}
        return {
            "title": {"text": self.kind},
            "xAxis": {"type": "category", "data": list(range(1, self.points.shape[-1] + 1))},
            "yAxis": {"type": "value", "scale": True},
            "tooltip": {"trigger": "axis"},
            "series": [
                _series("lower", lines["lower"], "dashed"),
                _series("centre", lines["centre"], "solid"),
                _series("upper", lines["upper"], "dashed"),
                {
                    "name": self.kind,
                    "type": "line",
                    "data": [
                        _mark(value, bool(out), place in out_of_use)
                        for place, (value, out) in enumerate(zip(lines["points"], beyond, strict=True))
                    ],
                },
            ],
        }


@dataclasses.dataclass(frozen=True)
class Charts(Result):
    """The chart of the location beside that of the spread, as with Xbar and R; sigma of both is the same."""

    location: Chart
    spread: Chart


def _series(name: str, data: list[Any], line: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "step": "middle",
        "symbol": "none",
        "data": data,
        "lineStyle": {"type": line},
    }


def _mark(value: float | None, beyond: bool, excluded: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"value": value}
    if beyond:
        made["itemStyle"] = {"color": "red"}
    if excluded:
        made["symbol"] = "emptyDiamond"
    return made

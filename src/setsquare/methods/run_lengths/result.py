"""What is answered about a chart's run lengths."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, column, floats, listed, number, one_of
from ..results import BELOW, BESIDE, Result, Table, plain
from .chain import Runs

Start = Literal["zero", "steady"]
STARTS: tuple[Start, ...] = ("zero", "steady")
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclasses.dataclass(frozen=True)
class RunLengths(Result):
    """Run lengths of one chart for each of many states of the process: points plotted until the first signal."""

    chart: str
    design: Mapping[str, Any]
    """What the chart is made of, by the names of the function's arguments."""
    start: Start
    """``zero``: the change is there from the first point; ``steady``: it comes after long without a signal."""
    of: str
    """What ``values`` are."""
    values: Floats
    arl: Floats
    """Average run length, shape of ``values``; infinite beyond 1e12, which rounding hides."""
    sdrl: Floats
    """Standard deviation of the run length."""
    probabilities: Floats
    quantiles: Floats
    """Least n with P(run length <= n) >= probability, shape (values, probabilities)."""

    def table(self) -> Table:
        """Return a row for each value."""
        heads = (self.of, "ARL", "SDRL", *(f"{100 * one:g} %" for one in self.probabilities))
        columns = [self.values, self.arl, self.sdrl, *self.quantiles.T]
        return Table(heads, tuple(tuple(row) for row in zip(*map(plain, columns), strict=True)))

    def figure(self) -> dict[str, Any]:
        """Return ARL and median over the values as an ECharts option with a logarithmic axis."""
        lines = {"ARL": self.arl}
        if 0.5 in self.probabilities:
            lines["median"] = self.quantiles[:, list(self.probabilities).index(0.5)]
        order = np.argsort(self.values)
        return {
            "title": {"text": f"Run lengths, {self.chart}"},
            "xAxis": {"type": "value", **BELOW, "name": self.of, "scale": True},
            "yAxis": {"type": "log", **BESIDE, "name": "points until a signal"},
            "tooltip": {"trigger": "axis"},
            "legend": {"right": 8},
            "series": [
                {"name": name, "type": "line", "data": plain(np.column_stack((self.values, line))[order])}
                for name, line in lines.items()
            ],
        }


def described(
    chart: str,
    design: Mapping[str, Any],
    of: str,
    values: Floats,
    runs: Callable[[float], Runs],
    *,
    start: Start = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Compute moments and quantiles of the runs at each value; raises ValueError at ``probabilities``."""
    asked = column("probabilities", probabilities)
    if (asked <= 0).any() or (asked >= 1).any():
        raise ValueError("probabilities: give numbers between 0 and 1")
    found = [runs(float(value)) for value in values]
    moments = np.array([one.moments() for one in found])
    quantiles = np.array([[one.quantile(float(share)) for share in asked] for one in found], dtype=np.float64)
    return RunLengths(chart, design, start, of, values, moments[:, 0], moments[:, 1], asked, quantiles)


def started(start: str) -> Start:
    """Return the start where it is one; raises ValueError at ``start``."""
    return one_of("start", start, STARTS)


def values_of(name: str, values: Any) -> Floats:
    """Take one number or a column of numbers."""
    return column(name, np.atleast_1d(floats(name, values)))


def limits_of(limits: Any) -> tuple[float | None, float | None]:
    """Return a lower and an upper limit, None for none; raises ValueError at ``limits`` where they are no two."""
    pair = listed("limits", limits)
    if isinstance(limits, str | bytes | set | frozenset | dict) or len(pair) != 2:
        raise ValueError("limits: give a lower and an upper one, None for none")
    low, high = (None if end is None else number("limits", end) for end in pair)
    return low, high

"""The histogram of values with their limits and the curves that were fitted, as an ECharts option.

Source: NIST/SEMATECH e-Handbook 1.3.3.14 (histogram).
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..figures import LABEL
from ..inputs import Floats
from ..results import BELOW, BESIDE

if TYPE_CHECKING:
    from .indices import Limits

_GRID = 121
_MOST = 60
Density = Callable[[Floats], Floats]


def bell(mean: float, sd: float) -> Density:
    """Return the normal density.

    >>> float(bell(0, 1)(np.array([0.0]))[0]).__round__(4)
    0.3989
    """
    return lambda x: np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def histogram(
    title: str, values: Floats, limits: "Limits", curves: Sequence[tuple[str, Density]]
) -> dict[str, Any]:
    """Return the histogram with limits, and each density by its name, as an ECharts option."""
    bins = min(_MOST, max(5, round(2 * len(values) ** (1 / 3))))  # Rice's rule, which no outlier can drive up
    # No more than the distance of neighbouring numbers allows, far from zero.
    apart = (float(values.max()) - float(values.min())) / (2 * float(np.spacing(np.abs(values).max())))
    counts, edges = np.histogram(values, bins=max(1, min(bins, int(apart))))
    width = float(edges[1] - edges[0])
    bars = [[float(a + width / 2), int(c)] for a, c in zip(edges[:-1], counts, strict=True)]
    series: list[dict[str, Any]] = [{"type": "bar", "name": "values", "data": bars, "barWidth": "99%"}]
    ends = [end for end in (limits.lower, limits.upper) if math.isfinite(end)]
    xs = np.linspace(*_reach(values, ends), _GRID)
    for name, density in curves:
        ys = len(values) * width * density(xs)
        points = [[float(x), float(y)] for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
        series.append({"type": "line", "name": name, "data": points, "showSymbol": False})
    marks = [
        {"xAxis": place, "name": name}
        for name, place in (("lower", limits.lower), ("target", limits.target), ("upper", limits.upper))
        if math.isfinite(place)
    ]
    series[0]["markLine"] = {"symbol": "none", "label": LABEL, "data": marks}
    return {
        "title": {"text": title},
        "legend": {"right": 8, "data": [line["name"] for line in series]},
        "xAxis": {"type": "value", **BELOW, "name": "value", "scale": True},
        "yAxis": {"type": "value", **BESIDE, "name": "how many"},
        "series": series,
    }


def _reach(values: Floats, ends: Sequence[float]) -> tuple[float, float]:
    """Return what the picture spans: all values with half a spread beside them, and the limits where they are near."""
    low, high = float(values.min()), float(values.max())
    room = (high - low) / 4
    near = [end for end in ends if low - 8 * room <= end <= high + 8 * room]
    return min([low - room, *near]), max([high + room, *near])

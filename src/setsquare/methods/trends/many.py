"""Which of many series really got worse? The trend of each, with the false ones among the findings kept few.

Sources: those of `rate_trend` and `false_discovery`; Y. Benjamini and D. Yekutieli, JASA 100 (2005), for intervals of
what was selected.
"""

import dataclasses
import functools
from typing import Any, Literal

import numpy as np

from ..figures import ROOM
from ..inputs import Floats, floats, one_of, whole
from ..results import BELOW, Part, Result, Table, plain
from .discovery import Control, Discoveries, false_discovery
from .given import Alternative, name_all
from .trend import MODELS, By, Model, RateTrend, rate_trend

Worse = Literal["up", "down", "either"]
ALTERNATIVE: dict[str, Alternative] = {"up": "greater", "down": "less", "either": "two-sided"}


@dataclasses.dataclass(frozen=True)
class Finding(Part):
    """One series: its trend, and whether it stands among all."""

    place: int
    """Its row in what was given, from 0."""
    name: str
    events: float
    ratio: float
    """The rate is multiplied by this in `per` units of time."""
    interval: tuple[float, float]
    """The ratio's, as if the series were the only one."""
    p: float
    """In the direction that was asked for; NaN where there were too few events to test."""
    q: float
    """The false-discovery rate at which it is the last to survive."""
    survives: bool
    dispersion: float
    selected_interval: tuple[float, float] | None
    """The ratio's, widened because survivors were selected; of survivors alone."""


@dataclasses.dataclass(frozen=True)
class Worsening(Result):
    """All series in the order of q, then p, then ratio; survivors first."""

    findings: tuple[Finding, ...]
    survivors: int
    tested: int
    worse: str
    method: str
    level: float
    pi0: float
    model: str
    by: str
    per: float
    confidence: float

    def table(self) -> Table:
        """Return a row for each series, in order."""
        head = ("name", "events", "ratio", "low", "high", "p", "q", "survives", "dispersion")
        rows = [
            (one.name, one.events, one.ratio, *one.interval, one.p, one.q, one.survives, one.dispersion)
            for one in self.findings
        ]
        return Table(head, tuple(tuple(plain(row)) for row in rows))

    def figure(self, most: int = 20) -> dict[str, Any]:
        """Return the first `most` series' ratios with intervals, survivors marked, as an ECharts option.

        Intervals of survivors are those for the selected. Infinite or missing ends are left open at the axis.
        """
        shown = [one for one in self.findings if np.isfinite(one.ratio) and one.ratio > 0][:most]
        lines = []
        for place, one in enumerate(shown):
            low, high = one.selected_interval or one.interval
            colour = "red" if one.survives else "grey"
            ends = [[max(low, one.ratio / 100), place], [min(high, one.ratio * 100), place]]
            style = {"itemStyle": {"color": colour}, "lineStyle": {"color": colour}, "showSymbol": False}
            lines.append({"type": "line", "data": plain(ends), **style})
        dots = [
            {"value": [one.ratio, place], "itemStyle": {"color": "red" if one.survives else "grey"}}
            for place, one in enumerate(shown)
        ]
        return {
            "title": {"text": "Which series got worse" if self.worse != "either" else "Which series changed"},
            "grid": ROOM,
            "xAxis": {"type": "log", **BELOW, "name": "rate ratio"},
            "yAxis": {"type": "category", "data": [one.name for one in shown], "inverse": True},
            "tooltip": {"trigger": "item"},
            "series": [{"type": "scatter", "data": plain(dots)}, *lines],
        }


def worsening(
    counts: Any,
    exposure: Any = 1.0,
    *,
    names: Any = None,
    time: Any = None,
    worse: Worse = "up",
    model: Model = "quasi",
    method: Control = "benjamini-hochberg",
    level: float = 0.05,
    least: int = 1,
    per: float = 1.0,
    confidence: float = 0.95,
) -> Worsening:
    """Tell which of many series really got worse, with their rate ratios, p and q.

    Each has its own trend as in `rate_trend`, by the score test (Wald's for the negative binomial); ``quasi`` takes
    each series' own dispersion, where it exceeds 1, and Student's t. `worse` is the direction that counts, ``either``
    for both. Those with q (see `false_discovery`) of `level` or less survive. Series of fewer than `least` events are
    not tested: a series' total says nothing of its direction, so leaving out small ones keeps the level. With R
    survivors, `selected_interval` has the confidence 1 - R level / tested: on average at most the share `level` of
    them misses its ratio.

    Series are independent, or depend positively; otherwise take ``benjamini-yekutieli``. `counts`: shape (series, k);
    `exposure`: one number, (k,), or the shape of counts; `names`: one for each series. Raises ValueError at the
    argument that does not fit.

    >>> up = [1, 2, 2, 3, 5, 6, 8, 9, 12, 15]
    >>> found = worsening([[4, 5, 3, 6, 4, 5, 4, 3, 5, 4], up, [7, 5, 6, 8, 6, 7, 5, 8, 6, 7]], names="ABC")
    >>> [(one.name, round(one.ratio, 3), one.survives) for one in found.findings]
    [('B', 1.303, True), ('C', 1.008, False), ('A', 0.993, False)]
    """
    one_of("worse", worse, tuple(ALTERNATIVE))
    few = whole("least", least, least=1)
    if floats("counts", counts).ndim != 2:
        raise ValueError("counts: give a row for each series")
    by: By = "wald" if one_of("model", model, MODELS) == "negative binomial" else "score"
    fit = functools.partial(
        rate_trend, counts, exposure, time=time, model=model, by=by, alternative=ALTERNATIVE[worse], per=per,
        floor=1.0,
    )  # fmt: skip
    trend = fit(confidence=confidence)
    called = name_all("names", names, len(trend.p))
    found = false_discovery(_tested(trend, few), method=method, level=level)
    share = found.found * found.level / found.tests
    wider = fit(confidence=1 - share) if found.found else trend
    return Worsening(
        _ordered(called, trend, found, wider), found.found, found.tests, worse, method, found.level, found.pi0,
        model, by, trend.per, trend.confidence,
    )  # fmt: skip


def _tested(trend: RateTrend, least: int) -> Floats:
    """Return p of the series that are tested, NaN of the others."""
    p = np.where((trend.events >= least) & ~np.isnan(trend.ratio), trend.p, np.nan)
    if np.isnan(p).all():
        raise ValueError(f"counts: no series has {least} events or more, at two times or more")
    return p


def _ordered(
    names: tuple[str, ...], trend: RateTrend, found: Discoveries, wider: RateTrend
) -> tuple[Finding, ...]:
    # q first, missing ones last; among equal ones p, then the larger ratio.
    places = np.lexsort((-np.nan_to_num(trend.ratio, nan=-1.0), found.p, found.q))
    return tuple(_finding(int(place), names, trend, found, wider) for place in places)


def _finding(
    place: int, names: tuple[str, ...], trend: RateTrend, found: Discoveries, wider: RateTrend
) -> Finding:
    def ends(of: RateTrend) -> tuple[float, float]:
        return float(of.interval[0][place]), float(of.interval[1][place])

    survives = bool(found.survives[place])
    return Finding(
        place, names[place], float(trend.events[place]), float(trend.ratio[place]), ends(trend),
        float(found.p[place]), float(found.q[place]), survives, float(trend.dispersion[place]),
        ends(wider) if survives else None,
    )  # fmt: skip

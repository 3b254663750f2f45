"""What a gauge study answers: the table of variance, and each source's share of the spread."""

import dataclasses
import math
from typing import Any

from ..figures import bars
from ..inputs import number
from ..results import Part, Result, Table

DISTINCT = 1.41
"""What AIAG multiplies the ratio of parts to gauge by: the root of two, as printed there."""


@dataclasses.dataclass(frozen=True)
class AnovaRow(Part):
    """A source of variation: its sum of squares, degrees of freedom, mean square, F and p (NaN where not tested)."""

    source: str
    degrees: int
    sum_of_squares: float
    mean_square: float
    f: float = math.nan
    p: float = math.nan


@dataclasses.dataclass(frozen=True)
class Component(Part):
    """A source's variance and standard deviation with intervals, and its shares in per cent.

    `contribution` is the share of the total variance, `study` that of the total standard deviation, `tolerance` the
    study variation (k standard deviations) as a share of the tolerance, `process` the standard deviation as a share of
    the process' known one; NaN where none was given.
    """

    source: str
    variance: float
    variance_interval: tuple[float, float]
    sd: float
    sd_interval: tuple[float, float]
    study_variation: float
    contribution: float
    study: float
    tolerance: float
    process: float


@dataclasses.dataclass(frozen=True)
class GaugeStudy(Result):
    """A gauge repeatability and reproducibility study.

    `method` says how it was computed; `distinct` is the number of distinct categories, `distinct_raw` the same
    before it was cut to a whole number. `anova` is the full table, `reduced` the one after pooling (empty without).
    The sources are "gauge", "repeatability", "reproducibility", "operator", "interaction", "part", "total", those
    that the method estimates.
    """

    method: str
    components: tuple[Component, ...]
    anova: tuple[AnovaRow, ...]
    reduced: tuple[AnovaRow, ...]
    pooled: bool
    pooling: float | None
    confidence: float
    multiplier: float
    tolerance: float
    process: float
    distinct: int
    distinct_raw: float
    constants: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

    def __getitem__(self, source: str) -> Component:
        for component in self.components:
            if component.source == source:
                return component
        raise KeyError(source)

    def table(self) -> Table:
        """Return a row for each source of variation."""
        shares = ("% contribution", "% study", "% tolerance", "% process")
        head = ("source", "variance", "sd", "study variation", *shares)
        rows = tuple(
            (c.source, c.variance, c.sd, c.study_variation, c.contribution, c.study, c.tolerance, c.process)
            for c in self.components
        )
        return Table(head, rows)

    def figure(self) -> dict[str, Any]:
        """Return the bars of the shares, as an ECharts option."""
        shown = [c for c in self.components if c.source != "total"]
        series = [("% contribution", "contribution"), ("% study", "study")]
        for name, given in (("tolerance", self.tolerance), ("process", self.process)):
            if not math.isnan(given):
                series.append((f"% {name}", name))
        made = {title: [getattr(c, field) for c in shown] for title, field in series}
        return bars("Gauge study", "%", [c.source for c in shown], made)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What is asked of a study beside its data; NaN where nothing was given."""

    multiplier: float
    tolerance: float
    process: float
    confidence: float


def asked(multiplier: float, tolerance: float | None, process: float | None, confidence: float) -> Asked:
    """Return what is asked; raises ValueError at the argument that makes no sense."""
    return Asked(
        number("multiplier", multiplier, above=0),
        math.nan if tolerance is None else number("tolerance", tolerance, above=0),
        math.nan if process is None else number("process", process, above=0),
        number("confidence", confidence, least=0.5, most=0.9999),
    )


def component(
    source: str,
    variance: float,
    interval: tuple[float, float],
    total: float,
    asked: Asked,
) -> Component:
    """Return a source's line; the shares are NaN where nothing varies at all."""
    sd, whole = math.sqrt(variance), math.sqrt(total)
    return Component(
        source,
        variance,
        interval,
        sd,
        (math.sqrt(interval[0]), math.sqrt(interval[1])),
        asked.multiplier * sd,
        100 * variance / total if total else math.nan,
        100 * sd / whole if total else math.nan,
        100 * asked.multiplier * sd / asked.tolerance,
        100 * sd / asked.process,
    )


def distinct(part: float, gauge: float) -> tuple[int, float]:
    """Return the number of distinct categories, whole (one at least) and as it came; 0 where nothing varies.

    The ratio is 1.41 sd(part) / sd(gauge) (AIAG MSA, chapter III-B).
    """
    if gauge == 0:
        return 0, math.inf if part else math.nan
    raw = DISTINCT * part / gauge
    return max(1, int(raw)), raw

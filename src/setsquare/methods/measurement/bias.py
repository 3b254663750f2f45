"""Is one gauge right: type 1 study, bias, linearity and stability against references.

Sources: AIAG Measurement Systems Analysis (4th edition), chapter III-B (bias, linearity, stability); ISO
22514-7:2021 (capability of measurement processes); NIST/SEMATECH e-Handbook 2.3 and 2.4 (calibration, bias, control
of a measurement).
"""

import dataclasses
import math
from typing import Any

import numpy as np

from ..constants import d2, d3
from ..figures import GREY, curves, intervals
from ..inputs import Column, Floats, column, graspable, is_table, number, opened, same_length, table, whole
from ..results import BELOW, BESIDE, Result, Table


@dataclasses.dataclass(frozen=True)
class Bias(Result):
    """How far the mean of repeated measurements is from the reference, with Student's t-test and interval.

    `interval` is that of the bias, `mean_interval` the same around the mean. With a standard deviation of zero t is
    infinite, or NaN where the bias is zero too.
    """

    reference: float
    n: int
    mean: float
    sd: float
    bias: float
    standard_error: float
    t: float
    degrees: int
    p: float
    interval: tuple[float, float]
    mean_interval: tuple[float, float]
    confidence: float
    significant: bool
    percent_tolerance: float = math.nan
    method: str = "Student's t, sample standard deviation"

    def figure(self) -> dict[str, Any]:
        """Return the bias with its interval against zero, as an ECharts option."""
        rows = [(f"reference {self.reference:g}", self.bias, self.interval)]
        return intervals("Bias", "bias", rows, upright=(("none", 0.0),))


@dataclasses.dataclass(frozen=True)
class Type1(Result):
    """A type 1 gauge study: one gauge, one operator, one reference.

    `cg` and `cgk` are infinite where nothing varies; `percent_repeatability` is 100 times the study variation over
    the tolerance, `percent_both` the same with the bias added. `resolution_share` is the resolution as per cent of
    the tolerance.
    """

    bias: Bias
    tolerance: float
    share: float
    multiplier: float
    cg: float
    cgk: float
    percent_repeatability: float
    percent_both: float
    resolution_share: float
    values: Floats
    method: str = "type 1, sample standard deviation"

    def table(self) -> Table:
        """Return the figures that are judged."""
        return Table(
            ("name", "value"),
            (
                ("mean", self.bias.mean),
                ("bias", self.bias.bias),
                ("standard deviation", self.bias.sd),
                ("p of the bias", self.bias.p),
                ("Cg", self.cg),
                ("Cgk", self.cgk),
                ("% repeatability", self.percent_repeatability),
                ("% repeatability and bias", self.percent_both),
            ),
        )

    def figure(self) -> dict[str, Any]:
        """Return the run of the measurements about the reference, as an ECharts option."""
        half = self.share * self.tolerance / 2
        lines = (self.bias.reference - half, self.bias.reference, self.bias.reference + half)
        return run_figure("Type 1 gauge study", "measurement", self.values, lines)


def bias(
    values: Column, reference: float, *, tolerance: float | None = None, confidence: float = 0.95
) -> Bias:
    """Return the bias of repeated measurements of one part whose reference value is known.

    bias = mean - reference, t = bias / (s / sqrt n) with n - 1 degrees of freedom. Values are independent and
    nearly normal, two or more; missing values are left out. `tolerance` is the width of the tolerance.

    >>> found = bias([5.8, 5.7, 5.9, 5.9, 6.0, 6.1, 6.0, 6.1, 6.4, 6.3, 6.0, 6.1, 6.2, 5.6, 6.0], 6.0)
    >>> round(found.bias, 4), found.significant
    (0.0067, False)
    """
    given = column("values", values, missing=True)
    given = given[~np.isnan(given)]
    if len(given) < 2:
        raise ValueError("values: give two measurements or more")
    return bias_from_summary(
        float(given.mean()),
        float(given.std(ddof=1)),
        len(given),
        reference,
        tolerance=tolerance,
        confidence=confidence,
    )


def bias_from_summary(
    mean: float,
    sd: float,
    n: int,
    reference: float,
    *,
    tolerance: float | None = None,
    confidence: float = 0.95,
) -> Bias:
    """Return the bias where mean, standard deviation and number of the measurements are known.

    >>> round(bias_from_summary(6.021, 0.2048, 100, 6.01).t, 4)
    0.5371
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - loads when first used

    mean, sd, reference = number("mean", mean), number("sd", sd, least=0), number("reference", reference)
    n = whole("n", n, least=2)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    width = math.nan if tolerance is None else number("tolerance", tolerance, above=0)
    error = sd / math.sqrt(n)
    off = mean - reference
    t, p = _t_test(off, error, n - 1)
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * error
    return Bias(
        reference, n, mean, sd, off, error, t, n - 1, p, (off - half, off + half), (mean - half, mean + half), level,
        p < 1 - level, 100 * abs(off) / width,
    )  # fmt: skip


def type1_study(
    values: Column,
    reference: float,
    tolerance: float,
    *,
    share: float = 20.0,
    multiplier: float = 6.0,
    resolution: float | None = None,
    confidence: float = 0.95,
) -> Type1:
    """Return the capability of one gauge at one reference.

    Cg = (K/100 T) / (k s); Cgk = (K/200 T - |bias|) / (k s / 2), T being the width of the tolerance, K the `share`
    of it in per cent, k the `multiplier`. K = 20 and k = 6 is Minitab's and JASP's habit; k = 4 is in use too. The
    percentages are K / Cg and K / Cgk (infinite where Cgk is zero, NaN where it is negative). Two measurements or
    more (25 to 50 are usual), one operator, in order of time; missing values are left out.

    >>> study = type1_study([10.01, 9.99, 10.0, 10.02, 9.98], 10.0, 1.0)
    >>> round(study.cg, 3), round(study.cgk, 3)
    (2.108, 2.108)
    """
    width = number("tolerance", tolerance, above=0)
    part = number("share", share, above=0, most=100)
    k = number("multiplier", multiplier, above=0)
    found = bias(values, reference, tolerance=width, confidence=confidence)
    room = part / 100 * width
    left = room / 2 - abs(found.bias)
    cg = room / (k * found.sd) if found.sd else math.inf
    cgk = left / (k / 2 * found.sd) if found.sd else math.copysign(math.inf, left)
    both = part / cgk if cgk > 0 else (math.inf if cgk == 0 else math.nan)
    fine = math.nan if resolution is None else 100 * number("resolution", resolution, above=0) / width
    return Type1(
        found, width, part / 100, k, cg, cgk, part / cg, both, fine, column("values", values, missing=True)
    )


def run_figure(title: str, y: str, values: Floats, lines: tuple[float, ...]) -> dict[str, Any]:
    """Return measurements in order of time with level lines, as an ECharts option."""
    points = [None if math.isnan(value) else value for value in values.tolist()]
    return {
        "title": {"text": title},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", **BELOW, "name": "time", "data": list(range(1, len(points) + 1))},
        "yAxis": {"type": "value", **BESIDE, "name": y, "scale": True},
        "series": [
            {
                "type": "line",
                "data": points,
                "markLine": {
                    "symbol": "none",
                    "label": {"color": GREY},
                    "data": [{"yAxis": level} for level in lines],
                },
            }
        ],
    }


@dataclasses.dataclass(frozen=True)
class Linearity(Result):
    """How the bias changes with the size of what is measured: the line of bias on reference.

    `levels` are the biases at each reference (with the level's own standard deviation); `low` and `high` are the
    confidence band of the line there. `acceptable` says that the band holds zero at every reference. `linearity` is
    |slope| times the process variation, NaN where none was given; `percent` is 100 |slope|.
    """

    slope: float
    intercept: float
    slope_error: float
    intercept_error: float
    t_slope: float
    t_intercept: float
    p_slope: float
    p_intercept: float
    degrees: int
    sd: float
    r2: float
    references: Floats
    levels: tuple[Bias, ...]
    low: Floats
    high: Floats
    acceptable: bool
    linearity: float
    percent: float
    confidence: float
    method: str = "least squares of the single biases on the reference"

    def table(self) -> Table:
        """Return a row for each reference."""
        rows = tuple(
            (level.reference, level.n, level.bias, level.t, level.p, low, high)
            for level, low, high in zip(self.levels, self.low.tolist(), self.high.tolist(), strict=True)
        )
        return Table(("reference", "n", "bias", "t", "p", "low", "high"), rows)

    def figure(self) -> dict[str, Any]:
        """Return biases, line and band over the references, as an ECharts option."""
        fitted = self.intercept + self.slope * self.references
        lines = {
            name: np.column_stack([self.references, y])
            for name, y in (("fit", fitted), ("low", self.low), ("high", self.high))
        }
        means = {"bias": [(level.reference, level.bias) for level in self.levels]}
        return curves("Linearity", "reference", "bias", lines, points=means, level=(("none", 0.0),))


def linearity(
    values: Column, references: Column, *, variation: float | None = None, confidence: float = 0.95
) -> Linearity:
    """Return how the bias depends on the reference, from repeated measurements of parts with known references.

    bias_i = values_i - references_i is fitted by a straight line; slope and intercept are tested against zero by
    Student's t with n - 2 degrees of freedom. `variation` is the process variation (six standard deviations), from
    which the linearity in units comes. Errors are independent with the same spread at all references. Two
    measurements of each reference, two different references, no missing values; a perfect line has t of infinity.

    >>> found = linearity([2.1, 2.3, 4.0, 4.2, 6.1, 6.0], [2, 2, 4, 4, 6, 6])
    >>> round(found.slope, 4), found.acceptable
    (-0.0375, True)
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - loads when first used

    y, x = column("values", values), column("references", references)
    same_length(values=y, references=x)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    spread = math.nan if variation is None else number("variation", variation, above=0)
    found = np.unique(x)
    if len(found) < 2:
        raise ValueError("references: give two different references or more")
    graspable("references", np.array([np.ptp(found)]))
    if min(int((x == place).sum()) for place in found) < 2:
        raise ValueError("values: give two measurements or more of each reference")
    off = y - x
    n, middle = len(x), x.mean()
    wide = float(((x - middle) ** 2).sum())
    slope = float(((x - middle) * off).sum()) / wide
    intercept = float(off.mean() - slope * middle)
    rest = off - intercept - slope * x
    sd = math.sqrt(float((rest**2).sum()) / (n - 2))
    errors = sd / math.sqrt(wide), sd * math.sqrt(1 / n + middle**2 / wide)
    (t1, p1), (t0, p0) = _t_test(slope, errors[0], n - 2), _t_test(intercept, errors[1], n - 2)
    about = float(((off - off.mean()) ** 2).sum())
    half = float(stdtrit(n - 2, 0.5 + level / 2)) * sd * np.sqrt(1 / n + (found - middle) ** 2 / wide)
    fitted = intercept + slope * found
    levels = tuple(bias(y[x == place], float(place), confidence=level) for place in found)
    return Linearity(
        slope, intercept, errors[0], errors[1], t1, t0, p1, p0, n - 2, sd,
        1 - float((rest**2).sum()) / about if about else math.nan,
        found, levels, fitted - half, fitted + half, bool((np.abs(fitted) <= half).all()),
        abs(slope) * spread, 100 * abs(slope), level,
    )  # fmt: skip


def _t_test(estimate: float, error: float, degrees: int) -> tuple[float, float]:
    from scipy.special import stdtr  # noqa: PLC0415 - loads when first used

    if error == 0:
        return (math.copysign(math.inf, estimate), 0.0) if estimate else (math.nan, math.nan)
    t = estimate / error
    return t, float(2 * stdtr(degrees, -abs(t)))


@dataclasses.dataclass(frozen=True)
class Stability(Result):
    """A gauge's measurements of one master over time: averages and ranges with their limits, and the drift.

    `beyond` and `ranges_beyond` are the times, from 0, whose average or range is outside its limits. `drift` is the
    slope of the averages a time step, with its t-test.
    """

    center: float
    low: float
    high: float
    mean_range: float
    range_low: float
    range_high: float
    sigma: float
    averages: Floats
    ranges: Floats
    beyond: tuple[int, ...]
    ranges_beyond: tuple[int, ...]
    stable: bool
    drift: float
    drift_p: float
    bias: Bias | None
    method: str = "average and range limits, three sigma, average range / d2"

    def figure(self) -> dict[str, Any]:
        """Return the averages with their limits, as an ECharts option."""
        return run_figure("Stability", "average", self.averages, (self.low, self.center, self.high))


def _occasions(values: Any) -> tuple[Floats, int]:
    """Return the occasions as rows, and of how many values a range is."""
    given = opened(values)
    made = table("values", given) if is_table(given) else column("values", given)[:, None]
    if len(made) < 3:
        raise ValueError("values: give three occasions or more")
    return made, max(2, made.shape[1])


def stability(values: Any, *, reference: float | None = None, confidence: float = 0.95) -> Stability:
    """Return whether a gauge measures a master alike over time; a row of `values` is one occasion.

    An occasion has two measurements or more, or all have one (a column): then ranges are those of neighbours. Limits:
    average of averages +- 3 R / (d2 sqrt n), ranges from R max(0, 1 - 3 d3 / d2) to R (1 + 3 d3 / d2); a value on a
    limit is inside. Rows are of one length without missing values, three or more. Constant data are stable with
    limits of no width. `reference` adds the bias of the averages.

    >>> stability([[5.0, 5.1], [5.1, 4.9], [5.0, 5.2], [9.0, 9.1]]).beyond
    (0, 1, 2, 3)
    """
    made, n = _occasions(values)
    times = len(made)
    averages = made.mean(axis=1)
    ranges = made.max(axis=1) - made.min(axis=1) if made.shape[1] > 1 else np.abs(np.diff(averages))
    center, mean_range = float(averages.mean()), float(ranges.mean())
    sigma = mean_range / d2(n)
    half, part = 3 * sigma / math.sqrt(made.shape[1]), 3 * d3(n) / d2(n)
    slack = 1e-12 * max(1.0, abs(center))
    beyond = np.flatnonzero(np.abs(averages - center) > half + slack)
    low, high = mean_range * max(0.0, 1 - part), mean_range * (1 + part)
    wild = np.flatnonzero((ranges > high + slack) | (ranges < low - slack))
    steps = np.arange(times) - (times - 1) / 2
    wide = float((steps**2).sum())
    slope = float((steps * averages).sum()) / wide
    rest = averages - center - slope * steps
    error = math.sqrt(float((rest**2).sum()) / (times - 2) / wide)
    _, p = _t_test(slope, error, times - 2)
    off = None if reference is None else bias(averages, reference, confidence=confidence)
    return Stability(
        center, center - half, center + half, mean_range, low, high, sigma, averages, ranges,
        tuple(int(i) for i in beyond), tuple(int(i) for i in wild), not (len(beyond) or len(wild)), slope, p, off,
    )  # fmt: skip

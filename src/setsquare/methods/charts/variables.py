"""Charts of measured values: Xbar with R or S, median with R, individuals with moving range, run chart."""

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from .. import constants
from ..inputs import Floats, number, one_of, whole
from .phases import Frame, Phasing, Used, draw, frame, settle
from .result import Chart, Charts, Stage
from .series import Series
from .subgroups import Subgroups

ESTIMATORS_OF_INDIVIDUALS = ("mr", "mr_median", "mssd", "sd")
Constant = Callable[[Any], Any]


def xbar_r(
    values: Any,
    *,
    estimator: str = "rbar",
    width: float = 3.0,
    spread_centre: str = "expected",
    **phasing: Unpack[Phasing],
) -> Charts:
    """Charts of subgroup means and ranges.

    Limits are mean +- width sigma / sqrt(n), and sigma (d2(n) +- width d3(n)) but not below 0. The mean is weighted
    by subgroup size. Source: NIST e-Handbook 6.3.2.1, ISO 7870-2; own computation of d2 and d3.

    ``values``: rows are subgroups, shape (k, n), or (charts, k, n) for many charts; rows may differ in length (NaN or
    None fill them up); or a ``Summary`` of statistics. ``estimator``: ``rbar`` (mean of R / d2), ``rbar_mv`` (the
    same weighted for least variance), ``sbar`` (mean of s / c4), ``sbar_mv``, ``pooled`` (root of the pooled variance
    over c4). ``spread_centre``: ``expected`` draws the R chart around d2(n) sigma, which moves with n; ``mean`` around
    the mean range weighted by n, as qcc does. Phasing: see ``phases.Frame``.
    Assumes independent normal values. Constant data give sigma 0 and limits on the centre; an empty subgroup has no
    point; one of a single value has no range. Among many charts, one without usable subgroups has NaN limits; a
    chart alone raises ValueError at ``values``.

    >>> both = xbar_r([[5, 7, 6], [6, 8, 7], [4, 6, 5]])
    >>> both.location.stages[0].sigma_from, round(both.location.stages[0].sigma, 4)
    ('rbar', 1.1816)
    >>> round(float(both.location.upper[0]), 4), round(float(both.spread.upper[0]), 4)
    (8.0467, 5.1492)
    """
    return _subgrouped("R", values, estimator, width, spread_centre, phasing)


def xbar_s(
    values: Any,
    *,
    estimator: str = "sbar",
    width: float = 3.0,
    spread_centre: str = "expected",
    **phasing: Unpack[Phasing],
) -> Charts:
    """Charts of subgroup means and standard deviations (divisor n - 1), of equal or unequal size.

    Limits are mean +- width sigma / sqrt(n), and sigma (c4(n) +- width c5(n)) but not below 0. Source: NIST
    e-Handbook 6.3.2.1. Arguments, assumptions and errors as in ``xbar_r``.

    >>> both = xbar_s([[5, 7, 6], [6, 8, 7], [4, 6]])
    >>> [round(float(one), 4) for one in both.location.upper]
    [8.4513, 8.4513, 8.9741]
    """
    return _subgrouped("S", values, estimator, width, spread_centre, phasing)


def median_r(
    values: Any,
    *,
    estimator: str = "rbar",
    width: float = 3.0,
    spread_centre: str = "expected",
    **phasing: Unpack[Phasing],
) -> Charts:
    """Charts of subgroup medians and ranges.

    The centre is the mean of the medians weighted by size; limits are centre +- width sigma e(n), where e(n) is the
    standard deviation of the median of n standard normal values. Source: ISO 7870-2 (median chart). Arguments,
    assumptions and errors as in ``xbar_r``.

    >>> round(float(median_r([[5, 7, 6], [6, 8, 7], [4, 6, 5]]).location.upper[0]), 4)
    8.3745
    """
    return _subgrouped("median", values, estimator, width, spread_centre, phasing)


def individuals(
    values: Any, *, estimator: str = "mr", span: int = 2, width: float = 3.0, **phasing: Unpack[Phasing]
) -> Charts:
    """Charts of individual values and their moving ranges.

    Limits are mean +- width sigma, and sigma (d2(w) +- width d3(w)) but not below 0, w the span. Source: NIST
    e-Handbook 6.3.2.2, with d2(2) = 1.128379 instead of its 1.128.

    ``values``: shape (k,), or (charts, k). ``estimator``: ``mr`` (mean moving range / d2(w)), ``mr_median`` (median
    moving range / d4(w)), ``mssd`` (root of half the mean squared successive difference; no unbiasing constant),
    ``sd`` (standard deviation / c4). A moving range that would reach over a missing or excluded value, or into another
    stage, is left out of the estimate; the spread chart has no point at the first w - 1 of a stage.
    Assumes independent normal values. Constant data give sigma 0. A chart alone that has too few values raises
    ValueError at ``values``; among many, its limits are NaN.

    >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]  # NIST e-Handbook 6.3.2.2
    >>> chart = individuals(flow).location
    >>> round(float(chart.lower[0]), 3), round(float(chart.upper[0]), 3)
    (45.818, 55.802)
    """
    given = Series("values", values)
    width, span = number("width", width, above=0), whole("span", span, least=2)
    one_of("estimator", estimator, ESTIMATORS_OF_INDIVIDUALS)
    held = frame(given.count, given.k, given.single, phasing)

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        sigma = given.sigma(estimator, span, part, use)
        how = f"{estimator} of span {span}" if estimator.startswith("mr") and span != 2 else estimator
        return given.mean(part, use), sigma, "mean of values", how

    stages = settle(held, given.values, estimate)
    rule = f"{width:g} sigma"
    location = draw(
        held, "I", rule, given.values, 1, stages, lambda _, m, s: (m, m - width * s, m + width * s, s)
    )
    return Charts(location, _moving(held, given, span, stages, width, rule))


def run(values: Any, **phasing: Unpack[Phasing]) -> Chart:
    """Chart of values in order around their median; without limits, to be judged by runs and crossings.

    ``values``: shape (k,), or (charts, k). ``mean`` of a stage is its median here. Assumes independence only.
    Missing values stay gaps. Source: Anhoej and Olesen (2014); NIST e-Handbook 1.3.3.25.

    >>> run([3, 1, 4, 1, 5]).centre.tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    given = Series("values", values)
    held = frame(given.count, given.k, given.single, phasing)

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        return given.middle(part, use), np.zeros(held.count), "median of values", "none"

    stages = settle(held, given.values, estimate, needs_sigma=False)
    return draw(held, "run", "none", given.values, 1, stages, lambda _, m, s: (m, np.nan, np.nan, np.nan))


def _subgrouped(
    kind: str, values: Any, estimator: str, width: float, spread_centre: str, phasing: Phasing
) -> Charts:
    given = Subgroups("values", values)
    width = number("width", width, above=0)
    one_of("spread_centre", spread_centre, ("expected", "mean"))
    held = frame(given.count, given.k, given.single, phasing)
    # The spread first: reducing to it gives the means in the same pass.
    own = given.sd if kind == "S" else given.range
    points = given.median if kind == "median" else given.mean
    what = "medians" if kind == "median" else "means"

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        sigma = np.zeros(held.count) if held.sigma is not None else given.sigma(estimator, part, use)
        return given.weighted_mean(points, part, use), sigma, f"mean of {what} weighted by size", estimator

    stages = settle(held, points, estimate)
    rule = f"{width:g} sigma"

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        size = given.sizes(part)
        spread = sigma * _error(kind, size)
        return mean, mean - width * spread, mean + width * spread, spread

    location = draw(held, "median" if kind == "median" else "xbar", rule, points, given.size, stages, around)
    return Charts(location, _spread(kind, own, given, held, stages, width, spread_centre, rule))


def _error(kind: str, size: Any) -> Any:
    """Standard deviation of a mean or median in sigmas; NaN of an empty subgroup."""
    if kind != "median":
        return 1 / np.sqrt(np.where(size > 0, size, np.nan))
    if not isinstance(size, np.ndarray):
        return constants.median_sd(size) if size > 1 else 1.0
    made = np.where(size > 1, constants.median_sd(np.maximum(size, 2)), 1.0)
    return np.where(size > 0, made, np.nan)


def _spread(
    kind: str,
    points: Floats,
    given: Subgroups,
    held: Frame,
    stages: tuple[Stage, ...],
    width: float,
    centre: str,
    rule: str,
) -> Chart:
    unit: Constant = constants.c4 if kind == "S" else constants.d2
    error: Constant = constants.c5 if kind == "S" else constants.d3

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        size = given.sizes(part)
        fit = np.maximum(size, 2) if isinstance(size, np.ndarray) else max(size, 2)
        spread = np.where(size > 1, error(fit), np.nan) * sigma
        middle = np.where(size > 1, unit(fit), np.nan) * sigma
        if centre == "mean":
            use = None if held.used is None else held.used[:, part]
            middle = given.weighted_mean(points, part, use)[:, None]
        return middle, np.maximum(middle - width * spread, 0), middle + width * spread, spread

    return draw(held, "S" if kind == "S" else "R", rule, points, given.size, stages, around)


def _moving(
    held: Frame, given: Series, span: int, stages: tuple[Stage, ...], width: float, rule: str
) -> Chart:
    """Draw the chart of moving ranges; the first of each stage are missing."""
    ranges = np.empty(given.values.shape)
    for part in held.slices:
        begin = min(part.start + span - 1, part.stop)
        ranges[:, part.start : begin] = np.nan
        if begin < part.stop:
            ranges[:, begin : part.stop] = given.ranges(span, part)
    unit, error = constants.d2(span), constants.d3(span)
    low, high = max(unit - width * error, 0.0), unit + width * error

    def around(_: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        return unit * sigma, low * sigma, high * sigma, error * sigma

    return draw(held, "MR", rule, ranges, span, stages, around)

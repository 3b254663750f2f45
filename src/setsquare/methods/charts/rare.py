"""Charts of rare events: g of the number of cases, t of the time between them."""

from typing import Any, Unpack

import numpy as np

from ..inputs import Floats, number
from .counts import rule_of
from .phases import Phasing, Used, draw, frame, settle
from .result import Chart
from .series import Series, moving_sigma

_POWER = 3.6
"""A Weibull variable of this shape is nearly normal: y^(1/3.6) of an exponential y (Nelson 1994)."""


def g(
    between: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of the number of cases between two events, which is geometric (0, 1, 2 ...) where risk is constant.

    The centre is the mean m. ``limits`` ``sigma``: m +- width sqrt(m (m + 1)), not below 0; ``probability``: the
    geometric quantiles at (1 -+ confidence) / 2 with P(X <= x) = 1 - (m / (m + 1))^(x + 1).
    Source: Kaminsky, Benneyan et al. (1992); Benneyan (2001). ``between``: shape (k,) or (charts, k), whole and not
    negative, otherwise ValueError at ``between``; missing ones are gaps. No events at all (m = 0) give limits of 0.

    >>> chart = g([12, 3, 30, 7, 8])
    >>> float(chart.centre[0]), round(float(chart.upper[0]), 3), float(chart.lower[0])
    (12.0, 49.47, 0.0)
    """
    given = Series("between", between, least=0, whole=True)
    rule = rule_of(limits, width, confidence)
    width, confidence = number("width", width), number("confidence", confidence)
    held = frame(given.count, given.k, given.single, phasing)
    if held.mean is not None and (held.mean < 0).any():
        raise ValueError("mean: is negative")

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        mean = given.mean(part, use) if held.mean is None else held.mean
        return mean, np.sqrt(mean * (mean + 1)), "mean of values", "geometric given the mean"

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        if limits == "sigma":
            return mean, np.maximum(mean - width * sigma, 0.0), mean + width * sigma, sigma
        tail = (1 - confidence) / 2
        return mean, _geometric(tail, mean), _geometric(1 - tail, mean), sigma

    return draw(held, "g", rule, given.values, 1, settle(held, given.values, estimate), around)


def t(
    between: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of the time between two events, which is exponential where they come at a constant rate.

    ``limits`` ``sigma``: an individuals chart of y = time^(1/3.6) by its mean moving range, turned back to times; a
    lower limit below 0 becomes 0 (Nelson 1994). The stage's mean and sigma, and given ones, are those of y, and the
    chart's ``sigma`` is NaN: on the scale of times there is none. ``probability``: the exponential quantiles at
    (1 -+ confidence) / 2, the centre being the median m ln 2; the stage's mean m is that of the times.
    ``between``: shape (k,) or (charts, k), in any unit of time, not negative, otherwise ValueError at ``between``.

    >>> chart = t([12.0, 3.5, 30.0, 7.0, 8.0], limits="probability")
    >>> round(float(chart.centre[0]), 3), round(float(chart.upper[0]), 2)
    (8.387, 79.95)
    """
    given = Series("between", between, least=0)
    rule = rule_of(limits, width, confidence)
    width, confidence = number("width", width), number("confidence", confidence)
    held = frame(given.count, given.k, given.single, phasing)
    if held.mean is not None and (held.mean < 0).any():
        raise ValueError("mean: is negative")
    shaped = Series("between", given.values ** (1 / _POWER)) if limits == "sigma" else given

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        mean = shaped.mean(part, use)
        if limits == "probability":
            return mean, mean, "mean of times", "exponential given the mean"
        sigma = moving_sigma(shaped.values[:, part], use)
        return mean, sigma, "mean of times^(1/3.6)", "mr of times^(1/3.6)"

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        if limits == "probability":
            tail = (1 - confidence) / 2
            return mean * np.log(2), -mean * np.log1p(-tail), -mean * np.log(tail), sigma
        low, high = np.maximum(mean - width * sigma, 0.0), mean + width * sigma
        return mean**_POWER, low**_POWER, high**_POWER, np.nan

    return draw(held, "t", rule, given.values, 1, settle(held, shaped.values, estimate), around)


def _geometric(share: float, mean: Floats) -> Floats:
    """The smallest whole x with P(X <= x) >= share; rounded first, so that a bound that is met stays met."""
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.log1p(-share) / np.log(mean / (mean + 1)) - 1
    return np.where(mean > 0, np.maximum(np.ceil(np.round(place, 9)), 0.0), np.where(mean == 0, 0.0, np.nan))

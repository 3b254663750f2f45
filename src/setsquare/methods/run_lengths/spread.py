"""Run lengths of the charts of subgroup spread: R by the distribution of the range, S by that of the deviation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import constants
from ..inputs import graspable, number, whole
from .chain import Chain
from .result import PROBABILITIES, RunLengths, described, limits_of, values_of

Limits = tuple[float | None, float | None]
Beyond = Callable[[float, float], float]
"""From limits in sigmas of the values as they are: the chance of a statistic below the lower or above the upper one."""


def r(
    ratio: Any,
    *,
    n: int,
    width: float = 3.0,
    limits: Limits | None = None,
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of an R chart of subgroups of `n`, exactly by the distribution of the range.

    ``ratio``: sigma of the values to that in control, one or many. Limits at d2 +- ``width`` d3 and not below 0, or
    ``limits`` as (lower, upper) ranges in sigmas in control, None for none. P(R <= r) = n integral f(x) (F(x + r) -
    F(x))^(n-1) dx; points are independent, so that run lengths are geometric. Means that move do not touch it.
    Source: Montgomery, Statistical Quality Control, section 6.2; Harter (1960), Annals of Mathematical Statistics 31.

    Assumes independent normal values, sigma in control known. Raises ValueError at ``ratio`` not above 0, ``n`` below
    2 or over 1,000, ``width``, ``limits``, ``probabilities``.

    >>> r([1, 1.5, 2], n=5).arl.round(1).tolist()
    [217.2, 7.2, 2.4]
    """
    size = whole("n", n, least=2, most=1000)

    def beyond(low: float, high: float) -> float:
        above = constants.range_above(np.array([low, high]), size)
        return float(above[1] if np.isfinite(high) else 0.0) + (1 - float(above[0]) if low > 0 else 0.0)

    unit = constants.d2(size), constants.d3(size)
    return _spread("R", ratio, size, width, limits, unit, beyond, probabilities)


def s(
    ratio: Any,
    *,
    n: int,
    width: float = 3.0,
    limits: Limits | None = None,
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of an S chart of subgroups of `n`, exactly: (n - 1) s^2 / sigma^2 is chi-squared with n - 1.

    Limits at c4 +- ``width`` c5 and not below 0, or ``limits`` as (lower, upper) deviations in sigmas in control. The
    other arguments, assumptions and errors are those of ``r``; there is no largest n.
    Source: Montgomery, Statistical Quality Control, section 6.3.

    >>> s([1, 1.5, 2], n=5).arl.round(1).tolist()
    [256.5, 7.0, 2.3]
    """
    size = whole("n", n, least=2)

    def beyond(low: float, high: float) -> float:
        from scipy.special import chdtr, chdtrc  # noqa: PLC0415 - loads when first used

        free = size - 1
        return float(chdtr(free, free * low**2) + chdtrc(free, free * high**2))

    unit = constants.c4(size), constants.c5(size)
    return _spread("S", ratio, size, width, limits, unit, beyond, probabilities)


def _spread(
    chart: str,
    ratio: Any,
    n: int,
    width: float,
    limits: Limits | None,
    unit: tuple[float, float],
    beyond: Beyond,
    probabilities: Sequence[float],
) -> RunLengths:
    given, width = values_of("ratio", ratio), number("width", width, above=0)
    if (given <= 0).any():
        raise ValueError("ratio: give more than 0")
    graspable("ratio", given)
    low, high = _ends(limits, (max(unit[0] - width * unit[1], 0.0), unit[0] + width * unit[1]))

    def runs(true: float) -> Chain:
        chance = min(max(beyond(low / true, high / true), 0.0), 1.0)
        return Chain(np.array([[1 - chance]]), np.ones(1))

    design = {"n": n, "width": width, "limits": limits}
    of = "sigma of values to that in control"
    return described(chart, design, of, given, runs, probabilities=probabilities)


def _ends(limits: Limits | None, usual: tuple[float, float]) -> tuple[float, float]:
    """Return the limits where they are some; raises ValueError at ``limits``."""
    if limits is None:
        return usual
    low, high = limits_of(limits)
    least = 0.0 if low is None else number("limits", low, least=0)
    return least, np.inf if high is None else number("limits", high, above=least)

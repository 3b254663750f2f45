"""The chart that signals as rarely as wanted in control, and as soon as can be (or as wanted) after a shift."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..inputs import flag, number, whole
from ..results import Result
from .cusum import cusum, cusum_arl
from .ewma import checked_weight, ewma, ewma_chain
from .mewma import mewma, mewma_chain, mewma_limit
from .result import RunLengths
from .shewhart import xbar

LEAST_WEIGHT = 0.01
LARGEST_N = 100_000


@dataclasses.dataclass(frozen=True)
class Design(Result):
    """A chart found, by the arguments of the chart's function, with what it reaches."""

    chart: str
    parameters: Mapping[str, float]
    arl0: float
    """Wanted average run length in control."""
    shift: float
    """Shift to find, in the unit of the run lengths."""
    run_lengths: RunLengths
    """In control and at the shift, in this order."""

    @property
    def arl1(self) -> float:
        """Average run length at the shift."""
        return float(self.run_lengths.arl[1])

    def figure(self) -> dict[str, Any]:
        """Return the run lengths in control and at the shift, as an ECharts option."""
        return self.run_lengths.figure()


def design_xbar(arl0: float, shift: float, arl1: float) -> Design:
    """Find limits for `arl0`, and the least subgroup size n whose ARL after `shift` is at most `arl1`.

    ``shift`` in sigmas of a single value. width = quantile of 1 - 1 / (2 arl0), as signals are independent.
    Raises ValueError at ``arl0`` and ``arl1`` not above 1, ``shift`` not above 0, and at ``arl1`` where no n up to
    100,000 is enough.

    >>> found = design_xbar(370, shift=1.0, arl1=2.0)
    >>> found.parameters["n"], round(found.parameters["width"], 3)
    (9, 3.0)
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    arl0, shift, arl1 = _wanted(arl0, shift), number("shift", shift), number("arl1", arl1, above=1)
    width = float(-ndtri(1 / (2 * arl0)))

    def reached(n: int) -> bool:
        far = shift * np.sqrt(n)
        return bool(ndtr(far - width) + ndtr(-far - width) >= 1 / arl1)

    if not reached(LARGEST_N):
        raise ValueError(
            f"arl1: not even subgroups of {LARGEST_N:,} reach it; ask for less, or for a larger shift"
        )
    n = _least(reached, 1, LARGEST_N)
    return Design("xbar", {"n": n, "width": width}, arl0, shift, xbar([0.0, shift], n=n, width=width))


def design_cusum(
    arl0: float,
    shift: float,
    *,
    k: float | None = None,
    head_start: float = 0.0,
    two_sided: bool = True,
) -> Design:
    """Find h for `arl0`, with k = shift / 2 where none is given, which finds that shift soonest.

    ``shift`` in sigmas of the plotted statistic (times sqrt(n) for means of n); ``head_start`` here as a share of h,
    0.5 for the usual fast initial response. Source: Moustakides (1986), Annals of Statistics 14, on k; Hawkins and
    Olwell (1998). Raises ValueError at ``arl0`` not above 1, ``shift`` not above 0, ``k`` below 0, ``head_start``
    outside [0, 0.5].

    >>> round(design_cusum(465.44, shift=1.0).parameters["h"], 3)
    5.0
    """
    arl0, shift = _wanted(arl0, shift), number("shift", shift)
    reference = shift / 2 if k is None else number("k", k, least=0)
    share, two_sided = number("head_start", head_start, least=0, most=0.5), flag("two_sided", two_sided)

    def lacking(h: float) -> float:
        return cusum_arl(0.0, reference, h, share * h, two_sided) - arl0

    h = _root("arl0", lacking, 0.01, 1.0)
    found = {"k": reference, "h": h, "head_start": share * h}
    lengths = cusum([0.0, shift], k=reference, h=h, head_start=share * h, two_sided=two_sided)
    return Design("cusum", found, arl0, shift, lengths)


def design_ewma(arl0: float, shift: float, *, weight: float | None = None, steady: bool = False) -> Design:
    """Find the width for `arl0`; where no weight is given, the weight that finds `shift` soonest, too.

    ``shift`` in sigmas of the plotted statistic; ``steady`` as in ``charts.ewma``. Weights from 0.01 to 1 are looked
    at, each with limits of a long run: with exact ones, the average from the very first point alone would favour the
    least weight, and a shift that comes later would be found late. Source: Crowder (1989), JQT 21; Lucas and Saccucci
    (1990). Raises ValueError at ``arl0`` not above 1, ``shift`` not above 0, ``weight`` outside [0.001, 1].

    >>> found = design_ewma(500, shift=1.0, weight=0.1, steady=True)
    >>> round(found.parameters["width"], 3), round(found.arl1, 1)
    (2.814, 10.3)
    """
    arl0, shift, steady = _wanted(arl0, shift), number("shift", shift), flag("steady", steady)

    def width_for(weight: float, lasting: bool) -> float:
        def lacking(width: float) -> float:
            return ewma_chain(0.0, weight, width, lasting).sums()[0] - arl0

        return _root("arl0", lacking, 0.05, 1.0)

    def delay(weight: float) -> float:
        return ewma_chain(shift, weight, width_for(weight, True), True).sums()[0]

    best = _best(delay) if weight is None else checked_weight(weight)
    width = width_for(best, steady)
    lengths = ewma([0.0, shift], weight=best, width=width, steady=steady)
    return Design("ewma", {"weight": best, "width": width}, arl0, shift, lengths)


def design_mewma(arl0: float, shift: float, *, measures: int, weight: float | None = None) -> Design:
    """Find the limit for `arl0`; where no weight is given, the weight that finds `shift` soonest, too (seconds).

    ``shift`` as the distance of the mean vector, see ``mewma``. Source: Prabhu and Runger (1997), JQT 29. Raises
    ValueError at ``arl0`` not above 1, ``shift`` not above 0, ``measures``, ``weight`` outside [0.001, 1].

    >>> round(design_mewma(200, shift=1.0, measures=2, weight=0.1).parameters["limit"], 2)
    8.63
    """
    arl0, shift = _wanted(arl0, shift), number("shift", shift)
    width = whole("measures", measures, least=1)

    def delay(weight: float) -> float:
        return mewma_chain(shift, width, weight, mewma_limit(width, weight, arl0)).sums()[0]

    best = _best(delay, 0.03) if weight is None else checked_weight(weight)
    limit = mewma_limit(width, best, arl0)
    lengths = mewma([0.0, shift], measures=width, weight=best, limit=limit)
    return Design("mewma", {"weight": best, "limit": limit}, arl0, shift, lengths)


def _wanted(arl0: Any, shift: Any) -> float:
    number("shift", shift, above=0)
    return number("arl0", arl0, above=1)


def _root(name: str, lacking: Callable[[float], float], low: float, high: float) -> float:
    """Find where a growing function is 0, by doubling and Brent's method on the logarithmic scale it grows on."""
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used

    if lacking(low) >= 0:
        raise ValueError(f"{name}: is too short for any such chart; give more")
    while lacking(high) < 0:
        low, high = high, 2 * high
    return float(brentq(lacking, low, high, xtol=1e-9))


def _best(delay: Callable[[float], float], least: float = LEAST_WEIGHT) -> float:
    """Find the weight of the shortest delay, to three digits."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - loads when first used

    ends = float(np.log(least)), 0.0
    found = minimize_scalar(
        lambda one: delay(float(np.exp(one))), bounds=ends, method="bounded", options={"xatol": 1e-3}
    )
    return round(float(np.exp(found.x)), 3)


def _least(enough: Callable[[int], bool], low: int, high: int) -> int:
    while low < high:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle + 1
    return low

"""Tolerance limits of Weibull values, exact for whole samples by conditioning on their shape (Lawless)."""

import numpy as np

from ..inputs import Column, Floats, column
from ..quadrature import legendre
from .result import Tolerance, checked, made

MANY = 120
"""Nodes of the integral over the scale of the logarithms."""


def weibull(
    values: Column, *, coverage: float = 0.95, confidence: float = 0.95, side: str = "two"
) -> Tolerance:
    """Tolerance limits of Weibull values, whose logarithms have smallest extreme values: location u and scale b.

    Given the sample's shape (the ancillaries (x_i - u) / b), the limit for the quantile u + w b is exact: with
    S(b) = sum of exp(x_i / b), b has the density b^-n exp(sum x_i / b) S(b)^-n, and exp(-u / b) S(b) is gamma with n.
    The limit is the confidence quantile of what follows for u + w b, by one integral. Two-sided: two such limits, each
    with half of what may be missed, so that the confidence is at least that asked for.
    Source: Lawless (1975), Technometrics 17; Lawless, Statistical Models and Methods for Lifetime Data, chapter 5.

    Assumes independent Weibull values (two parameters), none censored. Missing values are left out. Raises ValueError
    at ``values`` of fewer than 2, not above 0, or all the same.

    >>> found = weibull([40.0, 55, 61, 72, 90, 98, 110, 125], coverage=0.9, side="lower")
    >>> round(found.low, 1)
    21.3
    """
    share, sure, kind = checked(coverage, confidence, side)
    there = column("values", values, missing=True)
    there = there[~np.isnan(there)]
    if len(there) < 2 or there.min() == there.max():
        raise ValueError("values: give 2 or more that differ")
    if there.min() <= 0:
        raise ValueError("values: give values above 0, as those of a Weibull distribution are")
    logs = np.log(there)
    if logs.max() - logs.min() < 1e-10:
        raise ValueError("values: lie so far from zero that their logarithms hardly differ")
    parts = 2 if kind == "two" else 1
    tail, risk = (1 - share) / parts, (1 - sure) / parts
    scales, weights = _scales(logs)
    low = _limit(logs, scales, weights, tail, risk)
    high = _limit(logs, scales, weights, 1 - tail, 1 - risk)
    middle = _limit(logs, scales, weights, 0.5, 0.5)
    assumed = ("values are independent of one another", "values have a Weibull distribution")
    ends = float(np.exp(low)), float(np.exp(high))
    reached = sure if parts == 1 else float("nan")
    return made(
        "weibull",
        kind,
        share,
        sure,
        len(there),
        ends,
        float(np.exp(middle)),
        assumed,
        reached=reached,
        floor=0.0,
    )


def _scales(logs: Floats) -> tuple[Floats, Floats]:
    """Nodes of b over where its density matters, and the density times their weights, which sum to 1."""
    spread = float(logs.std()) * 0.78

    def density(log_b: Floats) -> Floats:
        b = np.exp(log_b)
        n = len(logs)
        return np.asarray((1 - n) * log_b + logs.sum() / b - n * _log_sum(logs, b))

    low, high = np.log(spread) - 7, np.log(spread) + 40
    for _ in range(3):  # closing in on where the density matters, however narrow
        grid = np.linspace(low, high, 200)
        heights = density(grid)
        matters = np.flatnonzero(heights > heights.max() - 45)
        low, high = grid[max(matters[0] - 1, 0)], grid[min(matters[-1] + 1, len(grid) - 1)]
    places, weights = legendre(low, high, MANY)
    heights = density(places)
    shares = weights * np.exp(heights - heights.max())
    return np.exp(places), shares / shares.sum()


def _log_sum(logs: Floats, b: Floats) -> Floats:
    """Log of S(b), from the largest term."""
    top = logs.max()
    return np.asarray(top / b + np.log(np.exp((logs - top) / b[:, None]).sum(axis=1)))


def _limit(logs: Floats, scales: Floats, weights: Floats, share: float, confidence: float) -> float:
    """Quantile of u + w b at `confidence`: P(u + w b <= y) is the mean over b of P(gamma >= exp(w + log S - y / b))."""
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used
    from scipy.special import gammaincc  # noqa: PLC0415 - loads when first used

    w, sums, n = np.log(-np.log1p(-share)), _log_sum(logs, scales), len(logs)

    def lacking(y: float) -> float:
        return float(weights @ gammaincc(n, np.exp(np.minimum(w + sums - y / scales, 700.0)))) - confidence

    reach = float(logs.max() - logs.min())
    low, high = logs.min() - reach, logs.max() + reach
    while lacking(low) > 0:
        low -= 2 * (high - low)
    while lacking(high) < 0:
        high += 2 * (high - low)
    return float(brentq(lacking, low, high, xtol=1e-12))

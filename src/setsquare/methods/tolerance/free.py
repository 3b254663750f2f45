"""Tolerance intervals without a distribution: between two of the sorted values (Wilks)."""

import numpy as np

from ..inputs import Column, column, whole
from .result import Tolerance, checked, made


def distribution_free(
    values: Column, *, coverage: float = 0.95, confidence: float = 0.95, side: str = "two"
) -> Tolerance:
    """Tolerance interval between the r-th and the s-th of the sorted values, for any continuous distribution.

    What lies between them is beta distributed with s - r and n - s + r + 1; as many extremes are left out on both sides
    as the confidence allows (the odd one at the upper end). Source: Wilks (1941), Annals of Math. Statistics 12; NIST
    e-Handbook 7.2.6.3; ISO 16269-6. Assumes independent values of one distribution; ties make the confidence higher.
    Missing values are left out.

    Raises ValueError at ``values`` where they are too few: it says how many are needed (``sample_size``).

    >>> found = distribution_free(range(1, 101), coverage=0.9)
    >>> found.low, found.high, round(found.reached, 3)
    (2.0, 98.0, 0.976)
    """
    share, sure, kind = checked(coverage, confidence, side)
    there = column("values", values, missing=True)
    there = np.sort(there[~np.isnan(there)])
    n = len(there)
    out = _left_out(n, share, sure, 2 if kind == "two" else 1)
    if out is None:
        needed = sample_size(coverage=share, confidence=sure, side=kind)
        raise ValueError(f"values: {n} are too few; {needed:,} are needed without a distribution")
    below = {"two": out // 2, "lower": out, "upper": 1}[kind]
    above = {"two": out - out // 2, "lower": 1, "upper": out}[kind]
    return made(
        "distribution-free",
        kind,
        share,
        sure,
        n,
        (there[below - 1], there[n - above]),
        np.median(there),
        ("values are independent of one another", "they come from one continuous distribution"),
        reached=_confidence(n, share, out),
    )


def sample_size(
    *, coverage: float = 0.95, confidence: float = 0.95, side: str = "two", left_out: int | None = None
) -> int:
    """Return the least n whose extremes (or those further in) hold `coverage` with `confidence`.

    ``left_out``: blocks between neighbours that lie outside: 1 for one extreme, 2 for both (what ``side`` says where it
    is None), more where further values are to be dropped. Without a distribution n is the least with
    P(binomial(n, 1 - coverage) >= left_out) >= confidence. Source: Wilks (1941); ISO 16269-6, table F.

    >>> sample_size(), sample_size(side="upper"), sample_size(coverage=0.99, side="upper")
    (93, 59, 299)
    """
    share, sure, kind = checked(coverage, confidence, side)
    out = (2 if kind == "two" else 1) if left_out is None else whole("left_out", left_out, least=1)
    low, high = out, 2 * out
    while _confidence(high, share, out) < sure:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _confidence(middle, share, out) >= sure else (middle + 1, high)
    return low


def _confidence(n: int, coverage: float, out: int) -> float:
    """P(the share between is at least coverage) = P(at least `out` of n lie in the rest)."""
    from scipy.special import betainc  # noqa: PLC0415 - loads when first used

    return float(betainc(out, n - out + 1, 1 - coverage)) if out <= n else 0.0


def _left_out(n: int, coverage: float, confidence: float, least: int) -> int | None:
    """Find the most blocks that may lie outside; None where not even the extremes are enough."""
    if n < least or _confidence(n, coverage, least) < confidence:
        return None
    low, high = least, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _confidence(n, coverage, middle) >= confidence else (low, middle)
    return low

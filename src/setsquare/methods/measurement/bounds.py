"""Confidence intervals of sums and differences of mean squares: the modified large-sample method.

Sources: F. A. Graybill and C.-M. Wang, JASA 75 (1980), for sums; N. Ting, R. K. Burdick, F. A. Graybill, S.
Jeyaratnam and T.-F. C. Lu, Journal of Statistical Computation and Simulation 35 (1990), where a mean square is
subtracted; R. K. Burdick, C. M. Borror and D. C. Montgomery, Journal of Quality Technology 35 (2003), for gauge
studies.
"""

import math
from collections.abc import Sequence

Term = tuple[float, float, float]
"""What a mean square is multiplied by, the mean square, and its degrees of freedom."""


def interval(terms: Sequence[Term], confidence: float) -> tuple[float, float]:
    """Return the two-sided interval of a linear combination of mean squares that estimates a variance; not below zero.

    With one term it is the exact chi-squared interval. Terms with the factor zero are left out.
    """
    kept = [term for term in terms if term[0] != 0.0 and term[1] > 0.0]
    middle = sum(factor * square for factor, square, _ in kept)
    below = sum(_spread(term, confidence, lower=term[0] > 0) for term in kept)
    above = sum(_spread(term, confidence, lower=term[0] < 0) for term in kept)
    for plus in (term for term in kept if term[0] > 0):
        for minus in (term for term in kept if term[0] < 0):
            product = plus[0] * -minus[0] * plus[1] * minus[1]
            low, high = _cross(plus[2], minus[2], confidence)
            below += low * product
            above += high * product
    return max(0.0, middle - math.sqrt(max(0.0, below))), max(0.0, middle + math.sqrt(max(0.0, above)))


def _ends(degrees: float, confidence: float) -> tuple[float, float]:
    """Return G and H: what part of a mean square lies between it and either end of its own interval."""
    from scipy.special import chdtri  # noqa: PLC0415 - loads when first used

    tail = (1.0 - confidence) / 2
    return 1.0 - degrees / float(chdtri(degrees, tail)), degrees / float(chdtri(degrees, 1.0 - tail)) - 1.0


def _spread(term: Term, confidence: float, *, lower: bool) -> float:
    factor, square, degrees = term
    small, large = _ends(degrees, confidence)
    part = factor * square * (small if lower else large)
    return part * part


def _cross(first: float, second: float, confidence: float) -> tuple[float, float]:
    from scipy.special import fdtri  # noqa: PLC0415 - loads when first used

    tail = (1.0 - confidence) / 2
    (g1, h1), (g2, h2) = _ends(first, confidence), _ends(second, confidence)
    high = float(fdtri(first, second, 1.0 - tail))
    low = float(fdtri(first, second, tail))
    return (
        ((high - 1) ** 2 - (g1 * high) ** 2 - h2**2) / high,
        ((1 - low) ** 2 - (h1 * low) ** 2 - g2**2) / low,
    )

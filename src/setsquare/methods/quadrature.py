"""Integrals by Gauss and Legendre: the nodes and weights that the families of methods integrate at.

Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 25.4.29 and 25.4.30.
"""

from functools import lru_cache

import numpy as np

from .inputs import Floats


def legendre(low: float, high: float, many: int) -> tuple[Floats, Floats]:
    """Return Gauss-Legendre nodes and weights between two bounds, each of shape (many,).

    The integral of f is the sum of weight f(node); it is exact for polynomials of a degree below 2 `many`.

    >>> nodes, weights = legendre(0.0, 2.0, 4)
    >>> round(float(weights @ nodes**3), 12)
    4.0
    """
    place, weight = unit_legendre(many)
    half = (high - low) / 2
    return half * (place + 1) + low, half * weight


@lru_cache(maxsize=256)
def unit_legendre(many: int) -> tuple[Floats, Floats]:
    """Return nodes and weights between -1 and 1; kept, as finding them takes longer than most integrals, and read-only.

    >>> unit_legendre(1)
    (array([0.]), array([2.]))
    """
    both = np.polynomial.legendre.leggauss(many)
    for one in both:
        one.setflags(write=False)
    return both

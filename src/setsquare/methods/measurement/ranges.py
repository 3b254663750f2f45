"""What the range and the standard deviation of a normal sample are on average: d2, d3, d2* and c4, from integrals.

Sources: H. Leon Harter, Annals of Mathematical Statistics 31 (1960), for the moments of the range; P. B. Patnaik,
Biometrika 37 (1950), and A. J. Duncan, Quality Control and Industrial Statistics, for d2*.
"""

import functools
import math

import numpy as np

from ..inputs import Floats, whole

_STEP = 0.05
_REACH = 9.0
_WIDEST = 18.0
_NODES = 160


def d2(size: int) -> float:
    """Return the mean of the range of `size` standard normal values.

    d2 is the integral of 1 - F(x)^n - (1 - F(x))^n over all x, F being the normal distribution function.

    >>> round(d2(5), 5)
    2.32593
    """
    return _d2(whole("size", size, least=2))


def d3(size: int) -> float:
    """Return the standard deviation of the range of `size` standard normal values.

    >>> round(d3(5), 5)
    0.86408
    """
    return _d3(whole("size", size, least=2))


def d2_star(size: int, groups: int) -> float:
    """Return d2*: the root of the mean square of the average of `groups` ranges, each of `size` values.

    The average of g ranges has the mean d2 and the variance d3^2 / g, so d2*^2 = d2^2 + d3^2 / g; it tends to d2.
    An average range divided by d2* has a mean square of sigma squared.

    >>> round(1 / d2_star(3, 1), 4), round(1 / d2_star(10, 1), 4)
    (0.5231, 0.3146)
    """
    size, groups = whole("size", size, least=2), whole("groups", groups, least=1)
    return math.sqrt(_d2(size) ** 2 + _d3(size) ** 2 / groups)


def c4(size: int) -> float:
    """Return the mean of the standard deviation (divisor n - 1) of `size` standard normal values.

    >>> round(c4(5), 6)
    0.939986
    """
    size = whole("size", size, least=2)
    return math.sqrt(2.0 / (size - 1)) * math.exp(math.lgamma(size / 2.0) - math.lgamma((size - 1) / 2.0))


def range_degrees(size: int, groups: int) -> float:
    """Return the degrees of freedom of an average range: those of the chi variable with its coefficient of variation.

    The squared coefficient is d3^2 / (g d2^2), as Patnaik proposed.

    >>> round(range_degrees(5, 20), 1)
    72.7
    """
    variation = (d3(size) / d2(size)) ** 2 / whole("groups", groups, least=1)
    return chi_degrees(variation)


def chi_degrees(variation: float) -> float:
    """Return the degrees of freedom of the chi variable with this squared coefficient of variation, by bisection.

    >>> round(chi_degrees(1 / c4(5) ** 2 - 1), 6)
    4.0
    """
    low, high = 0.01, 1e9
    for _ in range(100):
        middle = math.sqrt(low * high)
        if _variation(middle) > variation:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def _variation(degrees: float) -> float:
    if degrees > 1e4:  # where the gamma functions' difference loses its digits, the series has them all
        return 1 / (2 * degrees) + 1 / (8 * degrees**2)
    return degrees / 2 * math.exp(2 * (math.lgamma(degrees / 2) - math.lgamma((degrees + 1) / 2))) - 1


@functools.cache
def _grid() -> tuple[Floats, Floats]:
    places = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    return places, _below(places)


def _below(places: Floats) -> Floats:
    root = math.sqrt(2.0)
    flat = [0.5 * math.erfc(-place / root) for place in places.ravel()]
    return np.array(flat).reshape(places.shape)


@functools.cache
def _d2(size: int) -> float:
    _, below = _grid()
    # The trapezoidal rule is exact to rounding here: the integrand is smooth and vanishes on both sides.
    return float(_STEP * (1.0 - below**size - below[::-1] ** size).sum())


@functools.cache
def _spans() -> tuple[Floats, Floats, Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    spans, weights = (nodes + 1.0) * _WIDEST / 2, weights * _WIDEST / 2
    places, below = _grid()
    ends = places[None, :] + spans[:, None]
    density = np.exp(-(places[None, :] ** 2 + ends**2) / 2) / (2 * math.pi)
    return spans, weights, density, _below(ends) - below[None, :]


@functools.cache
def _d3(size: int) -> float:
    spans, weights, density, between = _spans()
    # The density of the range w: n (n - 1) times the integral of f(x) f(x + w) (F(x + w) - F(x))^(n - 2).
    of_span = size * (size - 1) * _STEP * (density * between ** (size - 2)).sum(axis=1)
    square = float((weights * spans**2 * of_span).sum())
    return math.sqrt(square - _d2(size) ** 2)

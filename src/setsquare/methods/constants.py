"""Unbiasing constants of normal samples, from their integrals instead of rounded tables; kept once computed.

Every constant of n takes a whole number or an array of them, 2 <= n <= 100,000, and answers in the same shape.

Sources: L. H. C. Tippett, Biometrika 17 (1925); H. L. Harter, Annals of Mathematical Statistics 31 (1960); P. B.
Patnaik, Biometrika 37 (1950), and A. J. Duncan, Quality Control and Industrial Statistics, for average ranges.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from .inputs import Floats, floats, number, whole
from .quadrature import legendre

_LARGEST = 100_000
_MOST = 1e15
_STEP = 0.05
_REACH = 10.0
_NODES = 80
_ROOT_TWO_PI = math.sqrt(2 * math.pi)


@overload
def d2(n: int) -> float: ...
@overload
def d2(n: NDArray[Any]) -> Floats: ...
def d2(n: Any) -> Any:
    """Mean of the range of n standard normal values: the integral of 1 - (1 - F)^n - F^n over the line.

    Source: Tippett (1925); NIST e-Handbook 6.3.2.1. Relative error below 1e-12.
    Raises ValueError at ``n`` where it is no whole number from 2 to 100,000.

    >>> round(d2(5), 9)
    2.325928947
    """
    return _each(n, _d2)


@overload
def d3(n: int) -> float: ...
@overload
def d3(n: NDArray[Any]) -> Floats: ...
def d3(n: Any) -> Any:
    """Standard deviation of the range of n standard normal values, from the distribution of the range.

    Source: Tippett (1925), Harter (1960); P(R <= r) = n integral f(x) (F(x + r) - F(x))^(n-1) dx.
    Raises ValueError at ``n`` as ``d2`` does.

    >>> round(d3(5), 9)
    0.864081941
    """
    return _each(n, _d3)


@overload
def d4(n: int) -> float: ...
@overload
def d4(n: NDArray[Any]) -> Floats: ...
def d4(n: Any) -> Any:
    """Median of the range of n standard normal values, for sigma from a median (moving) range.

    >>> round(d4(2), 6)
    0.953873
    """
    return _each(n, _d4)


@overload
def c4(n: int) -> float: ...
@overload
def c4(n: NDArray[Any]) -> Floats: ...
def c4(n: Any) -> Any:
    """Mean of the standard deviation (divisor n - 1) of n standard normal values.

    c4 = sqrt(2 / (n - 1)) G(n / 2) / G((n - 1) / 2), G the gamma integral. Source: NIST e-Handbook 6.3.2.
    Raises ValueError at ``n`` where it holds no whole numbers of at least 2; there is no largest n.

    >>> round(c4(5), 9)
    0.939985603
    """
    lacking = _lacking_c4(n)
    return 1 - lacking


@overload
def c5(n: int) -> float: ...
@overload
def c5(n: NDArray[Any]) -> Floats: ...
def c5(n: Any) -> Any:
    """Standard deviation of the standard deviation of n standard normal values: sqrt(1 - c4^2).

    >>> round(c5(5), 9)
    0.341214106
    """
    lacking = _lacking_c4(n)
    made = np.sqrt(lacking * (2 - lacking))
    return made if isinstance(lacking, np.ndarray) else float(made)


@overload
def median_sd(n: int) -> float: ...
@overload
def median_sd(n: NDArray[Any]) -> Floats: ...
def median_sd(n: Any) -> Any:
    """Standard deviation of the median of n standard normal values; of both middle ones' mean where n is even.

    For n above 200 by the first terms of the series in 1 / n (relative error below 1e-5).

    >>> round(median_sd(5), 6), round(median_sd(2) * 2 ** 0.5, 6)
    (0.535569, 1.0)
    """
    return _each(n, _median_sd)


def d2_star(n: int, groups: int) -> float:
    """Root mean square of the average of `groups` ranges, each of n standard normal values.

    The average of g ranges has the mean d2 and the variance d3^2 / g, so d2*^2 = d2^2 + d3^2 / g; it tends to d2.
    An average range divided by d2* has a mean square of sigma squared.

    >>> round(1 / d2_star(3, 1), 4), round(1 / d2_star(10, 1), 4)
    (0.5231, 0.3146)
    """
    groups = whole("groups", groups, least=1)
    return math.sqrt(d2(n) ** 2 + d3(n) ** 2 / groups)


def range_degrees(n: int, groups: int) -> float:
    """Degrees of freedom of an average range: those of the chi variable with its coefficient of variation.

    The squared coefficient is d3^2 / (g d2^2), as Patnaik proposed.

    >>> round(range_degrees(5, 20), 1)
    72.7
    """
    return chi_degrees((d3(n) / d2(n)) ** 2 / whole("groups", groups, least=1))


def chi_degrees(variation: float) -> float:
    """Degrees of freedom of the chi variable with this squared coefficient of variation, by bisection.

    >>> round(chi_degrees(1 / c4(5) ** 2 - 1), 6)
    4.0
    """
    variation, low, high = number("variation", variation), 0.01, 1e9
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


def _checked(n: Any) -> NDArray[np.int64]:
    given = floats("n", n)
    if not given.size or not ((given >= 2) & (given <= _MOST) & (given == np.floor(given))).all():
        raise ValueError("n: give whole numbers of 2 or more")
    return given.astype(np.int64)


def _each(n: Any, constant: Callable[[int], float]) -> Any:
    sizes = _checked(n)
    if sizes.max() > _LARGEST:
        raise ValueError(f"n: give {_LARGEST:,} or less, not {sizes.max():,}")
    if not sizes.ndim:
        return constant(int(sizes))
    distinct, places = np.unique(sizes, return_inverse=True)
    return np.array([constant(int(one)) for one in distinct])[places.reshape(sizes.shape)]


def _lacking_c4(n: Any) -> Any:
    """Give 1 - c4; for large n by the series of G(m + 1/2) / (sqrt(m) G(m)), which loses no digits."""
    sizes = _checked(n)
    if not sizes.ndim:
        return _lacking_one(int(sizes))
    distinct, places = np.unique(sizes, return_inverse=True)
    return np.array([_lacking_one(int(one)) for one in distinct])[places.reshape(sizes.shape)]


@lru_cache(maxsize=4096)
def _lacking_one(n: int) -> float:
    if n <= 60:
        return 1 - math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    v = 2 / (n - 1)
    return v * (
        1 / 8 - v * (1 / 128 + v * (5 / 1024 - v * (21 / 32768 + v * (399 / 262144 - v * 869 / 4194304))))
    )


def _normal(x: Floats) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    made: Floats = ndtr(x)
    return made


@lru_cache(maxsize=1024)
def _d2(n: int) -> float:
    # The trapezium rule converges faster than any power of the step for what is smooth and dies off at both ends.
    x = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    below, above = _normal(x), _normal(-x)
    one_sided = 1 - below**n - above**n
    return float(_STEP * one_sided.sum())


def range_above(r: Floats, n: int) -> Floats:
    """P(range of n standard normal values > r), r of shape (m,), by the trapezium rule over the smallest value."""
    x = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    within = _normal(x[None, :] + r[:, None]) - _normal(x)[None, :]
    density = np.exp(-x * x / 2) / _ROOT_TWO_PI
    return np.asarray(1 - n * _STEP * (density * within ** (n - 1)).sum(axis=1))


@lru_cache(maxsize=1024)
def _d3(n: int) -> float:
    middle = _d2(n)
    variance = 0.0
    # Var R = 2 int_m^oo (r - m) P(R > r) dr + 2 int_0^m (m - r) P(R <= r) dr, m = d2: no cancellation.
    r, weight = legendre(middle, middle + 9, _NODES)
    variance += 2 * float((weight * (r - middle) * range_above(r, n)).sum())
    r, weight = legendre(0.0, middle, _NODES)
    variance += 2 * float((weight * (middle - r) * (1 - range_above(r, n))).sum())
    return math.sqrt(variance)


@lru_cache(maxsize=1024)
def _d4(n: int) -> float:
    low, high = 0.0, _d2(n) + 5
    for _ in range(60):
        half = (low + high) / 2
        if range_above(np.array([half]), n)[0] > 0.5:
            low = half
        else:
            high = half
    return (low + high) / 2


@lru_cache(maxsize=1024)
def _median_sd(n: int) -> float:
    if n > 200:
        return math.sqrt(math.pi / (2 * n + 4 - math.pi + (0 if n % 2 else 2)))
    x = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    below, above = _normal(x), _normal(-x)
    with np.errstate(divide="ignore"):
        logs = np.log(below), np.log(above)
    half = (n - 1) // 2
    bell = -x * x / 2 - math.log(_ROOT_TWO_PI)
    if n % 2:
        scale = math.lgamma(n + 1) - 2 * math.lgamma(half + 1)
        return math.sqrt(_STEP * float((x * x * np.exp(scale + bell + half * (logs[0] + logs[1]))).sum()))
    # Even n: both middle values x and x + r by their joint density, the mean of them squared.
    r, weight = legendre(0.0, 12.0 if n < 10 else 120.0 / n, _NODES)
    after = x[None, :] + r[:, None]
    scale = math.lgamma(n + 1) - 2 * math.lgamma(half + 1)
    with np.errstate(divide="ignore"):
        tails = np.maximum(logs[0], -1e4) + np.maximum(np.log(_normal(-after)), -1e4)
    joint = np.exp(scale + bell - after * after / 2 - math.log(_ROOT_TWO_PI) + half * tails)
    squares = ((x[None, :] + after) / 2) ** 2
    return math.sqrt(_STEP * float((weight[:, None] * squares * joint).sum()))

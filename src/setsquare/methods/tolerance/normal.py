"""Tolerance intervals of normal values, and of values whose logarithms are normal."""

from functools import lru_cache
from typing import Any

import numpy as np

from ..inputs import Column, column, flag, number, one_of, whole
from ..quadrature import legendre
from .result import Tolerance, checked, made

METHODS = ("exact", "howe")


def k_factor(
    n: int,
    *,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
    degrees: float | None = None,
    sigma_known: bool = False,
    method: str = "exact",
) -> float:
    """Return k: mean +- k s (``side`` "two") or mean + k s (one-sided) holds `coverage` with `confidence`.

    One-sided: the confidence quantile of the noncentral t with noncentrality z sqrt(n), over sqrt(n), exact. Two-sided:
    the k for which the integral over the mean's distance x of P(chi2 > degrees r(x)^2 / k^2) is the confidence, r(x)
    half the width that covers the share from x; exact. ``method`` "howe": z sqrt(degrees (1 + 1/n) / chi2), which
    NIST's handbook gives. ``degrees``: of s, n - 1 unless pooled. ``sigma_known``: sigma is given in place of s.

    Source: NIST e-Handbook 7.2.6.3; Wald and Wolfowitz (1946), Annals of Math. Statistics 17; Howe (1969), JASA 64;
    Odeh and Owen (1980); ISO 16269-6. Raises ValueError at ``n`` below 2 (1 where sigma is known or degrees are given),
    ``coverage``, ``confidence``, ``side``, ``degrees`` and ``method``.

    >>> round(k_factor(10), 3), round(k_factor(43, coverage=0.9, confidence=0.99, side="upper"), 3)
    (3.393, 1.874)
    """
    share, sure, kind = checked(coverage, confidence, side)
    sigma_known = flag("sigma_known", sigma_known)
    size = whole("n", n, least=1 if sigma_known or degrees is not None else 2)
    free = size - 1.0 if degrees is None else number("degrees", degrees, least=0.1)
    one_of("method", method, METHODS)
    if sigma_known:
        return _known(size, share, sure, kind == "two")
    if kind != "two":
        return _one_sided(size, share, sure, free)
    return _howe(size, share, sure, free) if method == "howe" else _two_sided(size, share, sure, free)


def normal(
    values: Column,
    *,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
    sigma: float | None = None,
    method: str = "exact",
) -> Tolerance:
    """Tolerance interval mean +- k s of normal values; see ``k_factor``. Missing values are left out.

    ``values``: one column; ``sigma``: the standard deviation where it is known. Assumes independent, normal values, and
    so strictly: look at their normality first, or use ``distribution_free``. Raises ValueError at ``values`` with fewer
    than 2 values (1 where sigma is known), and as ``k_factor`` does.

    >>> found = normal([9.8, 10.1, 10.0, 9.9, 10.2], side="upper")
    >>> round(found.high, 3)
    10.665
    """
    there = column("values", values, missing=True)
    there = there[~np.isnan(there)]
    spread = None if sigma is None else number("sigma", sigma, above=0)
    if len(there) < 2 and spread is None:
        raise ValueError("values: give 2 or more, or sigma")
    mean = float(there.mean())
    return _interval(
        mean,
        spread or float(there.std(ddof=1)),
        len(there),
        spread is not None,
        coverage,
        confidence,
        side,
        method,
    )


def normal_from_summary(
    mean: float,
    sd: float,
    n: int,
    *,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
    sigma_known: bool = False,
    method: str = "exact",
) -> Tolerance:
    """Tolerance interval of normal values of which mean, standard deviation and number are known; as ``normal``.

    >>> round(normal_from_summary(10, 0.2, 40, coverage=0.9, confidence=0.99).low, 3)
    9.549
    """
    sigma_known = flag("sigma_known", sigma_known)
    size = whole("n", n, least=1 if sigma_known else 2)
    spread = number("sd", sd, least=0)
    return _interval(number("mean", mean), spread, size, sigma_known, coverage, confidence, side, method)


def lognormal(
    values: Column,
    *,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
    method: str = "exact",
) -> Tolerance:
    """Tolerance interval of values whose logarithms are normal: exp of the limits of their logarithms.

    As exact as ``normal``, since shares keep under any growing transformation. Raises ValueError at ``values`` that are
    not above 0, and as ``normal`` does.

    >>> round(lognormal([1.0, 2.0, 4.0, 8.0], coverage=0.9, side="upper").high, 1)
    117.2
    """
    there = column("values", values, missing=True)
    if (there <= 0).any():
        raise ValueError("values: give values above 0, as their logarithms are taken")
    logs = normal(np.log(there), coverage=coverage, confidence=confidence, side=side, method=method)
    assumed = ("values are independent of one another", "their logarithms are normal")
    ends = np.exp(logs.low), np.exp(logs.high)
    return made(
        f"lognormal, {method}",
        logs.side,
        logs.coverage,
        logs.confidence,
        logs.n,
        ends,
        np.exp(logs.centre),
        assumed,
        k=logs.k,
        reached=logs.reached,
        floor=0.0,
    )


def _interval(
    mean: float,
    spread: float,
    n: int,
    known: bool,
    coverage: float,
    confidence: float,
    side: str,
    method: str,
) -> Tolerance:
    share, sure, kind = checked(coverage, confidence, side)
    k = k_factor(n, coverage=share, confidence=sure, side=side, sigma_known=known, method=method)
    exact = known or kind != "two" or method == "exact"
    return made(
        f"normal, {'sigma known' if known else method}",
        kind,
        share,
        sure,
        n,
        (mean - k * spread, mean + k * spread),
        mean,
        ("values are independent of one another", "values are normal"),
        k=k,
        reached=sure if exact else float("nan"),
    )


@lru_cache(maxsize=1024)
def _one_sided(n: int, coverage: float, confidence: float, degrees: float) -> float:
    from scipy.special import nctdtrit, ndtri  # noqa: PLC0415 - loads when first used

    return float(nctdtrit(degrees, ndtri(coverage) * np.sqrt(n), confidence) / np.sqrt(n))


def _howe(n: int, coverage: float, confidence: float, degrees: float) -> float:
    from scipy.special import chdtri, ndtri  # noqa: PLC0415 - loads when first used

    z = ndtri((1 + coverage) / 2)
    return float(z * np.sqrt(degrees * (1 + 1 / n) / chdtri(degrees, confidence)))


@lru_cache(maxsize=1024)
def _two_sided(n: int, coverage: float, confidence: float, degrees: float) -> float:
    """Solve for k with the integral at Gauss-Legendre nodes; r(x)^2 is a quantile of noncentral chi-squared."""
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used
    from scipy.special import chdtrc, chndtrix  # noqa: PLC0415 - loads when first used

    x, share = legendre(0.0, 8.5 / np.sqrt(n), 64)
    share *= 2 * np.sqrt(n / (2 * np.pi)) * np.exp(-n * x * x / 2)
    squared = chndtrix(coverage, 1.0, x * x)

    def lacking(k: float) -> float:
        return float(share @ chdtrc(degrees, degrees * squared / k**2)) - confidence

    high = 2 * _howe(n, coverage, confidence, degrees)
    while lacking(high) < 0:
        high *= 2
    return float(brentq(lacking, min(1e-6, high * 1e-6), high, xtol=min(1e-12, high * 1e-12)))


@lru_cache(maxsize=1024)
def _known(n: int, coverage: float, confidence: float, two: bool) -> float:
    """Half the width, in sigmas, that holds the share from as far as the mean is, at most, with the confidence."""
    from scipy.special import chndtrix, ndtri  # noqa: PLC0415 - loads when first used

    if not two:
        return float(ndtri(coverage) + ndtri(confidence) / np.sqrt(n))
    away = ndtri((1 + confidence) / 2) / np.sqrt(n)
    return float(np.sqrt(chndtrix(coverage, 1.0, away**2)))


def sample_size_for_k(k: Any, *, coverage: float, confidence: float = 0.95, side: str = "two") -> int:
    """Return the least n for which mean +- k s holds `coverage` with `confidence`: how many to measure.

    Raises ValueError at ``k`` not above the factor of the normal distribution itself, which no n reaches.

    >>> sample_size_for_k(2.5, coverage=0.95)
    35
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    share, sure, kind = checked(coverage, confidence, side)
    least = float(ndtri((1 + share) / 2 if kind == "two" else share))
    wanted = number("k", k)
    if wanted <= least * (1 + 1e-4):
        raise ValueError(f"k: give more than {least:.4g}, which is that of the whole distribution")
    low, high = 2, 4
    while k_factor(high, coverage=share, confidence=sure, side=kind) > wanted:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        if k_factor(middle, coverage=share, confidence=sure, side=kind) <= wanted:
            high = middle
        else:
            low = middle + 1
    return low

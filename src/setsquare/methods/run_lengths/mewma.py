"""Run lengths of the multivariate EWMA: over its length in control, over direction and length out of control."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..inputs import Floats, number, whole
from ..quadrature import legendre
from .chain import Chain, bell, lasting
from .ewma import checked_weight
from .result import PROBABILITIES, RunLengths, described, started, values_of

MOST_MEASURES, MOST_LIMIT, MOST_STATES = 1000, 10_000.0, 8000


def mewma(
    shift: Any,
    *,
    measures: int,
    weight: float = 0.1,
    limit: float | None = None,
    arl: float = 200.0,
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of the MEWMA with limits of a long run, for a shift of the mean vector of any direction.

    ``shift``: sqrt(d' S^-1 d), the length of the shift d in terms of the covariance S of the plotted vectors, one or
    many of 0 or more. ``weight``, ``limit`` and ``arl`` as in ``charts.mewma`` (with ``steady=True``): without a limit,
    that for ``arl`` in control. ``start`` "steady": the shift comes after long without a signal.

    In control the chart depends on the length of Z alone, which takes noncentral chi steps (Rigdon's integral
    equation). Out of control it takes Z's part along the shift and the length of the rest: normal and noncentral chi
    steps, independent (the two dimensions of Runger and Prabhu), here at Gauss-Legendre nodes in place of a grid;
    relative error below 1e-6. Source: Lowry et al. (1992), Technometrics 34; Rigdon (1995), JSCS 52; Runger and Prabhu
    (1996), JASA 91; Knoth (2017), Technometrics 59.

    Assumes independent, multivariate normal vectors, mean and covariance known. Raises ValueError at ``shift`` below 0,
    ``measures`` below 1 or over 1,000, ``weight`` (below 0.001, or too small to follow a shift), ``limit``, ``arl``,
    ``start``, ``probabilities``.

    >>> mewma([0, 1], measures=4, limit=12.73).arl.round(2).tolist()
    [200.5, 12.15]
    """
    width, begin = whole("measures", measures, least=1, most=MOST_MEASURES), started(start)
    weight, given = checked_weight(weight), values_of("shift", shift)
    if (given < 0).any():
        raise ValueError("shift: is a distance of 0 or more")
    high = (
        mewma_limit(width, weight, number("arl", arl, above=1))
        if limit is None
        else number("limit", limit, above=0, most=MOST_LIMIT)
    )

    def runs(delta: float) -> Chain:
        if begin == "steady":
            return Chain(_by_direction(delta, width, weight, high).moves, _lasting(width, weight, high))
        return mewma_chain(delta, width, weight, high)

    design = {"measures": width, "weight": weight, "limit": high}
    of = "shift of the mean vector as a distance"
    return described("mewma", design, of, given, runs, start=begin, probabilities=probabilities)


def mewma_limit(measures: int, weight: float, arl: float) -> float:
    """Return the limit whose in-control average run length is `arl`.

    Raises ValueError at ``measures`` below 1, ``weight`` and ``arl`` not above 1.

    >>> round(mewma_limit(2, 0.1, 200.0), 2)
    8.63
    """
    width = whole("measures", measures, least=1, most=MOST_MEASURES)
    return _limit(width, checked_weight(weight), number("arl", arl, above=1))


@lru_cache(maxsize=256)
def _limit(measures: int, weight: float, arl: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used

    def lacking(limit: float) -> float:
        return _by_length(measures, weight, limit).sums()[0] - arl

    high = 1.0
    while lacking(high) < 0:
        high *= 2
    low = 1e-6 if high == 1.0 else high / 2
    return float(brentq(lacking, low, high, xtol=1e-9))


def mewma_chain(delta: float, measures: int, weight: float, limit: float) -> Chain:
    """The chain from Z = 0: over lengths in control, over direction and length for a shift; one measure is an EWMA."""
    if delta == 0:
        return _by_length(measures, weight, limit)
    return _by_direction(delta, measures, weight, limit)


def _by_length(measures: int, weight: float, limit: float) -> Chain:
    radius = np.sqrt(limit * weight / (2 - weight))
    lengths, shares = legendre(0.0, radius, 40 + int(np.ceil(3 * radius / weight)))
    return _from_first(_lengths(np.concatenate(([0.0], lengths)), lengths, measures, weight) * shares)


def _by_direction(delta: float, measures: int, weight: float, limit: float) -> Chain:
    """Nodes along the shift at radius sin(angle), which costs no accuracy at the rim; across at shares of the rest."""
    radius = np.sqrt(limit * weight / (2 - weight))
    angles, along_shares = legendre(-np.pi / 2, np.pi / 2, 20 + int(np.ceil(3 * radius / weight)))
    along, rest = radius * np.sin(angles), radius * np.cos(angles)
    before = np.concatenate(([0.0], along))
    shift = bell((along - (1 - weight) * before[:, None]) / weight - delta) / weight * along_shares * rest
    if measures == 1:
        return _from_first(shift)
    parts, across_shares = legendre(0.0, 1.0, 8 + int(np.ceil(1.3 * radius / weight)))
    places = np.repeat(np.arange(len(along)), len(parts))
    across = (rest[:, None] * parts).ravel()
    if len(across) > MOST_STATES:
        raise ValueError(
            "weight: is too small for this limit to compute the run length after a shift; give more"
        )
    # Both halves of the disc have the same lengths across.
    each, which = np.unique(np.round(np.append(0.0, across), 14), return_inverse=True)
    lengths = _lengths(np.asarray(each, np.float64), np.asarray(each[1:], np.float64), measures - 1, weight)[
        np.ix_(which, which[1:] - 1)
    ]
    shares = (rest[:, None] * across_shares).ravel()
    rows = np.concatenate(([0], places + 1))
    return _from_first(shift[np.ix_(rows, places)] * lengths * shares)


@lru_cache(maxsize=8)
def _lasting(measures: int, weight: float, limit: float) -> Floats:
    return lasting(_by_direction(0.0, measures, weight, limit).moves)


def _from_first(rows: Floats) -> Chain:
    """Make the chain of rows that lead to all states but the first, in which it begins."""
    moves = np.zeros((len(rows), len(rows)))
    moves[:, 1:] = rows
    start = np.zeros(len(rows))
    start[0] = 1.0
    return Chain(moves, start)


def _lengths(before: Floats, after: Floats, measures: int, weight: float) -> Floats:
    """Density of the length of `measures` normal steps: noncentral chi, by the scaled Bessel function."""
    from scipy.special import gammaln, ive  # noqa: PLC0415 - loads when first used

    half = measures / 2
    away, length = (1 - weight) * before[:, None] / weight, after / weight
    central = np.exp(
        (measures - 1) * np.log(length) - length**2 / 2 + (1 - half) * np.log(2) - gammaln(half)
    ) * np.ones_like(away)
    far = away > 1e-6
    safe = np.where(far, away, 1.0)
    shape = ive(half - 1, safe * length) * (length / safe) ** (half - 1) * length
    return np.asarray(np.where(far, shape * np.exp(-((length - safe) ** 2) / 2), central) / weight)

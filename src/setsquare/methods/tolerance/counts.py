"""Tolerance intervals of counts to come: of a further sample's binomial count, of a further period's Poisson count."""

import numpy as np

from ..inputs import Floats, number, whole
from .result import Side, Tolerance, checked, made

MOST_COUNTED = 10_000_000
ROUNDING = 1e-12


def binomial(
    count: int,
    n: int,
    *,
    size: int | None = None,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
) -> Tolerance:
    """Limits that hold the counts of at least `coverage` of all samples of `size`, after `count` of `n` were seen.

    Quantiles of the binomial distribution at the confidence limits of p (Clopper and Pearson, exact, so that the
    confidence is at least that asked for); two-sided both limits have half of what may be missed. ``size`` is n unless
    another is given. Source: Hahn and Chandra (1981), JQT 13; Hahn and Meeker, Statistical Intervals, section 6.6.
    Assumes independent items and one constant p.

    Raises ValueError at ``count`` above n, ``n`` and ``size`` below 1, ``coverage``, ``confidence``, ``side``.

    >>> found = binomial(230, 1000, size=2500, coverage=0.9, confidence=0.85)
    >>> found.low, found.high
    (494.0, 661.0)
    """
    from scipy.special import bdtr, betaincinv  # noqa: PLC0415 - loads when first used

    share, sure, kind = checked(coverage, confidence, side)
    many = whole("n", n, least=1)
    seen, more = whole("count", count, most=many), many if size is None else whole("size", size, least=1)
    if more > MOST_COUNTED:
        raise ValueError(f"{'n' if size is None else 'size'}: give {MOST_COUNTED:,} or less, not {more:,}")
    risk, tail = _parts(share, sure, kind)
    least = float(betaincinv(seen, many - seen + 1, risk)) if seen else 0.0
    most = float(betaincinv(seen + 1, many - seen, 1 - risk)) if seen < many else 1.0
    counts = np.arange(more + 1.0)
    ends = _quantile(bdtr(counts, more, least), tail), _quantile(bdtr(counts, more, most), 1 - tail)
    assumed = ("items are independent", "each is nonconforming with the same probability")
    things = f"samples' counts of {more:,}"
    return made(
        "binomial", kind, share, sure, many, ends, more * seen / many, assumed, things=things, floor=0.0
    )


def poisson(
    count: int,
    exposure: float = 1.0,
    *,
    size: float | None = None,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: str = "two",
) -> Tolerance:
    """Limits that hold the counts of at least `coverage` of all periods of `size`, after `count` in `exposure`.

    Quantiles of the Poisson distribution at the exact confidence limits of the rate (Garwood), as ``binomial`` does.
    Source: Hahn and Chandra (1981), JQT 13. Assumes independent events at one constant rate.

    Raises ValueError at ``count`` below 0, ``exposure`` and ``size`` not above 0, ``coverage``, ``confidence``,
    ``side``.

    >>> poisson(45, 9, size=3, coverage=0.9, side="upper").high
    25.0
    """
    from scipy.special import chdtri, pdtr  # noqa: PLC0415 - loads when first used

    share, sure, kind = checked(coverage, confidence, side)
    seen, known = whole("count", count), number("exposure", exposure, above=0)
    more = known if size is None else number("size", size, above=0)
    risk, tail = _parts(share, sure, kind)
    least = float(chdtri(2 * seen, 1 - risk)) / 2 / known * more if seen else 0.0
    most = float(chdtri(2 * seen + 2, risk)) / 2 / known * more
    if most > MOST_COUNTED:
        raise ValueError(
            f"{'count' if size is None else 'size'}: expects more than {MOST_COUNTED:,} events; give less"
        )
    counts = np.arange(np.ceil(most + 12 * np.sqrt(most) + 60))
    ends = _quantile(pdtr(counts, least), tail), _quantile(pdtr(counts, most), 1 - tail)
    assumed = ("events are independent of one another", "their rate is constant")
    return made(
        "poisson",
        kind,
        share,
        sure,
        seen,
        ends,
        seen / known * more,
        assumed,
        things="periods' counts",
        floor=0.0,
    )


def _quantile(cumulated: Floats, share: float) -> float:
    """Return the first count up to which lies `share`; one that reaches it but for rounding does."""
    return float(np.searchsorted(cumulated, share * (1 - ROUNDING)))


def _parts(coverage: float, confidence: float, side: Side) -> tuple[float, float]:
    """Risk of each confidence limit and share beyond each quantile: halves where there are two."""
    two = 2 if side == "two" else 1
    return (1 - confidence) / two, (1 - coverage) / two

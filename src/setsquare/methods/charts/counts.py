"""Charts of counts: p, np, c and u, with Laney's correction of p and u."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from ..inputs import Floats, flag, floats, graspable, number, one_of
from .phases import Frame, Phasing, Used, draw, frame, settle
from .result import Chart, Stage
from .series import Series, moving_sigma
from .subgroups import averaged

LIMITS = ("sigma", "probability")
Quantile = Callable[[float, Floats, Floats], Floats]
"""From a probability, the mean and the size: the smallest count whose distribution function reaches it."""


def p(
    defective: Any,
    size: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    laney: bool = False,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of proportions defective.

    The centre is the sum of defectives over the sum of sizes. ``limits`` ``sigma``: centre +- width
    sqrt(p (1 - p) / n), kept within 0 and 1; ``probability``: the binomial quantiles at (1 -+ confidence) / 2 over
    n, exact in that at most half of what is outside ``confidence`` lies beyond either of them. ``laney``: the width
    is multiplied by sigma_z, the mean moving range of the standardised proportions over d2(2) (Laney 2002), for
    over- or underdispersed proportions; with ``limits="sigma"`` only.
    Source: NIST e-Handbook 6.3.3.2; ISO 7870-2.

    ``defective``: shape (k,) or (charts, k); ``size``: one number, or of that shape. A given ``sigma`` is that of one
    unit, sqrt(p (1 - p)). Points without units, or missing, are gaps. Raises ValueError at ``defective`` where a
    count is negative or above its size, at ``size`` where it is negative or lacks a value that a count has.

    >>> chart = p([3, 5, 2, 6], 50)
    >>> round(float(chart.centre[0]), 3), round(float(chart.upper[0]), 4), float(chart.lower[0])
    (0.08, 0.1951, 0.0)
    """
    return _proportions("p", defective, size, limits, width, confidence, laney, phasing)


def np_(
    defective: Any,
    size: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of numbers defective; with unequal sizes its centre and limits move with n.

    Centre n p, limits n p +- width sqrt(n p (1 - p)) within 0 and n, or the binomial quantiles. A given ``mean`` is p.
    Source, arguments and errors as in ``p``.

    >>> chart = np_([3, 5, 2, 6], 50, limits="probability")
    >>> float(chart.lower[0]), float(chart.upper[0])
    (0.0, 11.0)
    """
    return _proportions("np", defective, size, limits, width, confidence, False, phasing)


def c(
    counts: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of counts of defects in equal areas of opportunity: centre +- width sqrt(centre), or Poisson quantiles.

    Source: NIST e-Handbook 6.3.3.1. ``counts``: shape (k,) or (charts, k); missing ones are gaps. Raises ValueError
    at ``counts`` where one is negative or not whole.

    >>> chart = c([4, 2, 5, 1])
    >>> float(chart.centre[0]), round(float(chart.upper[0]), 3)
    (3.0, 8.196)
    """
    return _rates("c", counts, 1, limits, width, confidence, False, phasing)


def u(
    counts: Any,
    size: Any,
    *,
    limits: str = "sigma",
    width: float = 3.0,
    confidence: float = 0.9973,
    laney: bool = False,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of defects for each unit of an area of opportunity that may vary.

    The centre is the sum of counts over the sum of areas; limits centre +- width sqrt(u / n) and not below 0, or the
    Poisson quantiles of mean n u over n. ``laney`` as in ``p``. A given ``sigma`` is that of one unit, sqrt(u).
    Source: NIST e-Handbook 6.3.3.1; Laney (2002). Errors as in ``p``; areas need not be whole.

    >>> round(float(u([4, 2, 5, 1], [2, 2, 2, 2]).upper[0]), 3)
    4.098
    """
    return _rates("u", counts, size, limits, width, confidence, laney, phasing)


class Counted:
    """Counts with the sizes they came from; sizes of points that are gaps are NaN."""

    def __init__(self, name: str, counts: Any, size: Any, *, whole: bool) -> None:
        given = Series(name, counts, least=0, whole=True)
        self.single, self.count, self.k = given.single, given.count, given.k
        sizes = floats("size", size)
        try:
            sizes = np.broadcast_to(sizes, given.values.shape)
        except (TypeError, ValueError):
            raise ValueError("size: give one number, or one for each point") from None
        if np.isinf(sizes).any() or (sizes < 0).any():
            raise ValueError("size: holds a negative or an infinite value")
        graspable("size", sizes)
        if whole and (np.floor(sizes) < sizes).any():
            raise ValueError("size: holds a value that is not whole")
        if (np.isnan(sizes) & ~np.isnan(given.values)).any():
            raise ValueError("size: is missing where there is a count")
        if (sizes == 0).any():
            if (given.values[sizes == 0] > 0).any():
                raise ValueError(f"{name}: is more than 0 where the size is 0")
            sizes = np.where(sizes > 0, sizes, np.nan)
        if sizes.strides[-1] and (sizes == sizes[:, :1]).all():
            sizes = np.broadcast_to(sizes[:, :1].copy(), sizes.shape)
        self.counts, self.sizes = given.values, sizes
        self.lacking = given.lacking or bool(np.isnan(sizes.sum()))
        self.share: Floats = self.counts / sizes

    def mean(self, part: slice, use: Used) -> Floats:
        """Sum of counts over sum of sizes, shape (charts,)."""
        if use is None and not self.lacking:
            return np.asarray(self.counts[:, part].sum(axis=1) / self.sizes[:, part].sum(axis=1))
        return averaged(self.share[:, part], np.nan_to_num(self.sizes[:, part]), use)


def _proportions(
    kind: str,
    defective: Any,
    size: Any,
    limits: str,
    width: float,
    confidence: float,
    laney: bool,
    phasing: Phasing,
) -> Chart:
    given = Counted("defective", defective, size, whole=True)
    if (given.counts > given.sizes).any():
        raise ValueError("defective: is more than the size")
    rule = rule_of(limits, width, confidence, laney)
    width, confidence = number("width", width), number("confidence", confidence)
    held = frame(given.count, given.k, given.single, phasing)
    _mean_between(held, 1.0)
    stages = _settled(
        held, given, laney, lambda mean: np.sqrt(np.clip(mean * (1 - mean), 0, None)), "binomial"
    )

    def quantile(share: float, mean: Floats, sizes: Floats) -> Floats:
        from scipy.stats import binom  # noqa: PLC0415 - loads when first used

        return np.asarray(binom.ppf(share, np.nan_to_num(sizes), mean))

    return _drawn(kind, held, given, stages, rule, limits, width, confidence, 1.0, quantile)


def _rates(
    kind: str,
    counts: Any,
    size: Any,
    limits: str,
    width: float,
    confidence: float,
    laney: bool,
    phasing: Phasing,
) -> Chart:
    given = Counted("counts", counts, size, whole=False)
    rule = rule_of(limits, width, confidence, laney)
    width, confidence = number("width", width), number("confidence", confidence)
    held = frame(given.count, given.k, given.single, phasing)
    _mean_between(held, np.inf)
    stages = _settled(held, given, laney, np.sqrt, "Poisson")

    def quantile(share: float, mean: Floats, sizes: Floats) -> Floats:
        from scipy.stats import poisson  # noqa: PLC0415 - loads when first used

        return np.asarray(poisson.ppf(share, mean * np.nan_to_num(sizes)))

    return _drawn(kind, held, given, stages, rule, limits, width, confidence, np.inf, quantile)


def rule_of(limits: str, width: float, confidence: float, laney: bool = False) -> str:
    """Name the rule of limits; ValueError where its parameters do not fit."""
    one_of("limits", limits, LIMITS)
    if limits == "sigma":
        return f"{number('width', width, above=0):g} sigma" + (" (Laney)" if flag("laney", laney) else "")
    if flag("laney", laney):
        raise ValueError("laney: corrects sigma limits only; give limits='sigma'")
    if number("confidence", confidence, above=0) >= 1:
        raise ValueError(f"confidence: give less than 1, not {confidence:g}")
    return f"probability {confidence:g}"


def _mean_between(held: Frame, most: float) -> None:
    if held.mean is not None and ((held.mean < 0).any() or (held.mean > most).any()):
        raise ValueError(f"mean: lies outside 0 to {most:g}")


def _settled(
    held: Frame, given: Counted, laney: bool, sigma_of: Callable[[Floats], Floats], family: str
) -> tuple[Stage, ...]:
    """Find mean and sigma of each stage, sigma times Laney's factor where that is asked for."""

    def estimate(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        mean = given.mean(part, use) if held.mean is None else held.mean
        return mean, sigma_of(mean), "sum of counts over sum of sizes", f"{family} given the mean"

    stages = settle(held, given.share, estimate)
    if not laney or held.sigma is not None:
        return stages
    made = []
    for part, stage in zip(held.slices, stages, strict=True):
        mean, sigma = (np.reshape(np.asarray(one, np.float64), (-1, 1)) for one in (stage.mean, stage.sigma))
        sizes = given.sizes[:, part]
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = given.share[:, part] - mean
            # Nothing can be told in a sigma of 0, as of a given mean of 0.
            scores *= np.sqrt(sizes if sizes.strides[-1] else sizes[:, :1]) / np.where(
                sigma > 0, sigma, np.nan
            )
        factor = moving_sigma(scores, None if held.used is None else held.used[:, part])
        if held.single and np.isnan(factor).any():
            raise ValueError("laney: too few points, or none that vary, to correct by")
        made.append(_corrected(stage, factor))
    return tuple(made)


def _corrected(stage: Stage, factor: Floats) -> Stage:
    """Put Laney's factor into a stage's sigma, so that it is kept when limits are frozen."""
    scale = factor[0].item() if np.ndim(stage.sigma) == 0 else factor
    return replace(stage, sigma=stage.sigma * scale, sigma_from=f"{stage.sigma_from}, times Laney's sigma z")


def _drawn(
    kind: str,
    held: Frame,
    given: Counted,
    stages: tuple[Stage, ...],
    rule: str,
    limits: str,
    width: float,
    confidence: float,
    most: float,
    quantile: Quantile,
) -> Chart:
    """Draw with limits from sigma or from the distribution; np and c are p and u times the size."""
    scaled = kind in ("np", "c")

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        sizes = given.sizes[:, part]
        if not sizes.strides[-1]:
            sizes = sizes[:, :1]
        unit = sizes if scaled else 1.0
        spread = sigma / np.sqrt(sizes)
        if limits == "sigma":
            low, high = np.maximum(mean - width * spread, 0.0), np.minimum(mean + width * spread, most)
        else:
            tail = (1 - confidence) / 2
            low, high = (quantile(share, mean, sizes) / sizes for share in (tail, 1 - tail))
        return mean * unit, low * unit, high * unit, spread * unit

    points = given.counts if scaled else given.share
    if scaled and given.lacking:
        points = np.where(np.isnan(given.sizes), np.nan, points)
    return draw(held, kind, rule, points, given.sizes, stages, around)

"""Split halves, and what a longer or shorter set of questions would reach."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..figures import curves, intervals
from ..inputs import Floats, listed, number, rescaled
from ..results import Result
from .answers import Answers, covariance, read, varying

MOST_SPLITS = 20_000


@dataclasses.dataclass(frozen=True)
class SplitHalf(Result):
    """Reliability from two halves of the questions.

    `correlation` is that of the halves' sums, `spearman_brown` what it means for the whole, `guttman` Guttman's lambda
    4, which does not ask that halves vary alike. `least`, `mean` and `most` are of lambda 4 over all splits into halves
    of equal size (or as nearly as can be), `splits` of them; over all splits of an even number the mean is alpha.
    """

    correlation: float
    spearman_brown: float
    guttman: float
    least: float
    mean: float
    most: float
    splits: int
    sampled: bool
    """Whether `splits` are a random sample, because there are too many."""
    first: tuple[str, ...]
    second: tuple[str, ...]
    answers: Answers

    def figure(self) -> dict[str, Any]:
        """Return both coefficients, and what lambda 4 is over all splits, as an ECharts option."""
        rows = [
            ("Spearman-Brown", self.spearman_brown, (math.nan, math.nan)),
            ("Guttman's lambda 4", self.guttman, (math.nan, math.nan)),
            ("lambda 4, all splits", self.mean, (self.least, self.most)),
        ]
        return intervals("Split halves", "reliability", rows)


@dataclasses.dataclass(frozen=True)
class LongerTest(Result):
    """The reliability of a set of questions of another length, by Spearman and Brown."""

    reliability: float
    factor: float
    reached: float

    def figure(self) -> dict[str, Any]:
        """Return the reliability over the length, up to twice the one asked for, as an ECharts option."""
        m = np.linspace(0.0, 2 * max(self.factor, 1.0), 101)
        with np.errstate(invalid="ignore"):  # of a perfect one nothing at all is undefined
            line = np.column_stack([m, m * self.reliability / (1 + (m - 1) * self.reliability)])
        points = {"now": [(1.0, self.reliability)], "asked for": [(self.factor, self.reached)]}
        x, y = "times as many questions", "reliability"
        return curves(
            "A longer set of questions", x, y, {"reliability": line}, points=points, least=0, most=1
        )


def split_half(
    answers: Any,
    *,
    first: Iterable[Any] | None = None,
    items: Sequence[Any] | None = None,
    reverse: Iterable[Any] = (),
    scale: tuple[float, float] | None = None,
    missing: str = "rows",
    seed: int = 1,
) -> SplitHalf:
    """Return the reliability by halves: the questions named in `first` against the others (by default every second).

    Spearman-Brown = 2 r / (1 + r), r being the correlation of the halves' sums; lambda 4 = 4 cov(A, B) / var(A + B).
    Sources: W. Brown and C. Spearman, British Journal of Psychology 3 (1910); L. Guttman, Psychometrika 10 (1945); L.
    J. Cronbach, Psychometrika 16 (1951), for the mean over all splits. Up to 20,000 splits are all taken, otherwise so
    many at random. NaN where a half does not vary. Raises ValueError as `cronbach_alpha`, and at ``first``.

    >>> found = split_half([[4, 4, 5, 4], [2, 3, 3, 2], [5, 4, 4, 5], [1, 2, 2, 2], [3, 3, 2, 4]])
    >>> round(found.spearman_brown, 3), found.splits
    (0.956, 3)
    """
    kept, told = read(answers, items=items, reverse=reverse, scale=scale, missing=missing)
    cov = covariance(rescaled(kept))
    varying(cov, told.items)
    side = _side(first, told.items)
    one, other, both = (
        float(cov[np.ix_(a, b)].sum()) for a, b in ((side, side), (~side, ~side), (side, ~side))
    )
    r = both / math.sqrt(one * other) if one > 0 and other > 0 else math.nan
    every, sampled = _all_splits(cov, seed)
    names = np.array(told.items, dtype=object)
    return SplitHalf(
        r,
        2 * r / (1 + r) if r > -1 else -math.inf,
        float(_guttman(cov, np.where(side, 1.0, -1.0)[None, :])[0]),
        float(every.min()),
        float(every.mean()),
        float(every.max()),
        len(every),
        sampled,
        tuple(names[side]),
        tuple(names[~side]),
        told,
    )


def spearman_brown(
    reliability: float, *, factor: float | None = None, wanted: float | None = None
) -> LongerTest:
    """Return what `factor` times as many questions of the same kind reach, or how many times are needed for `wanted`.

    reached = m r / (1 + (m - 1) r); m = R (1 - r) / (r (1 - R)). Source: W. Brown and C. Spearman, British Journal of
    Psychology 3 (1910). Raises ValueError at ``reliability`` and ``wanted`` (outside 0 to 1), ``factor`` (not above 0,
    or both or neither given).

    >>> round(spearman_brown(0.7, factor=2).reached, 4), round(spearman_brown(0.7, wanted=0.9).factor, 2)
    (0.8235, 3.86)
    """
    r = number("reliability", reliability, above=0.0, most=1.0)
    if (factor is None) == (wanted is None):
        raise ValueError("factor: give either this or the reliability that is wanted")
    if wanted is not None:
        goal = number("wanted", wanted, above=0.0)
        if goal >= 1:
            raise ValueError(f"wanted: give less than 1, not {goal:g}")
        return LongerTest(r, goal * (1 - r) / (r * (1 - goal)), goal)
    m = number("factor", factor, above=0.0)
    return LongerTest(r, m, m * r / (1 + (m - 1) * r))


def _side(first: Iterable[Any] | None, names: tuple[str, ...]) -> Any:
    if first is None:
        return np.arange(len(names)) % 2 == 0
    chosen = {str(name) for name in listed("first", first)}
    strange = sorted(chosen - set(names))
    if strange:
        raise ValueError(f"first: there is no question {strange[0]!r}")
    if not chosen or len(chosen) == len(names):
        raise ValueError("first: leave one question or more in each half")
    return np.array([name in chosen for name in names])


def _guttman(cov: Floats, signs: Floats) -> Floats:
    total = float(cov.sum())
    if total <= 0:
        return np.full(len(signs), math.nan)
    made: Floats = 1.0 - np.einsum("si,ij,sj->s", signs, cov, signs) / total
    return made


def _all_splits(cov: Floats, seed: int) -> tuple[Floats, bool]:
    k = len(cov)
    half = k // 2
    count = math.comb(k, half) // (1 if k % 2 else 2)
    if count <= MOST_SPLITS:
        # With an even number each split comes twice; those that hold the first question are one of each pair.
        chosen = [c for c in itertools.combinations(range(k), half) if k % 2 or c[0] == 0]
        signs = np.full((len(chosen), k), -1.0)
        signs[np.arange(len(chosen))[:, None], np.array(chosen)] = 1.0
        return _guttman(cov, signs), False
    rng = np.random.default_rng(seed)
    signs = np.where(np.arange(k) < half, 1.0, -1.0)[
        rng.permuted(np.tile(np.arange(k), (MOST_SPLITS, 1)), axis=1)
    ]
    return _guttman(cov, signs), True

"""Cronbach's alpha with its interval, and what each question adds."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from ..figures import bars
from ..inputs import Floats, listed, number, one_of, whole
from ..results import Part, Result, Table
from .answers import Answers, covariance, read, square, varying

Interval = Literal["feldt", "bootstrap"]


@dataclasses.dataclass(frozen=True)
class Item(Part):
    """One question: mean and sd, correlation with the sum of the others, and alpha without it."""

    name: str
    mean: float
    sd: float
    rest_correlation: float
    alpha_without: float
    """NaN where two questions are all there are."""


@dataclasses.dataclass(frozen=True)
class Alpha(Result):
    """Cronbach's alpha. `standardized` is that of standardised answers, `mean_correlation` that between questions.

    `error` is the standard error of measurement of the sum of answers, sd sqrt(1 - alpha); of the mean of answers it is
    that over the number of questions.
    """

    alpha: float
    interval: tuple[float, float]
    interval_by: str
    confidence: float
    standardized: float
    mean_correlation: float
    questions: int
    sum_sd: float
    error: float
    items: tuple[Item, ...]
    answers: Answers | None
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return a row for each question."""
        heads = ("question", "mean", "sd", "correlation with the rest", "alpha without it")
        return Table(
            heads,
            tuple(
                (one.name, one.mean, one.sd, one.rest_correlation, one.alpha_without) for one in self.items
            ),
        )

    def figure(self) -> dict[str, Any]:
        """Return the correlations of questions with the rest as bars, an ECharts option."""
        made = {"correlation": [one.rest_correlation for one in self.items]}
        names = [one.name for one in self.items]
        return bars(f"Questions, alpha {self.alpha:.2f}", "correlation with the rest", names, made)


def cronbach_alpha(
    answers: Any,
    *,
    items: Sequence[Any] | None = None,
    reverse: Iterable[Any] = (),
    scale: tuple[float, float] | None = None,
    missing: str = "rows",
    confidence: float = 0.95,
    interval: Interval = "feldt",
    resamples: int = 2000,
    seed: int = 1,
) -> Alpha:
    """Return Cronbach's alpha of a set of questions; a row of `answers` is a person, a column a question.

    alpha = k / (k - 1) (1 - sum of the questions' variances / variance of the sum), from the covariance with divisor
    n - 1. It is the reliability of the sum where all questions measure one thing equally well (tau-equivalence) with
    errors that do not depend on each other; otherwise mostly a lower bound, and no proof that they measure one thing
    (see `omega`). Questions named in `reverse` are turned round within `scale`.

    The interval of Feldt: 1 - (1 - alpha) F, F the quantiles of the F distribution with n - 1 and (n - 1)(k - 1)
    degrees of freedom (normal answers). "bootstrap" takes percentiles of `resamples` draws of people instead.

    `missing`: "rows" leaves out whoever left out an answer; "pairs" takes covariances pair by pair; "refuse".

    Sources: L. J. Cronbach, Psychometrika 16 (1951); L. S. Feldt, Psychometrika 30 (1965). Numbers as alpha of R's
    psych. Raises ValueError at ``answers`` (fewer than three people or two questions, a question that everybody
    answered alike, infinities), ``items``, ``reverse``, ``scale``, ``missing``, ``confidence``, ``interval``,
    ``resamples``.

    >>> found = cronbach_alpha([[4, 4, 5], [2, 3, 3], [5, 4, 4], [1, 2, 2], [3, 3, 2]])
    >>> round(found.alpha, 3), round(found.items[1].rest_correlation, 3)
    (0.902, 0.98)
    """
    level = number("confidence", confidence, least=0.5, most=0.9999)
    one_of("interval", interval, ("feldt", "bootstrap"))
    kept, told = read(answers, items=items, reverse=reverse, scale=scale, missing=missing)
    cov = covariance(kept)
    varying(cov, told.items)
    means = np.nanmean(kept, axis=0)
    ends = None
    if interval == "bootstrap":
        ends = _bootstrapped(kept, whole("resamples", resamples, least=100, most=100_000), level, seed)
    return _described(cov, told.people, told.items, means, level, told, ends)


def alpha_from_covariance(
    covariance: Any, people: int, *, items: Sequence[Any] | None = None, confidence: float = 0.95
) -> Alpha:
    """Return Cronbach's alpha from the covariances (or correlations) of questions and the number of people.

    As `cronbach_alpha`, for answers that a database or a paper has already summed up; means are missing. Source: L. J.
    Cronbach, Psychometrika 16 (1951). Raises ValueError at ``covariance`` (not symmetric, no variance), ``people``
    (fewer than three), ``items``, ``confidence``.

    >>> round(alpha_from_covariance([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]], 100).alpha, 4)
    0.75
    """
    cov = square("covariance", covariance)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    if len(cov) < 2:
        raise ValueError("covariance: give two questions or more")
    names = (
        tuple(str(place + 1) for place in range(len(cov)))
        if items is None
        else tuple(map(str, listed("items", items)))
    )
    if len(names) != len(cov):
        raise ValueError(f"items: give {len(cov)} names, not {len(names)}")
    n = whole("people", people, least=3)
    return _described(cov, n, names, np.full(len(cov), math.nan), level, None, None)


def alpha_of(cov: Floats) -> Floats:
    """Return alpha of covariance matrices, shape (..., k, k); NaN where the sum does not vary or k is 1."""
    k = cov.shape[-1]
    total, own = cov.sum(axis=(-2, -1)), np.trace(cov, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = np.where(total > 0, 1.0 - own / total, math.nan) * (k / (k - 1) if k > 1 else math.nan)
    return np.asarray(made, dtype=np.float64)


def feldt(alpha: float, people: int, questions: int, level: float) -> tuple[float, float]:
    """Return Feldt's interval of alpha."""
    from scipy.special import fdtri  # noqa: PLC0415 - loads when first used

    degrees = people - 1, (people - 1) * (questions - 1)
    tail = (1 - level) / 2
    return 1 - (1 - alpha) * float(fdtri(*degrees, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*degrees, tail))


def _described(
    cov: Floats, people: int, names: tuple[str, ...], means: Floats, level: float, told: Answers | None,
    ends: tuple[float, float] | None,
) -> Alpha:  # fmt: skip
    k = len(cov)
    alpha = float(alpha_of(cov))
    sd = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(sd, sd)
    total = float(cov.sum())
    rest = cov.sum(axis=1) - sd**2
    left = total - 2 * cov.sum(axis=1) + sd**2
    with np.errstate(divide="ignore", invalid="ignore"):
        joint = np.where(left > 0, rest / (sd * np.sqrt(np.maximum(left, 0))), math.nan)
    without = [
        float(alpha_of(np.delete(np.delete(cov, place, 0), place, 1))) if k > 2 else math.nan
        for place in range(k)
    ]
    items = tuple(
        Item(*one) for one in zip(names, means.tolist(), sd.tolist(), joint.tolist(), without, strict=True)
    )
    mean_correlation = float((correlation.sum() - k) / (k * (k - 1)))
    between = feldt(alpha, people, k, level) if ends is None else ends
    return Alpha(
        alpha,
        between,
        "Feldt" if ends is None else "bootstrap, percentiles",
        level,
        float(alpha_of(correlation)),
        mean_correlation,
        k,
        math.sqrt(max(total, 0.0)),
        math.sqrt(max(total * (1 - alpha), 0.0)) if alpha <= 1 else math.nan,
        items,
        told,
        _warnings(cov, alpha, items, told),
    )


def _warnings(cov: Floats, alpha: float, items: tuple[Item, ...], told: Answers | None) -> tuple[str, ...]:
    found = []
    turned = [one.name for one in items if one.rest_correlation < 0]
    if turned:
        found.append(f"{', '.join(turned)} run against the rest: turn them round, or leave them out")
    if alpha < 0:
        found.append("alpha is below zero: the questions do not go together")
    if told is not None and told.left_out > 0.05 * (told.people + told.left_out):
        found.append(f"{told.left_out} people with missing answers are left out; the rest may be unlike them")
    if np.linalg.eigvalsh(cov)[0] < -1e-10 * np.trace(cov):
        found.append("covariances pair by pair contradict each other; leave incomplete rows out instead")
    return tuple(found)


def _bootstrapped(kept: Floats, resamples: int, level: float, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    made = np.empty(resamples)
    for place in range(resamples):
        made[place] = alpha_of(covariance(kept[rng.integers(0, len(kept), len(kept))]))
    low, high = np.nanquantile(made, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)

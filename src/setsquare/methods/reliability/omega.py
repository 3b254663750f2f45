"""McDonald's omega: reliability from a factor model, in which questions may measure unequally well."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..figures import bars
from ..inputs import Floats, listed, number, one_of, whole
from ..results import Result, Table
from .answers import Answers, covariance, read, square, varying
from .factors import METHODS, Factors, Method, extract, oblimin


@dataclasses.dataclass(frozen=True)
class Omega(Result):
    """Omega total of the one-factor model.

    `omega` is of the sum of answers as they are, `standardized` of the sum of standardised answers. `loadings` and
    `uniquenesses` are of standardised answers. The test of fit (chi-squared with `degrees`, `p`) asks whether one
    factor is enough; it is NaN without degrees of freedom (three questions), for minres, and where the number of people
    is unknown. `residual` is the root mean square of the correlations that the model leaves unexplained. `interval` is
    by bootstrap, NaN where none was asked for.
    """

    omega: float
    standardized: float
    interval: tuple[float, float]
    confidence: float
    items: tuple[str, ...]
    loadings: tuple[float, ...]
    uniquenesses: tuple[float, ...]
    chi_squared: float
    degrees: int
    p: float
    residual: float
    method: Method
    answers: Answers | None
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return a row for each question."""
        return Table(
            ("question", "loading", "uniqueness"),
            tuple(zip(self.items, self.loadings, self.uniquenesses, strict=True)),
        )

    def figure(self) -> dict[str, Any]:
        """Return the loadings as bars, an ECharts option."""
        return bars(f"Loadings, omega {self.omega:.2f}", "loading", self.items, {"loading": self.loadings})


@dataclasses.dataclass(frozen=True)
class Hierarchy(Result):
    """Omega of a general factor over several groups of questions (Schmid and Leiman).

    `hierarchical` is the share of the sum's variance that the general factor explains, `total` that of all factors.
    `general` and `groups` (a row for each question) are loadings of standardised answers.
    """

    hierarchical: float
    total: float
    items: tuple[str, ...]
    general: tuple[float, ...]
    groups: tuple[tuple[float, ...], ...]
    uniquenesses: tuple[float, ...]
    factor_correlations: Floats
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return a row for each question."""
        count = len(self.groups[0])
        heads = ("question", "general", *(f"group {place + 1}" for place in range(count)), "uniqueness")
        rows = zip(self.items, self.general, self.groups, self.uniquenesses, strict=True)
        return Table(heads, tuple((name, one, *parts, unique) for name, one, parts, unique in rows))

    def figure(self) -> dict[str, Any]:
        """Return the loadings of the general factor and of the groups, as an ECharts option."""
        parts = {f"group {place}": one for place, one in enumerate(zip(*self.groups, strict=True), 1)}
        title = f"Loadings, hierarchical omega {self.hierarchical:.2f}"
        return bars(title, "loading", self.items, {"general": self.general, **parts})


def omega(
    answers: Any,
    *,
    items: Sequence[Any] | None = None,
    reverse: Iterable[Any] = (),
    scale: tuple[float, float] | None = None,
    missing: str = "rows",
    method: Method = "ml",
    resamples: int = 0,
    confidence: float = 0.95,
    seed: int = 1,
) -> Omega:
    """Return McDonald's omega total of questions that measure one thing; a row of `answers` is a person.

    With loadings l and uniquenesses u of the one-factor model, omega = (sum l)^2 / ((sum l)^2 + sum u). Unlike alpha it
    does not ask that all questions measure equally well. `method`: maximum likelihood, or least squared residuals
    ("minres"). `resamples` above 0 gives percentiles of so many draws of people as interval.

    Sources: R. P. McDonald, Test Theory (1999), chapter 6; K. G. Joreskog, Psychometrika 36 (1971). Assumes one factor
    and errors that do not depend on each other. Raises ValueError as `cronbach_alpha`, at ``answers`` with fewer than
    three questions, and at ``method`` and ``resamples``.

    >>> found = omega([[4, 4, 5], [2, 3, 3], [5, 4, 4], [1, 2, 2], [3, 3, 2], [4, 5, 4]])
    >>> round(found.omega, 3), found.degrees
    (0.917, 0)
    """
    level = number("confidence", confidence, least=0.5, most=0.9999)
    draws = whole("resamples", resamples, least=0, most=100_000)
    kept, told = read(answers, items=items, reverse=reverse, scale=scale, missing=missing)
    cov = covariance(kept)
    varying(cov, told.items)
    found = _one(cov, told.people, told.items, method, "answers")
    ends = _bootstrapped(kept, method, draws, level, seed) if draws else (math.nan, math.nan)
    return dataclasses.replace(found, interval=ends, confidence=level, answers=told)


def omega_from_correlations(
    correlations: Any, people: int | None = None, *, items: Sequence[Any] | None = None, method: Method = "ml"
) -> Omega:
    """Return omega total from the correlations or covariances of questions.

    As `omega`; without `people` there is no test of fit. Source: R. P. McDonald, Test Theory (1999). Raises ValueError
    at ``correlations`` (not symmetric, fewer than three questions), ``people``, ``items``, ``method``.

    >>> found = omega_from_correlations([[1, 0.42, 0.48], [0.42, 1, 0.56], [0.48, 0.56, 1]])
    >>> [round(one, 2) for one in found.loadings], round(found.omega, 4)
    ([0.6, 0.7, 0.8], 0.7449)
    """
    cov = square("correlations", correlations)
    names = _named(items, len(cov))
    return _one(
        cov, None if people is None else whole("people", people, least=3), names, method, "correlations"
    )


def omega_hierarchical(
    correlations: Any, *, groups: int = 3, items: Sequence[Any] | None = None, method: Method = "minres"
) -> Hierarchy:
    """Return omega of a general factor, beside group factors, from the correlations of questions.

    `groups` factors are extracted and rotated obliquely (direct quartimin); their correlations are explained by one
    factor of second order, and its part in each question by Schmid and Leiman's transformation is the general
    loading g. With standardised answers, hierarchical = (sum g)^2 / sum R and total = 1 - sum u / sum R. Three groups
    or more are needed: with two the general factor is not identified. There have to be at least three questions for
    each group to tell them apart.

    Sources: J. Schmid and J. M. Leiman, Psychometrika 22 (1957); R. E. Zinbarg, W. Revelle, I. Yovel and W. Li,
    Psychometrika 70 (2005). As omega of R's psych. Raises ValueError at ``correlations``, ``groups``, ``items``,
    ``method``.

    >>> inner, outer = 0.6, 0.3
    >>> matrix = [[1 if a == b else inner if a // 3 == b // 3 else outer for b in range(9)] for a in range(9)]
    >>> found = omega_hierarchical(matrix)
    >>> round(found.hierarchical, 4), round(found.total, 4)
    (0.675, 0.9)
    """
    cov = square("correlations", correlations)
    count = whole("groups", groups, least=3)
    if len(cov) < 3 * count:
        raise ValueError(
            f"groups: {len(cov)} questions are too few for {count} groups; give {3 * count} or more"
        )
    names = _named(items, len(cov))
    correlation = _standardized(cov)
    first = extract(correlation, count, one_of("method", method, METHODS))
    pattern, between = oblimin(first.loadings)
    sign = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    pattern, between = pattern * sign, between * np.outer(sign, sign)
    second = extract(between, 1, one_of("method", method, METHODS))
    upper = second.loadings[:, 0]
    general = pattern @ upper
    parts = pattern * np.sqrt(np.maximum(1 - upper**2, 0.0))
    whole_sum = float(correlation.sum())
    return Hierarchy(
        float(general.sum()) ** 2 / whole_sum,
        1 - float(first.unique.sum()) / whole_sum,
        names,
        tuple(general.tolist()),
        tuple(tuple(row) for row in parts.tolist()),
        tuple(first.unique.tolist()),
        between,
        tuple(_doubts_of_groups(first, second)),
    )


def _one(cov: Floats, people: int | None, names: tuple[str, ...], method: str, argument: str) -> Omega:
    if len(cov) < 3:
        raise ValueError(f"{argument}: give three questions or more; of two the model is not identified")
    kind, k = one_of("method", method, METHODS), len(cov)
    correlation = _standardized(cov)
    factors = extract(correlation, 1, kind)
    loadings, unique = factors.loadings[:, 0], factors.unique
    residual = correlation - np.outer(loadings, loadings)
    np.fill_diagonal(residual, 0.0)
    degrees = ((k - 1) ** 2 - (k + 1)) // 2
    chi, p = _fit(factors, people, k, degrees, kind)
    warnings = [*_doubts(factors)]
    if p < 0.05:
        warnings.append("one factor does not explain the correlations; look at the residuals, or at groups")
    if (loadings < 0).any():
        turned = ", ".join(name for name, one in zip(names, loadings, strict=True) if one < 0)
        warnings.append(f"{turned} run against the rest: turn them round, or leave them out")
    return Omega(
        _share(loadings, unique, np.sqrt(np.diag(cov))),
        _share(loadings, unique, np.ones(k)),
        (math.nan, math.nan),
        math.nan,
        names,
        tuple(loadings.tolist()),
        tuple(unique.tolist()),
        chi,
        degrees,
        p,
        math.sqrt(float((residual**2).sum()) / (k * (k - 1))),
        kind,
        None,
        tuple(warnings),
    )


def _share(loadings: Floats, unique: Floats, sd: Floats) -> float:
    common = float((loadings * sd).sum()) ** 2
    return common / (common + float((unique * sd**2).sum()))


def _fit(factors: Factors, people: int | None, k: int, degrees: int, method: Method) -> tuple[float, float]:
    """Return chi-squared with Bartlett's correction, and p."""
    from scipy.special import chdtrc  # noqa: PLC0415 - loads when first used

    if people is None or degrees < 1 or method != "ml":
        return math.nan, math.nan
    chi = max(0.0, (people - 1 - (2 * k + 5) / 6 - 2 / 3) * factors.discrepancy)
    return chi, float(chdtrc(degrees, chi))


def _doubts(factors: Factors) -> list[str]:
    if factors.heywood:
        return ["a question has next to no error of its own (a Heywood case): the model is doubtful"]
    return []


def _doubts_of_groups(first: Factors, second: Factors) -> list[str]:
    found = _doubts(first)
    if second.heywood:
        found.append("a group factor is all general: fewer groups may be enough")
    if (second.loadings < 0).any():
        found.append("a group runs against the general factor: turn its questions round")
    return found


def _standardized(cov: Floats) -> Floats:
    sd = np.sqrt(np.diag(cov))
    made: Floats = cov / np.outer(sd, sd)
    return made


def _named(items: Sequence[Any] | None, count: int) -> tuple[str, ...]:
    names = (
        tuple(str(place + 1) for place in range(count))
        if items is None
        else tuple(map(str, listed("items", items)))
    )
    if len(names) != count:
        raise ValueError(f"items: give {count} names, not {len(names)}")
    return names


def _bootstrapped(
    kept: Floats, method: Method, resamples: int, level: float, seed: int
) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(resamples):
        cov = covariance(kept[rng.integers(0, len(kept), len(kept))])
        if (np.diag(cov) > 0).all():
            factors = extract(_standardized(cov), 1, method)
            made.append(_share(factors.loadings[:, 0], factors.unique, np.sqrt(np.diag(cov))))
    low, high = np.quantile(made, [(1 - level) / 2, (1 + level) / 2]) if made else (math.nan, math.nan)
    return float(low), float(high)

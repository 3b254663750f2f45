"""Capability of a process that is not normal, by the percentiles of a fitted distribution.

Sources: ISO 22514-4:2016 (percentile method); NIST/SEMATECH e-Handbook 6.1.6 (non-normal) and 8.1.6
(distributions). All fits are by maximum likelihood, those of positive values with a known threshold, zero unless given.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, graspable, listed, number, one_of
from ..results import Result, Table
from .indices import Boundary, Limits, Observed, observed, specification, within_bounds
from .normality import squared
from .pictures import histogram
from .stability import Stable, Unstable, judged, of_values

Family = Literal["normal", "lognormal", "weibull", "gamma", "exponential", "logistic", "gumbel"]
FAMILIES: tuple[Family, ...] = (
    "normal", "lognormal", "weibull", "gamma", "exponential", "logistic", "gumbel",
)  # fmt: skip
POSITIVE = ("lognormal", "weibull", "gamma", "exponential")
_NARROWEST = 1e-10  # logarithms nearer to each other have lost their digits


@dataclasses.dataclass(frozen=True)
class Fit(Result):
    """A fitted distribution: parameters by name, log-likelihood, and Anderson-Darling statistic (smaller is nearer)."""

    family: Family
    parameters: dict[str, float]
    log_likelihood: float
    anderson_darling: float
    n: int
    threshold: float = 0.0
    """Where the distribution of positive values begins."""
    method: str = "maximum likelihood"

    def figure(self) -> dict[str, Any]:
        """Return the fitted density between the 0.1 and 99.9 per cent points, as an ECharts option."""
        made = distribution(self.family, self.parameters, self.threshold)
        x = np.linspace(made.ppf(0.001), made.ppf(0.999), 121)
        heights = made.pdf(x)
        there = np.isfinite(heights)  # some begin with an infinite one
        line = np.column_stack([x[there], heights[there]])
        return curves(f"Fitted {self.family} distribution", "value", "density", {self.family: line}, least=0)


@dataclasses.dataclass(frozen=True)
class FittedCapability(Result):
    """Overall capability by a distribution's percentiles; NaN where the limits do not define an index.

    `low`, `median` and `high` are its 0.135, 50 and 99.865 per cent points, the natural bounds.
    """

    fit: Fit
    limits: Limits
    low: float
    median: float
    high: float
    pp: float
    ppl: float
    ppu: float
    ppk: float
    ppm_lower: float
    ppm_upper: float
    ppm: float
    observed: Observed
    stable: bool | None
    warnings: tuple[str, ...]
    values: Floats
    method: str = "percentiles of the fitted distribution"

    def table(self) -> Table:
        """Return the indices, the natural bounds, and the parts per million expected and observed."""
        names = ("pp", "ppl", "ppu", "ppk", "low", "median", "high", "ppm_lower", "ppm_upper", "ppm")
        rows = [(name, getattr(self, name)) for name in names]
        parameters = ((f"{self.fit.family} {name}", value) for name, value in self.fit.parameters.items())
        return Table(("name", "value"), (*rows, ("ppm observed", self.observed.ppm), *parameters))

    def figure(self) -> dict[str, Any]:
        """Return the histogram with the limits and the fitted density, as an ECharts option."""
        made = distribution(self.fit.family, self.fit.parameters, self.fit.threshold)
        return histogram("Capability", self.values, self.limits, [(self.fit.family, made.pdf)])


def fit(values: Column, family: Family, *, threshold: float = 0.0) -> Fit:
    """Return a distribution fitted by maximum likelihood.

    Parameters: normal mean, sd (divisor n); lognormal mean, sd of the logarithms; weibull shape, scale; gamma
    shape, scale; exponential scale; logistic and gumbel (of largest values) location, scale. Missing values are
    left out. `threshold`: where a family of positive values begins, known beforehand and not estimated. Raises
    ValueError for fewer than three values, for constant ones, for values at the threshold or below where the family has
    none, and for a threshold of a family that has none.

    >>> found = fit([1.2, 2.3, 1.9, 2.0, 2.2, 1.7, 2.8, 1.5, 2.1], "weibull")
    >>> {name: round(value, 3) for name, value in found.parameters.items()}
    {'shape': 4.908, 'scale': 2.143}
    """
    one_of("family", family, FAMILIES)
    x = given(values)
    begin = number("threshold", threshold)
    if family not in POSITIVE and begin != 0:
        raise ValueError(f"threshold: the {family} distribution has none")
    if family in POSITIVE and x.min() <= begin:
        raise ValueError(f"values: have to be above {begin:g} for the {family} distribution")
    if family in POSITIVE and family != "exponential":
        told_apart(x - begin)
    parameters = _estimate(x - begin, family)
    made = distribution(family, parameters, begin)
    ordered = np.sort(x)
    statistic = squared((made.logcdf(ordered), made.logsf(ordered)))
    return Fit(family, parameters, float(made.logpdf(x).sum()), statistic, len(x), begin)


def compare_fits(values: Column, families: Sequence[Family] = FAMILIES) -> tuple[Fit, ...]:
    """Return the fits of several families, the nearest by Anderson-Darling first.

    Families of positive values are left out where a value is not.

    >>> compare_fits([1.2, 2.3, 1.9, 2.0, 2.2, 1.7, 2.8, 1.5, 2.1])[-1].family
    'exponential'
    """
    x = given(values)
    asked = [one_of("families", family, FAMILIES) for family in listed("families", families)]
    possible = [family for family in asked if x.min() > 0 or family not in POSITIVE]
    return tuple(sorted((fit(x, family) for family in possible), key=lambda found: found.anderson_darling))


def fitted_capability(
    values: Column,
    family: Family,
    *,
    lower: float | None = None,
    upper: float | None = None,
    threshold: float = 0.0,
    boundary: Boundary | None = None,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> FittedCapability:
    """Return the capability by the percentiles of a fitted distribution.

    Pp = (U - L) / (X.99865 - X.00135); Ppl = (X.5 - L) / (X.5 - X.00135); Ppu = (U - X.5) / (X.99865 - X.5); Ppk is
    the smaller. Expected ppm are the distribution's. For the normal family these are the usual indices (with the
    divisor n). `threshold` as in `fit`; `boundary`, `stable` and `unstable` as in `capability`, where None draws the
    chart of the values' normal scores by the fitted distribution, in their order.

    >>> found = fitted_capability([1.2, 2.3, 1.9, 2.0, 2.2, 1.7, 2.8, 1.5, 2.1], "lognormal", upper=6)
    >>> round(found.ppk, 2)
    2.08
    """
    limits = specification(lower, upper, None, boundary)
    x = given(values)
    within_bounds(limits, x)
    found = fit(x, family, threshold=threshold)
    made = distribution(family, found.parameters, found.threshold)
    calm, notes = judged(stable, unstable, lambda: of_values(_scores(made, x)))
    asked = limits.asked()
    low, median, high = (float(made.ppf(p)) for p in (0.00135, 0.5, 0.99865))
    down = (median - asked.lower) / (median - low) if math.isfinite(asked.lower) else math.nan
    up = (asked.upper - median) / (high - median) if math.isfinite(asked.upper) else math.nan
    both = (asked.upper - asked.lower) / (high - low)
    below, above = 1e6 * float(made.cdf(asked.lower)), 1e6 * float(made.sf(asked.upper))
    return FittedCapability(
        found, limits, low, median, high, both if math.isfinite(both) else math.nan, down, up,
        float(np.nanmin([down, up])), below, above, below + above, observed(x, limits), calm, notes, x,
    )  # fmt: skip


def _scores(made: Any, x: Floats) -> Floats:
    """Return the normal quantiles of the values' probabilities, by the nearer tail."""
    from scipy.special import ndtri_exp  # noqa: PLC0415 - loads when first used

    below, above = made.logcdf(x), made.logsf(x)
    scores: Floats = np.where(below < above, ndtri_exp(below), -ndtri_exp(above))
    return scores


def distribution(family: Family, parameters: dict[str, float], threshold: float = 0.0) -> Any:
    """Return scipy's distribution with these parameters.

    >>> float(distribution("exponential", {"scale": 2.0}).mean())
    2.0
    """
    from scipy import stats  # noqa: PLC0415 - loads when first used

    first, *others = parameters.values()
    match family:
        case "normal":
            return stats.norm(first, *others)
        case "lognormal":
            return stats.lognorm(others[0], threshold, math.exp(first))
        case "weibull":
            return stats.weibull_min(first, threshold, others[0])
        case "gamma":
            return stats.gamma(first, threshold, others[0])
        case "exponential":
            return stats.expon(threshold, first)
        case "logistic":
            return stats.logistic(first, *others)
        case _:
            return stats.gumbel_r(first, *others)


def _estimate(x: Floats, family: Family) -> dict[str, float]:
    from scipy import stats  # noqa: PLC0415 - loads when first used

    match family:
        case "normal":
            return {"mean": float(x.mean()), "sd": float(x.std())}
        case "lognormal":
            logs = np.log(x)
            return {"mean": float(logs.mean()), "sd": float(logs.std())}
        case "weibull":
            return _weibull(x)
        case "gamma":
            return _gamma(x)
        case "exponential":
            return {"scale": float(x.mean())}
        case _:
            made = stats.logistic if family == "logistic" else stats.gumbel_r
            location, scale = made.fit(x)
            return {"location": float(location), "scale": float(scale)}


def _weibull(x: Floats) -> dict[str, float]:
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used

    logs = np.log(x)
    logs = logs - logs.max()  # the shape does not depend on the scale, and powers stay in range

    def slope(shape: float) -> float:
        power = np.exp(shape * logs)
        return float((power * logs).sum() / power.sum() - 1 / shape - logs.mean())

    high = 1.0
    while slope(high) < 0:
        high *= 2
    low = 1.0
    while slope(low) > 0:
        low /= 2
    shape = float(brentq(slope, low, high, xtol=1e-14)) if low < high else 1.0
    return {"shape": shape, "scale": float(x.max() * np.exp(shape * logs).mean() ** (1 / shape))}


def _gamma(x: Floats) -> dict[str, float]:
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used
    from scipy.special import digamma  # noqa: PLC0415 - loads when first used

    mean = float(x.mean())
    # ln of the mean less the mean of ln, taken about the mean: far from zero the difference loses its digits.
    gap = -float(np.log1p((x - mean) / mean).mean())
    if gap < 1e-9:
        raise ValueError(
            "values: vary so little for their size that a gamma distribution tells no more than a normal"
        )
    # ln a - digamma(a) lies between 1 / 2a and 1 / a, which brackets the shape.
    shape = float(brentq(lambda a: math.log(a) - float(digamma(a)) - gap, 0.4 / gap, 1.1 / gap, xtol=1e-12))
    return {"shape": shape, "scale": mean / shape}


def told_apart(values: Floats) -> None:
    """Raise ValueError where logarithms of values above zero are equal but for rounding."""
    logs = np.log(values)
    if logs.max() - logs.min() < _NARROWEST:
        raise ValueError("values: lie so far from zero that their logarithms hardly differ; give a threshold")


def given(values: Column) -> Floats:
    """Return the values that are not missing: three or more, not all equal."""
    made = column("values", values, missing=True)
    made = made[~np.isnan(made)]
    if len(made) < 3:
        raise ValueError(f"values: give 3 or more, not {len(made)}")
    if made.min() == made.max():
        raise ValueError("values: are all equal")
    graspable("values", np.array([made.max() - made.min()]))
    return made


def table_of(fits: Sequence[Fit]) -> Table:
    """Return fits as rows, in the order given.

    >>> table_of(compare_fits([1.0, 2.0, 4.0], ["normal"])).rows[0][0]
    'normal'
    """
    return Table(
        ("family", "Anderson-Darling", "log-likelihood"),
        tuple((found.family, found.anderson_darling, found.log_likelihood) for found in fits),
    )

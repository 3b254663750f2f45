"""The trend of a rate: how many times it multiplies with each unit of time.

Sources: P. McCullagh and J. A. Nelder, Generalized Linear Models, 2nd ed. (1989), 6 and 9; NIST e-Handbook 8.1 for
rates and exposure; J. M. Hilbe, Negative Binomial Regression, 2nd ed. (2011).
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Floats, number, one_of
from ..results import Result, Table, plain
from . import negative
from .given import ALTERNATIVES, Alternative, Counts, level, times
from .overdispersion import as_even, pearson, readings, tails
from .tails import p_value, quantile
from .tilted import ROUNDING, Tilted

Model = Literal["poisson", "quasi", "negative binomial"]
MODELS: tuple[Model, ...] = ("poisson", "quasi", "negative binomial")
By = Literal["wald", "likelihood", "score"]


@dataclasses.dataclass(frozen=True)
class RateTrend(Result):
    """A trend of a rate, or many: numbers for a column of counts, arrays (series,) for a table."""

    model: str
    by: str
    """What test and interval rest on: Wald's statistic, the likelihood ratio, or the score."""
    ratio: Any
    """The rate is multiplied by this in `per` units of time; NaN without an event."""
    interval: tuple[Any, Any]
    """The ratio's, of the probability `confidence`."""
    p: Any
    """Of no trend."""
    slope: Any
    """Natural logarithm of the ratio for one unit of time."""
    error: Any
    """Standard error of the slope."""
    intercept: Any
    """Natural logarithm of the rate at time 0."""
    statistic: Any
    """What p comes from: normal, or Student's t with `degrees` where the model is quasi-Poisson."""
    degrees: Any
    dispersion: Any
    """Pearson's chi-squared around the trend over the degrees of freedom; about 1 where the model fits."""
    dispersion_p: Any
    """Of a dispersion as far from 1 in either direction, by chi-squared."""
    reading: Any
    """How the counts vary around the trend, in the words of `dispersion`; at 5 %."""
    alpha: Any
    """The negative binomial's: variance mu + alpha mu^2; 0 of the other models."""
    events: Any
    points: Any
    per: float
    confidence: float
    alternative: str
    time: Floats
    rates: Floats
    """What was seen: counts over exposure, shape (k,) or (series, k); NaN where nothing was."""
    fitted: Floats
    """The trend's rates, likewise."""

    def table(self) -> Table:
        """Return a row for each series."""
        names = ("ratio", "p", "slope", "error", "dispersion", "dispersion_p", "alpha", "events", "points")
        columns = [plain(np.atleast_1d(getattr(self, name))) for name in names]
        ends = [plain(np.atleast_1d(end)) for end in self.interval]
        head = ("ratio", "low", "high", *names[1:])
        return Table(head, tuple(zip(columns[0], *ends, *columns[1:], strict=True)))

    def figure(self, series: int = 0) -> dict[str, Any]:
        """Return the rates with their trend, of one series among many, as an ECharts option.

        Raises ValueError at ``series`` where there is none of that number.
        """
        seen, fitted = np.atleast_2d(self.rates), np.atleast_2d(self.fitted)
        if not 0 <= series < len(seen):
            raise ValueError(f"series: there is no series {series}")
        points = {"rate": np.column_stack([self.time, seen[series]])}
        lines = {"trend": np.column_stack([self.time, fitted[series]])}
        return curves("Trend of the rate", "time", "rate", lines, points=points, least=0)


def rate_trend(
    counts: Any,
    exposure: Any = 1.0,
    *,
    time: Any = None,
    model: Model = "poisson",
    by: By = "wald",
    alternative: Alternative = "two-sided",
    per: float = 1.0,
    confidence: float = 0.95,
    floor: float = 0.0,
) -> RateTrend:
    """Fit log(rate) = a + b time to counts with exposure, one series or many at once.

    `model`: ``poisson``, variance mu; ``quasi``, variance phi mu with phi = Pearson's chi-squared / (k - 2), at least
    `floor`, and Student's t; ``negative binomial``, variance mu + alpha mu^2 of greatest likelihood. Where `reading`
    is more than Poisson, Poisson's p is too small. `by`: ``wald``, b / error, as R's and statsmodels' summaries;
    ``likelihood``, the deviance and its profile; ``score``, which keeps its level best where events are few. The
    negative binomial has Wald's only, with the expected information at its alpha, as R's glm.nb.
    `counts`: shape (k,) or (series, k), missing ones are left out; `exposure`: one number or one for each count;
    `time`: shape (k,), by default 0, 1, ...; `per`: the ratio is for so many units of time.

    Without an event, or with one time only, the ratio is NaN, p is 1 and the interval 0 to infinity. Where all events
    fall on the first or the last time the ratio is 0 or infinite, and instead of Wald's stand the likelihood's p and
    interval; phi is 1 there. Raises ValueError at the argument that does not fit; `counts` are two or more.

    >>> found = rate_trend([65, 58, 67, 71, 52, 42], [17765, 15590, 17199, 16526, 17257, 16278])
    >>> round(found.ratio, 4), round(found.p, 4), round(found.dispersion, 3)
    (0.9448, 0.0677, 1.567)
    """
    given = Counts(counts, exposure)
    at = times(time, given.k)
    _checked(given, model, by, alternative)
    fitted = _Fit(given, at, model, number("floor", floor, least=0.0))
    sure = level("confidence", confidence)
    statistic, ends = fitted.judge(by, quantile(sure, fitted.degrees))
    unit = number("per", per, above=0.0)
    p = _or(p_value(statistic, alternative, fitted.degrees), 1.0)
    with np.errstate(over="ignore"):
        ratio, low, high = (np.exp(slope / fitted.range * unit) for slope in (fitted.slope, *ends))
    rates, trend = fitted.rates(given)
    both, read = fitted.read(given)
    one, shaped = 0 if given.single else slice(None), given.shaped
    return RateTrend(
        model, by, shaped(ratio), (shaped(_or(low, 0.0)), shaped(_or(high, np.inf))),
        shaped(p), shaped(fitted.slope / fitted.range), shaped(fitted.error / fitted.range),
        shaped(fitted.intercept), shaped(statistic), shaped(fitted.degrees), shaped(fitted.dispersion), shaped(both),
        read[one], shaped(fitted.alpha), shaped(given.total), shaped(given.points), unit, sure, alternative, at,
        rates[one], trend[one],
    )  # fmt: skip


def _checked(given: Counts, model: str, by: str, alternative: str) -> None:
    one_of("model", model, MODELS)
    one_of("by", by, ("wald", "likelihood", "score"))
    one_of("alternative", alternative, ALTERNATIVES)
    if model == "negative binomial" and by != "wald":
        raise ValueError(f"by: of the negative binomial there is wald only, not {by!r}")
    if given.single and given.points[0] < 2:
        raise ValueError("counts: give two or more with an exposure above 0")


def _or(values: Floats, instead: float) -> Floats:
    return np.where(np.isnan(values), instead, values)


class _Fit:
    """The fit of one model to all series; slopes and errors are those of time scaled to 0 to 1."""

    def __init__(self, given: Counts, time: Floats, model: str, floor: float) -> None:
        self.family = Tilted(given, time)
        self.range = self.family.range
        self.slope = self.family.estimate()
        self.finite = np.isfinite(self.slope)
        self.alpha: Floats = np.zeros(given.count)
        safe = np.where(self.finite, self.slope, 0.0)
        with np.errstate(divide="ignore"):
            start = np.log(given.total) - self.family.moments(safe)[0]
        if model == "negative binomial":
            start, self.slope, self.alpha = negative.fit(given, self.family.u, start, self.slope)
            safe = np.where(self.finite, self.slope, 0.0)
        self.mu = np.where(
            self.finite[:, None], negative.means(given, self.family.u, start, safe), given.counts
        )
        self.intercept = np.where(self.finite, start - safe * self.family.first / self.range, np.nan)
        self.chi = pearson(given, self.mu, self.alpha[:, None])
        self.free: Floats = np.where(given.total > 0, np.maximum(given.points - 2, 0.0), 0.0)
        spread = self.chi / np.maximum(self.free, 1.0)
        self.dispersion = np.where(self.free > 0, np.where(spread < ROUNDING, 0.0, spread), np.nan)
        quasi = model == "quasi"
        seen = np.where(self.finite, self.dispersion, 1.0)
        self.phi: Floats = np.maximum(seen, floor) if quasi else np.ones(given.count)
        self.degrees: Floats = (
            np.where(self.free > 0, self.free, np.nan) if quasi else np.full(given.count, np.inf)
        )
        with np.errstate(all="ignore"):
            variance = self.phi / self.family.information(safe)
            if model == "negative binomial":
                variance = negative.variance_of_slope(given, self.family.u, start, safe, self.alpha)
            self.error: Floats = np.where(self.finite, np.sqrt(variance), np.nan)

    def rates(self, given: Counts) -> tuple[Floats, Floats]:
        """Return the rates seen and those of the trend, NaN where nothing was seen."""
        exposure = np.where(given.held, given.exposure, np.nan)
        return given.counts / exposure, self.mu / exposure

    def read(self, given: Counts) -> tuple[Floats, tuple[str, ...]]:
        """Return p of the dispersion in either direction, and what it means."""
        over, under = tails(self.chi, self.free)
        under = np.maximum(under, as_even(given, self.mu, np.where(self.alpha > 0, 1.0, under)))
        both = np.minimum(1.0, 2 * np.minimum(over, under))
        return both, readings(self.dispersion, both, 0.05)

    def judge(self, by: str, reach: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
        """Return the standardised statistic of no trend and the slope's interval; `reach` in standard errors."""
        none = np.zeros(len(self.slope))
        wide = reach * np.sqrt(self.phi)
        with np.errstate(all="ignore"):
            if by == "score":
                return self.family.score(none) / np.sqrt(self.phi), self.family.score_ends(self.slope, wide)
            if by == "likelihood" or not self.finite.all():
                deviance = self.family.deviance(none, self.slope) / self.phi
                root = np.sign(np.nan_to_num(self.slope)) * np.sqrt(deviance)
                ends = self.family.likelihood_ends(self.slope, wide)
                if by == "likelihood":
                    return root, ends
            else:
                root, ends = none, (none, none)
            low, high = self.slope - reach * self.error, self.slope + reach * self.error
            statistic = np.where(self.finite, self.slope / self.error, root)
        return statistic, (np.where(self.finite, low, ends[0]), np.where(self.finite, high, ends[1]))

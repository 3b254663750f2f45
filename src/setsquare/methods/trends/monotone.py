"""A trend in one direction, of any shape: the test of Mann and Kendall with Sen's slope, seasonal too.

Sources: H. B. Mann, Econometrica 13 (1945); M. G. Kendall, Rank Correlation Methods (1970); P. K. Sen, JASA 63 (1968);
R. O. Gilbert, Statistical Methods for Environmental Pollution Monitoring (1987), 16 and 17; R. M. Hirsch, J. R.
Slack and R. A. Smith, Water Resources Research 18 (1982), for seasons; K. H. Hamed and A. R. Rao, Journal of Hydrology
204 (1998), for autocorrelation.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Bools, Floats, flag, listed, one_of, whole
from ..results import Result, Table, plain
from .autocorrelation import FEWEST, first_order_factor, variance_factor
from .given import ALTERNATIVES, Alternative, Series, level, times
from .kendall import exact_p, exact_rank, tie_sizes
from .tails import p_value, quantile

MOST = 5000
"""Values in a series; all pairs of them are held."""
MOST_EXACT = 40
Method = Literal["auto", "exact", "normal"]
Correction = Literal["none", "hamed-rao", "first-order"]
CORRECTIONS = ("none", "hamed-rao", "first-order")


@dataclasses.dataclass(frozen=True)
class MonotoneTrend(Result):
    """Mann and Kendall's test with Sen's slope; numbers for a column, arrays (series,) for a table."""

    slope: Any
    """Median slope of all pairs, for one unit of time."""
    interval: tuple[Any, Any]
    """The slope's; infinite where there are too few pairs for the confidence."""
    intercept: Any
    """Median of value - slope time."""
    p: Any
    """Of no trend."""
    tau: Any
    """Kendall's tau b: S over the square root of the pairs untied in value times those untied in time."""
    statistic: Any
    """S: pairs that rise less pairs that fall."""
    variance: Any
    z: Any
    """S over its standard deviation, moved one towards 0 where that was asked for."""
    points: Any
    exact: Any
    """Whether p is exact rather than from the normal distribution."""
    confidence: float
    alternative: str
    time: Floats
    values: Floats
    seasons: tuple[tuple[str, float, float], ...] = ()
    """Of a seasonal test with one series: the season's name, its S and its z."""
    heterogeneity_p: Any = None
    """Of seasons that all move alike (van Belle and Hughes 1984); where it is small, look at each season alone."""

    correction: str = "none"
    """What was done about autocorrelation."""
    variance_factor: Any = 1.0
    """What the variance of S was multiplied by for it."""

    def table(self) -> Table:
        """Return a row for each series."""
        names = ("p", "tau", "statistic", "variance", "z", "points", "exact")
        columns = [np.atleast_1d(one) for one in (self.slope, *self.interval)]
        columns += [np.atleast_1d(getattr(self, name)) for name in names]
        return Table(("slope", "low", "high", *names), tuple(zip(*map(plain, columns), strict=True)))

    def figure(self, series: int = 0) -> dict[str, Any]:
        """Return the values with the line of the median slope as an ECharts option; `series` is one among many.

        Raises ValueError at ``series`` where there is none of that number.
        """
        values = np.atleast_2d(self.values)
        if not 0 <= series < len(values):
            raise ValueError(f"series: there is no series {series}")
        line = np.atleast_1d(self.intercept)[series] + np.atleast_1d(self.slope)[series] * self.time
        points = {"value": np.column_stack([self.time, values[series]])}
        lines = {"median slope": np.column_stack([self.time, line])}
        return curves("Trend", "time", "value", lines, points=points)


def mann_kendall(
    values: Any,
    *,
    time: Any = None,
    method: Method = "auto",
    correction: Correction = "none",
    continuity: bool = True,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> MonotoneTrend:
    """Test for a trend up or down whatever its shape, and estimate its median slope.

    S = sum of sign(y_j - y_i) sign(t_j - t_i) over all pairs; without a trend its mean is 0 and its variance (n (n -
    1) (2 n + 5) - sum of w (w - 1) (2 w + 5)) / 18 over ties of w values. p is ``exact``, from all orders of the
    values with their ties, or ``normal``, with S moved one towards 0 where `continuity`; ``auto`` is exact up to 10
    values, and up to 40 where no two are equal. The slope's interval runs between two of the ordered slopes: those
    that the exact distribution gives where p is exact and nothing tied, else those (N -+ z sd(S)) / 2 from the ends,
    rounded outwards.

    Values are independent but for the trend, since autocorrelation makes p too small, or `correction` makes up for it,
    in even steps without gaps and by the normal p: ``first-order`` keeps the level best, for values that carry over a
    share of the one before; ``hamed-rao`` takes all lags (Hamed and Rao 1998). Seasons want `seasonal_mann_kendall`.
    `values`: shape (k,) or (series, k), missing ones are left out; `time`: shape (k,), no two equal. Constant values
    have the slope 0 and p 1; below two values slope and p are NaN. Raises ValueError at `values` beyond 5,000, at
    `method` where exact ones exceed 40, and at `correction` where points do not fit.

    >>> found = mann_kendall([5, 7, 6, 9, 8, 12, 11, 15])
    >>> found.statistic, round(found.p, 5), round(found.slope, 3)
    (22.0, 0.00551, 1.333)
    """
    given = Series("values", values)
    at = _times(time, given.k)
    _checked(given, method, alternative)
    sure, continuity = level("confidence", confidence), flag("continuity", continuity)
    order = np.argsort(at, kind="stable")
    rows = given.values[:, order]
    parts = _Pairs(rows, at[order])
    exact = _exactly(rows, method)
    factor = None
    if one_of("correction", correction, CORRECTIONS) != "none":
        _even(rows, at[order], method)
        exact &= False
        factor = _factor(rows, parts.slopes(sure, exact)[0] * _step(at[order]), correction)
        parts.variance *= factor
    z = _standard(parts.s, parts.variance, continuity)
    p = _p_values(parts, rows, z, exact, alternative)
    made = _answer(given, at, parts, parts.slopes(sure, exact), p, z, exact, sure, alternative)
    if factor is None:
        return made
    return dataclasses.replace(made, correction=correction, variance_factor=given.shaped(factor))


def _p_values(parts: "_Pairs", rows: Floats, z: Floats, exact: Bools, alternative: Alternative) -> Floats:
    """Return p of each series: normal, or exact where asked for; 1 without variation, NaN below two values."""
    p = p_value(z, alternative)
    for row in np.flatnonzero(exact):
        held = rows[row][~np.isnan(rows[row])]
        p[row] = exact_p(parts.s[row], len(held), tie_sizes(held), alternative)
    return np.where(parts.n < 2, np.nan, np.where(np.isnan(p), 1.0, p))


def _factor(rows: Floats, steps: Floats, correction: str) -> Floats:
    """Return what the variance of S is multiplied by; `steps` are the slopes for a step from point to point."""
    if correction == "hamed-rao":
        return variance_factor(rows, steps)
    if rows.shape[1] < FEWEST:
        raise ValueError(f"correction: needs {FEWEST} values or more in a series, not {rows.shape[1]}")
    return first_order_factor(rows, steps)


def _step(at: Floats) -> float:
    return float(at[1] - at[0])


def _even(rows: Floats, at: Floats, method: str) -> None:
    if method == "exact":
        raise ValueError("correction: has no exact p; give method='normal', or no correction")
    if np.isnan(rows).any():
        raise ValueError("correction: needs every point; values are missing")
    steps = np.diff(at)
    if not np.allclose(steps, steps[:1], rtol=1e-6, atol=0):
        raise ValueError("correction: needs points in even steps of time")


def seasonal_mann_kendall(
    values: Any,
    *,
    period: int = 12,
    names: Any = None,
    continuity: bool = True,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> MonotoneTrend:
    """Test for a trend where seasons return every `period` values: only values of one season are compared.

    S and its variance are sums over the seasons, the slope the median of all slopes within seasons (Hirsch, Slack and
    Smith 1982), for one value's step of time: times `period` it is that of a whole year. Seasons are independent;
    those of one year that move together make p too small. `heterogeneity_p` is of sum of z^2 - seasons (mean z)^2 by
    chi-squared. `values` begin with the first season; `names` are the seasons'. Arguments and errors else as in
    `mann_kendall`; p is the normal one.

    >>> found = seasonal_mann_kendall([3, 9, 4, 11, 5, 10, 6, 13, 8, 14], period=2)
    >>> found.statistic, round(found.slope, 3), round(found.p, 4)
    (18.0, 0.5, 0.0032)
    """
    given = Series("values", values)
    many = whole("period", period, least=2)
    if given.k < 2 * many:
        raise ValueError(f"values: give two periods or more, {2 * many} values, not {given.k}")
    _checked(given, "normal", alternative)
    sure, continuity = level("confidence", confidence), flag("continuity", continuity)
    at = np.arange(given.k, dtype=np.float64)
    each = [_Pairs(given.values[:, season::many], at[season::many]) for season in range(many)]
    parts = _Pairs.together(each)
    z = _standard(parts.s, parts.variance, continuity)
    p = p_value(z, alternative)
    p = np.where(np.isnan(p), 1.0, p)
    never = np.zeros(given.count, bool)
    made = _answer(given, at, parts, parts.slopes(sure, never), p, z, never, sure, alternative)
    scores = np.array([_standard(part.s, part.variance, False) for part in each])
    called = [str(name) for name in (range(1, many + 1) if names is None else listed("names", names))]
    if len(called) != many:
        raise ValueError(f"names: give {many}, one for each season")
    seasons = tuple(
        (name, float(part.s[0]), float(score[0]))
        for name, part, score in zip(called, each, scores, strict=True)
    )
    return dataclasses.replace(
        made, seasons=seasons if given.single else (), heterogeneity_p=given.shaped(_heterogeneity(scores))
    )


class _Pairs:
    """All pairs of a series' values in the order of time, of many series at once."""

    def __init__(self, values: Floats, time: Floats) -> None:
        first, second = np.triu_indices(len(time), 1)
        steps = values[:, second] - values[:, first]
        self.rise: Floats = steps / (time[second] - time[first])
        self.n: Floats = (~np.isnan(values)).sum(axis=1).astype(np.float64)
        self.s: Floats = np.nansum(np.sign(steps), axis=1)
        self.pairs: Floats = self.n * (self.n - 1) / 2
        tied = _in_ties(values)
        self.untied: Floats = self.pairs - (tied - 1).sum(axis=1, where=tied > 1) / 2
        several = np.where(tied > 1, (tied - 1) * (2 * tied + 5), 0.0).sum(axis=1)
        self.variance: Floats = (self.n * (self.n - 1) * (2 * self.n + 5) - several) / 18

    @classmethod
    def together(cls, parts: "list[_Pairs]") -> "_Pairs":
        """Return the pairs of several seasons as one."""
        made = cls.__new__(cls)
        made.rise = np.concatenate([part.rise for part in parts], axis=1)
        for name in ("n", "s", "pairs", "untied", "variance"):
            setattr(made, name, np.sum([getattr(part, name) for part in parts], axis=0))
        return made

    def slopes(self, confidence: float, exact: Any) -> tuple[Floats, Floats, Floats]:
        """Return the median slope and its interval's ends."""
        ordered = np.sort(self.rise, axis=1)
        many = self.pairs.astype(np.int64)
        rows = np.arange(len(many))
        last = max(ordered.shape[1] - 1, 0)
        if not ordered.shape[1]:
            return (np.full(len(many), np.nan),) * 3
        middle = (
            ordered[rows, np.clip((many - 1) // 2, 0, last)] + ordered[rows, np.clip(many // 2, 0, last)]
        ) / 2
        reach = quantile(confidence) * np.sqrt(self.variance)
        # So many slopes lie outside the interval at either end; the normal's bound is rounded outwards.
        outside = np.floor((self.pairs - reach) / 2).astype(np.int64)
        for row in np.flatnonzero(exact & (self.untied == self.pairs)):
            outside[row] = exact_rank(int(self.n[row]), (1 - confidence) / 2)
        wide = outside < 1
        low = ordered[rows, np.clip(outside - 1, 0, last)]
        high = ordered[rows, np.clip(many - outside, 0, last)]
        none = many < 1
        return (
            np.where(none, np.nan, middle),
            np.where(none, np.nan, np.where(wide, -np.inf, low)),
            np.where(none, np.nan, np.where(wide, np.inf, high)),
        )


def _answer(
    given: Series, at: Floats, parts: _Pairs, slopes: tuple[Floats, Floats, Floats], p: Floats, z: Floats,
    exact: Any, confidence: float, alternative: str,
) -> MonotoneTrend:  # fmt: skip
    slope, low, high = slopes
    from_line = given.values - slope[:, None] * at
    lacking = np.isnan(from_line).all(axis=1)
    middle = np.full(given.count, np.nan)
    middle[~lacking] = np.nanmedian(from_line[~lacking], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = parts.s / np.sqrt(parts.untied * parts.pairs)
    shaped = given.shaped
    return MonotoneTrend(
        shaped(slope), (shaped(low), shaped(high)), shaped(middle), shaped(p), shaped(tau), shaped(parts.s),
        shaped(parts.variance), shaped(z), shaped(parts.n), shaped(exact), confidence, alternative, at,
        given.values[0] if given.single else given.values,
    )  # fmt: skip


def _times(time: Any, k: int) -> Floats:
    if k < 2:
        raise ValueError("values: give two or more")
    if k > MOST:
        raise ValueError(f"values: give {MOST} or fewer in a series, not {k}, such as their means by month")
    made = times(time, k)
    if len(np.unique(made)) < k:
        raise ValueError("time: two points have the same")
    return made


def _checked(given: Series, method: str, alternative: str) -> None:
    one_of("method", method, ("auto", "exact", "normal"))
    one_of("alternative", alternative, ALTERNATIVES)
    if method == "exact" and (~np.isnan(given.values)).sum(axis=1).max() > MOST_EXACT:
        raise ValueError(f"method: exact goes up to {MOST_EXACT} values; use normal")


def _exactly(rows: Floats, method: str) -> Any:
    """Return which series are to have the exact p, shape (series,)."""
    many = (~np.isnan(rows)).sum(axis=1)
    if method != "auto":
        return np.full(len(rows), method == "exact")
    untied = (_in_ties(rows) <= 1).all(axis=1)
    return (many <= 10) | ((many <= MOST_EXACT) & untied)


def _in_ties(values: Floats) -> Floats:
    """Return of each value how many of its series equal it, itself among them; 0 of a missing one."""
    ordered = np.sort(values, axis=1)
    made = np.empty(values.shape)
    for row, (kept, given) in enumerate(zip(ordered, values, strict=True)):
        there = kept[: np.count_nonzero(~np.isnan(kept))]
        made[row] = np.searchsorted(there, given, "right") - np.searchsorted(there, given, "left")
    return np.where(np.isnan(values), 0.0, made)


def _standard(s: Floats, variance: Floats, continuity: bool) -> Floats:
    moved = np.sign(s) * np.maximum(np.abs(s) - (1 if continuity else 0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(moved / np.sqrt(variance))


def _heterogeneity(scores: Floats) -> Floats:
    from scipy.special import chdtrc  # noqa: PLC0415 - loads when first used

    known = ~np.isnan(scores)
    many = known.sum(axis=0)
    held = np.where(known, scores, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (held**2).sum(axis=0) - held.sum(axis=0) ** 2 / many
    return np.where(many > 1, chdtrc(np.maximum(many - 1, 1), spread), np.nan)

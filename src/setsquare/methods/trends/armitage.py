"""A trend of proportions over groups in an order: the test of Cochran and Armitage.

Sources: W. G. Cochran, Biometrics 10 (1954); P. Armitage, Biometrics 11 (1955); A. Agresti, Categorical Data Analysis,
2nd ed. (2002), 3.4 and 3.5.7 for the exact one.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, one_of, same_length
from ..results import Result, Table, plain
from .given import ALTERNATIVES, Alternative
from .tails import p_value

Method = Literal["asymptotic", "exact", "mid-p"]
MOST_WORK = 5e8


@dataclasses.dataclass(frozen=True)
class ProportionTrend(Result):
    """The test of a trend of proportions."""

    method: str
    z: float
    """Positive where proportions rise with the scores; z^2 is chi-squared with one degree of freedom."""
    p: float
    slope: float
    """How much the proportion rises for one unit of score: the straight line by least squares, weighted by size."""
    share: float
    """Of all groups together."""
    alternative: str
    scores: Floats
    events: Floats
    sizes: Floats
    proportions: Floats

    def table(self) -> Table:
        """Return a row for each group."""
        columns = (self.scores, self.events, self.sizes, self.proportions)
        return Table(("score", "events", "size", "proportion"), tuple(zip(*map(plain, columns), strict=True)))

    def figure(self) -> dict[str, Any]:
        """Return the proportions with the straight line, as an ECharts option."""
        middle = float((self.sizes * self.scores).sum() / self.sizes.sum())
        line = self.share + self.slope * (self.scores - middle)
        points = {"proportion": np.column_stack([self.scores, self.proportions])}
        lines = {"straight line": np.column_stack([self.scores, line])}
        return curves("Trend of proportions", "score", "proportion", lines, points=points)


def cochran_armitage(
    events: Column,
    sizes: Column,
    *,
    scores: Column | None = None,
    method: Method = "asymptotic",
    alternative: Alternative = "two-sided",
) -> ProportionTrend:
    """Test whether proportions rise or fall over groups in an order.

    T = sum of w (x - n share), z = T / sqrt(share (1 - share) (sum of n w^2 - (sum of n w)^2 / N)): the score test
    of logistic regression on w, chi-squared as R's prop.trend.test. ``exact``: given all sizes and the sum of
    events, T has the multivariate hypergeometric distribution; two-sided p is of all T as far from the mean 0 as
    the one seen, or farther. ``mid-p`` counts the probability of the very T seen by half.

    `events` of `sizes` units each, shape (groups,); `scores` w, by default 1, 2, ... Groups without units count for
    nothing. Where no unit, or every unit, has the event, z is NaN and p is 1. Raises ValueError at the argument that
    does not fit; at `scores` where exact ones have more than three decimals; at `method` where units are too many.

    >>> found = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    >>> round(found.z**2, 4), round(found.p, 6)
    (8.2249, 0.004132)
    """
    one_of("method", method, ("asymptotic", "exact", "mid-p"))
    one_of("alternative", alternative, ALTERNATIVES)
    x, n, w = _given(events, sizes, scores)
    total, share = float(n.sum()), float(x.sum() / n.sum())
    middle = float((n * w).sum() / total)
    statistic = float(((w - middle) * (x - n * share)).sum())
    spread = float((n * (w - middle) ** 2).sum())
    varies = 0 < share < 1
    z = statistic / math.sqrt(share * (1 - share) * spread) if varies else math.nan
    if not varies:
        p = 1.0
    elif method == "asymptotic":
        p = float(p_value(z, alternative))
    else:
        p = _exact(x, n, w, alternative, half=method == "mid-p")
    with np.errstate(invalid="ignore"):
        return ProportionTrend(method, z, p, statistic / spread, share, alternative, w, x, n, x / n)


def _given(events: Column, sizes: Column, scores: Column | None) -> tuple[Floats, Floats, Floats]:
    x, n = column("events", events), column("sizes", sizes)
    w = np.arange(1.0, len(x) + 1) if scores is None else column("scores", scores)
    same_length(events=x, sizes=n, scores=w)
    for name, values in (("events", x), ("sizes", n)):
        if (values < 0).any() or (values != np.floor(values)).any():
            raise ValueError(f"{name}: give whole numbers from 0")
    if (x > n).any():
        raise ValueError("events: are more than the size")
    if len(np.unique(w[n > 0])) < 2:
        raise ValueError("scores: give two different ones or more to groups with units")
    return x, n, w


def _exact(x: Floats, n: Floats, w: Floats, alternative: str, *, half: bool) -> float:
    """Return p from the distribution of the sum of scores of all events, given their number."""
    steps, scale = _whole_scores(w)
    if x.sum() > n.sum() / 2:  # the same table with events and the rest exchanged is smaller
        x, alternative = n - x, {"greater": "less", "less": "greater"}.get(alternative, alternative)
    chances = _distribution(n.astype(np.int64), steps, int(x.sum()))
    sums = np.arange(len(chances), dtype=np.float64)
    seen = float((steps * x).sum())
    centre = float((n * steps).sum() / n.sum() * x.sum())
    sign = {"greater": 1.0, "less": -1.0}.get(alternative)
    far, at = (np.abs(sums - centre), abs(seen - centre)) if sign is None else (sign * sums, sign * seen)
    beyond, level = chances[far > at + 1e-9 * scale].sum(), chances[np.abs(far - at) <= 1e-9 * scale].sum()
    return float(min(1.0, beyond + (0.5 if half else 1.0) * level))


def _whole_scores(w: Floats) -> tuple[Any, float]:
    """Return scores as whole numbers from 0 without a common factor, and the largest."""
    for factor in (1, 2, 3, 4, 6, 10, 100, 1000):
        scaled = (w - w.min()) * factor
        if np.allclose(scaled, np.round(scaled), rtol=0, atol=1e-9):
            steps = np.round(scaled).astype(np.int64)
            steps //= int(np.gcd.reduce(steps))
            return steps, float(max(1, steps.max()))
    raise ValueError("scores: exact p needs scores of three decimals or fewer")


def _distribution(n: Any, steps: Any, total: int) -> Floats:
    """Return P(sum of scores of events = 0, 1, ...) given `total` events among groups of `n` units.

    Groups are added one by one to the joint distribution of events and scores where each unit has the event with
    probability total / N, which cancels once the events are as many as they are.
    """
    from scipy.special import bdtr  # noqa: PLC0415 - loads when first used

    last = int(total * steps.max())
    if float(np.minimum(n, total).sum()) * (total + 1) * (last + 1) > MOST_WORK:
        raise ValueError("method: there are too many units for exact p; give asymptotic")
    joint = np.zeros((total + 1, last + 1))
    joint[0, 0] = 1.0
    share = total / int(n.sum())
    for size, step in zip(n.tolist(), steps.tolist(), strict=True):
        most = min(size, total)
        chances = np.diff(bdtr(np.arange(most + 1.0), size, share), prepend=0.0) if size else np.ones(1)
        added = np.zeros_like(joint)
        for many in range(most + 1):
            shift = many * step
            added[many:, shift:] += chances[many] * joint[: total + 1 - many, : last + 1 - shift]
        joint = added
    return np.asarray(joint[total] / joint[total].sum())

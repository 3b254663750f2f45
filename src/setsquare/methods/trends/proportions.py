"""Two proportions: exact tests, with intervals of their difference and ratio.

Sources: R. A. Fisher, The Design of Experiments (1935); A. Agresti, Categorical Data Analysis, 2nd ed. (2002), 3.5;
NIST e-Handbook 7.3.3; and those named in `unconditional` and `score_intervals`.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, one_of
from ..results import Table
from . import score_intervals, unconditional
from .given import ALTERNATIVES, Alternative, level
from .pairs import Compared, Pair, forest
from .tails import p_value, quantile, two_tails

Method = Literal["fisher", "mid-p", "barnard", "boschloo", "score"]
Interval = Literal["newcombe", "miettinen-nurminen"]
METHODS = ("fisher", "mid-p", "barnard", "boschloo", "score")


@dataclasses.dataclass(frozen=True)
class TwoProportions(Compared):
    """Two proportions compared."""

    ratio_interval: tuple[Any, Any]
    """By Miettinen and Nurminen."""
    odds_ratio: Any
    """x (m - y) / (y (n - x))."""
    interval: str
    """The method of the difference's interval."""

    def table(self) -> Table:
        """Return a row for each pair."""
        return self._rows("difference", self.difference_interval, "ratio", self.ratio_interval)

    def figure(self, most: int = 20) -> dict[str, Any]:
        """Return the differences of the first `most` pairs with their intervals, as an ECharts option."""
        ends = self.difference_interval
        return forest("Two proportions", "difference of proportions", 0.0, self.difference, ends, most)


def two_proportions(
    first: Any,
    first_size: Any,
    second: Any,
    second_size: Any,
    *,
    method: Method = "fisher",
    interval: Interval = "newcombe",
    two_sided: Literal["likelihood", "central"] = "likelihood",
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> TwoProportions:
    """Compare the shares of `first` in `first_size` and of `second` in `second_size`.

    ``fisher``: exact given the sum of events; ``mid-p``: with the probability of the table seen by half, less
    conservative. Their two-sided p sums the tables no more probable than the one seen (`two_sided` ``likelihood``, as
    R and scipy), or is twice the smaller tail (``central``). ``barnard`` and ``boschloo``: exact over all tables of
    these sizes, at the worst common proportion, ordered by the pooled z or by Fisher's one-sided p; more powerful,
    the latter never less than Fisher's. Two-sided is |z| of the former, twice the smaller side of the latter.
    ``score``: chi-squared without correction, for large tables. `interval` of the difference: ``newcombe`` (method
    10) or ``miettinen-nurminen`` (score).

    Whole numbers, or columns of one length. Without any event, or with nothing but events, p is 1. Raises ValueError
    at the argument that does not fit, and at `method` where barnard or boschloo would have over a million tables.

    >>> found = two_proportions(56, 70, 48, 80)
    >>> round(found.difference, 3), [round(end, 4) for end in found.difference_interval], round(found.p, 4)
    (0.2, [0.0524, 0.3339], 0.0125)
    """
    given = Pair("size", first, first_size, second, second_size)
    one_of("method", method, METHODS)
    one_of("interval", interval, ("newcombe", "miettinen-nurminen"))
    one_of("two_sided", two_sided, ("likelihood", "central"))
    one_of("alternative", alternative, ALTERNATIVES)
    _checked(given, method)
    reach = float(quantile(level("confidence", confidence)))
    ends = (score_intervals.newcombe if interval == "newcombe" else score_intervals.difference)(given, reach)
    times = score_intervals.ratio(given, reach)
    one, other = given.x / given.of_x, given.y / given.of_y
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, odds = one / other, given.x * (given.of_y - given.y) / (given.y * (given.of_x - given.x))
    shaped = given.shaped
    return TwoProportions(
        method, shaped(one), shaped(other), shaped(ratio), shaped(one - other), (shaped(ends[0]), shaped(ends[1])),
        shaped(_p(given, method, two_sided, alternative)), two_sided, confidence, alternative,
        (shaped(times[0]), shaped(times[1])), shaped(odds), interval,
    )  # fmt: skip


def _checked(given: Pair, method: str) -> None:
    both = (("first", given.x, given.of_x), ("second", given.y, given.of_y))
    for name, counts, sizes in both:
        if (sizes != np.floor(sizes)).any():
            raise ValueError(f"{name}_size: give whole numbers")
        if (counts > sizes).any():
            raise ValueError(f"{name}: is more than {name}_size")
    tables = float(((given.of_x + 1) * (given.of_y + 1)).max())
    if method in ("barnard", "boschloo") and tables > unconditional.MOST_TABLES:
        raise ValueError(
            f"method: {method} would have {tables:.3g} tables, over a million; give mid-p or score"
        )


def _p(given: Pair, method: str, two_sided: str, alternative: str) -> Floats:
    if method == "score":
        z, total = score_intervals.difference_score(given, np.zeros(len(given.x))), given.of_x + given.of_y
        return np.nan_to_num(p_value(z * np.sqrt(total / (total - 1)), alternative), nan=1.0)
    rows = np.column_stack([given.x, given.of_x, given.y, given.of_y]).astype(np.int64).tolist()
    return np.array([_exact(row, method, two_sided, alternative) for row in rows])


def _exact(row: list[int], method: str, two_sided: str, alternative: str) -> float:
    x, n, y, m = row
    if x + y in (0, n + m):
        return 1.0
    if method == "barnard":
        return unconditional.barnard(x, n, y, m, alternative)
    if method == "boschloo":
        return unconditional.boschloo(x, n, y, m, alternative)
    return _fisher(x, n, y, m, two_sided, alternative, 0.5 if method == "mid-p" else 0.0)


def _fisher(x: int, n: int, y: int, m: int, two_sided: str, alternative: str, half: float) -> float:
    """Return Fisher's p, less `half` the probability of the table seen in each of its tails."""
    first = max(0, x + y - m)
    chances = _hypergeometric(n, m, x + y)
    at = x - first
    seen = float(chances[at])
    if alternative == "two-sided" and two_sided == "likelihood":
        return float(min(1.0, chances[chances <= seen * (1 + 1e-7)].sum() - half * seen))
    lower, upper = chances[: at + 1].sum() - half * seen, chances[at:].sum() - half * seen
    return float(np.minimum(1.0, two_tails(lower, upper, alternative)))


def _hypergeometric(n: int, m: int, events: int) -> Floats:
    """Return P(first count = each possible one) given the sum of events."""
    from scipy.special import gammaln  # noqa: PLC0415 - loads when first used

    x = np.arange(max(0, events - m), min(n, events) + 1)
    y = events - x
    logs = -gammaln(x + 1) - gammaln(n - x + 1) - gammaln(y + 1) - gammaln(m - y + 1)
    made = np.exp(logs - logs.max())
    return np.asarray(made / made.sum())

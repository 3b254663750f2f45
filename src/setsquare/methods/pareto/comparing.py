"""Two Pareto charts: before and after, here and there.

Sources: those of `trends.two_rates` and `trends.false_discovery`; W. M. Patefield, Applied Statistics 30 (1981), for
tables with given sums.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..figures import bars
from ..inputs import Floats, listed, number, whole
from ..results import Result, Table, plain
from .separation import ranks
from .tally import MOST_SIMULATIONS, tally, whole_counts

if TYPE_CHECKING:
    from ..trends import TwoRates
    from ..trends.discovery import Control

MOST_COUNTED = 400_000_000
"""Events before or after: numpy draws tables of fewer than a billion in all."""


@dataclasses.dataclass(frozen=True)
class ParetoComparison(Result):
    """What changed in which category, by the size of the change; arrays have a place for each."""

    labels: tuple[str, ...]
    before: Floats
    after: Floats
    excess: Floats
    """Events after, less those that the rate before would have given: above 0 where it got worse."""
    ratio: Floats
    """Rate after over rate before."""
    interval: tuple[Floats, Floats]
    p: Floats
    q: Floats
    """The false-discovery rate at which the category is the last to count as changed."""
    changed: NDArray[np.bool_]
    share_before: Floats
    share_after: Floats
    rank_before: NDArray[np.int64]
    rank_after: NDArray[np.int64]
    total: "TwoRates"
    """All categories together, after to before."""
    profile_p: float
    """Of equal shares before and after, whatever the totals; small where the mix changed."""
    before_exposure: float
    after_exposure: float
    level: float
    method: str
    simulations: int

    def table(self) -> Table:
        """Return a row for each category."""
        names = (
            "before", "after", "excess", "ratio", "p", "q", "changed", "share_before", "share_after", "rank_before",
            "rank_after",
        )  # fmt: skip
        columns = [plain(getattr(self, name)) for name in names]
        ends = [plain(end) for end in self.interval]
        head = ("label", *names[:4], "low", "high", *names[4:])
        return Table(head, tuple(zip(self.labels, *columns[:4], *ends, *columns[4:], strict=True)))

    def figure(self) -> dict[str, Any]:
        """Return the rates before and after beside one another, by falling rate before, as an ECharts option."""
        order = np.argsort(-self.before, kind="stable")
        rates = ((self.before, self.before_exposure, "before"), (self.after, self.after_exposure, "after"))
        made = {name: counts[order] / exposure for counts, exposure, name in rates}
        return bars("Pareto before and after", "rate", [self.labels[place] for place in order], made)


def compare_paretos(
    labels: Any,
    before: Any,
    after: Any,
    *,
    before_exposure: float = 1.0,
    after_exposure: float = 1.0,
    method: "Control" = "benjamini-hochberg",
    level: float = 0.05,
    confidence: float = 0.95,
    simulations: int = 4999,
    seed: int = 0,
) -> ParetoComparison:
    """Compare how often each category occurred before and after, and the mix as a whole.

    Each category: exact test of two rates given the sum (`trends.two_rates`) of the same exposures, such as months,
    orders or hours; those with q (`trends.false_discovery`) of `level` or less have changed. The mix: chi-squared of
    the table of categories by period, with p the share of `simulations` tables of the same sums that exceed it; it does
    not mind the exposures. `labels` once each; categories that occurred in one period only have 0 in the other. In
    the order of the excess's size. Raises ValueError at the argument that does not fit.

    >>> found = compare_paretos(["a", "b", "c"], [40, 25, 10], [12, 27, 11])
    >>> found.labels, found.changed.tolist(), round(found.total.ratio, 3)
    (('a', 'b', 'c'), [True, False, False], 0.667)
    """
    from ..trends import false_discovery, two_rates  # noqa: PLC0415 - loads when first used

    given = listed("labels", labels)
    names = tally(given, np.ones(len(given)), None).labels
    first, second = (_counted(name, x, len(names)) for name, x in (("before", before), ("after", after)))
    risk = number("before_exposure", before_exposure, above=0)
    risk_after = number("after_exposure", after_exposure, above=0)
    each = two_rates(second, risk_after, first, risk, confidence=confidence)
    found = false_discovery(each.p, method=method, level=level)
    excess = second - first * risk_after / risk
    at = np.argsort(-np.abs(excess), kind="stable")
    total = two_rates(float(second.sum()), risk_after, float(first.sum()), risk, confidence=confidence)
    draws = whole("simulations", simulations, least=99, most=MOST_SIMULATIONS)
    low, high = each.interval
    return ParetoComparison(
        tuple(names[place] for place in at), first[at], second[at], excess[at], each.ratio[at], (low[at], high[at]),
        each.p[at], found.q[at], found.survives[at], first[at] / first.sum(), second[at] / second.sum(),
        ranks(first)[at], ranks(second)[at], total, _profile_p(first, second, draws, whole("seed", seed)), risk,
        risk_after, found.level, method, draws,
    )  # fmt: skip


def _counted(name: str, values: Any, length: int) -> Floats:
    made = whole_counts(name, values, length)
    if not 0 < made.sum() <= MOST_COUNTED:
        raise ValueError(
            f"{name}: {f'give {MOST_COUNTED:,} events or fewer in all' if made.sum() else 'are all 0'}"
        )
    return made


def _profile_p(first: Floats, second: Floats, simulations: int, seed: int) -> float:
    """Return p of chi-squared among tables of the same sums."""
    both = (first + second).astype(np.int64)
    held = both > 0
    both, total = both[held], int(first.sum())
    expected = both * total / both.sum()
    # Of two rows with given sums the deviations are equal and opposite, and one row's tell all.
    scale = 1 / expected + 1 / (both - expected)
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(
        both, total, size=simulations, method="marginals"
    )
    seen = float(((first[held] - expected) ** 2 * scale).sum())
    made = ((drawn - expected) ** 2 * scale).sum(axis=1)
    return float((1 + (made >= seen * (1 - 1e-9)).sum()) / (simulations + 1))

"""The Pareto chart: what weighs most, what differs, and how few categories make up most of it.

Sources: J. M. Juran, Quality Control Handbook (1951), the vital few; those of `separation` for what differs; B. Efron
and R. J. Tibshirani, An Introduction to the Bootstrap (1993), 13.
"""

import dataclasses
from typing import Any

import numpy as np

from ..inputs import Floats, number, of_kind, whole
from ..results import BESIDE, EVERY, Part, Result, Table, plain
from .separation import CONTROL, EXACT, NORMAL, Group, Places, groups, larger, rank_ends, ranks, told_apart
from .tally import MOST_SIMULATIONS, Tally, tally


@dataclasses.dataclass(frozen=True)
class VitalFew(Part):
    """The smallest number of categories that together make up the share wanted."""

    share: float
    """What they are to make up."""
    number: int
    interval: tuple[int, int]
    """Bootstrap percentiles: how many it takes where as many events are drawn anew."""
    labels: tuple[str, ...]
    chance: Floats
    """Of each category listed, how often it is among the vital few when drawn anew; NaN of "other"."""
    simulations: int


@dataclasses.dataclass(frozen=True)
class Pareto(Result):
    """Categories by falling value, "other" last; arrays have a place for each."""

    labels: tuple[str, ...]
    counts: Floats
    values: Floats
    """Counts times weights, or the sum of the events' weights; the counts where there are no weights."""
    share: Floats
    cumulative: Floats
    """Sum of values up to here."""
    cumulative_share: Floats
    rank: Places
    """From 1; equal values share the best of their ranks; 0 of "other"."""
    best_rank: Places
    """The ranks that a category may have in the long run, all jointly of the probability 1 - alpha."""
    worst_rank: Places
    groups: tuple[Group, ...]
    """Neighbours of which no two differ."""
    vital: VitalFew
    alpha: float
    test: str
    """How two categories were compared."""
    control: str
    """How it was reckoned with that all pairs were."""

    def letters(self) -> tuple[str, ...]:
        """Return for each category the letters of the groups it stands in; those that share one do not differ."""
        return tuple(
            "".join(one.letter for one in self.groups if label in one.labels) for label in self.labels
        )

    def table(self) -> Table:
        """Return a row for each category."""
        names = (
            "counts",
            "values",
            "share",
            "cumulative",
            "cumulative_share",
            "rank",
            "best_rank",
            "worst_rank",
        )
        columns = [plain(getattr(self, name)) for name in names]
        head = ("label", "count", "value", *names[2:], "groups")
        return Table(head, tuple(zip(self.labels, *columns, self.letters(), strict=True)))

    def figure(self) -> dict[str, Any]:
        """Return bars of the values, the vital few marked, and the line of cumulative shares, as an ECharts option."""
        few = set(self.vital.labels)
        bars = [
            {"value": value, **({} if label in few else {"itemStyle": {"opacity": 0.5}})}
            for label, value in zip(self.labels, self.values.tolist(), strict=True)
        ]
        total = float(self.values.sum())
        return {
            "title": {"text": "Pareto"},
            "legend": {"right": 8},
            "xAxis": {"type": "category", "data": list(self.labels), "axisLabel": EVERY},
            "yAxis": [
                {"type": "value", **BESIDE, "name": "value", "min": 0, "max": total},
                {"type": "value", **BESIDE, "name": "cumulative %", "min": 0, "max": 100},
            ],
            "tooltip": {"trigger": "axis"},
            "series": [
                {"name": "value", "type": "bar", "data": bars},
                {
                    "name": "cumulative",
                    "type": "line",
                    "yAxisIndex": 1,
                    "data": plain(100 * self.cumulative_share),
                },
            ],
        }


def pareto(
    labels: Any,
    counts: Any = None,
    *,
    weights: Any = None,
    keep: int | None = None,
    other: str = "other",
    vital: float = 0.8,
    alpha: float = 0.05,
    simulations: int = 2000,
    seed: int = 0,
) -> Pareto:
    """Order categories by what they weigh, and say which differ and how few make up most.

    `labels` with `counts`: each category once; `labels` alone: the category of each event. `weights`, such as cost: a
    number above 0 for each category (a column, or a mapping by label), or for each event. `keep`: list so many and the
    rest together as `other`, where that is more than one; a category of that name stands last, without a rank. Equal
    values keep the order given.

    Two categories differ where p of the exact binomial test given the sum of both, adjusted by Holm over both
    directions of all pairs, is `alpha` or less; where events of one category weigh differently, p of the normal test. A
    group is a run of neighbours of which no two differ. From the same tests, ranks hold jointly. Events are
    independent: where they come in clusters, count the clusters. `vital`: the share that the vital few make up, their
    number with percentiles of the bootstrap, the same for the same `seed`. All of this is before `keep`.

    Raises ValueError at `labels` where a category stands twice beside counts, at `counts` where they are not whole or
    all 0, at `weights` where one is not above 0.

    >>> found = pareto(["price", "date", "supplier", "contact", "part"], [80, 27, 66, 94, 33])
    >>> found.labels, found.cumulative_share.round(3).tolist(), found.letters()
    (('contact', 'price', 'supplier', 'part', 'date'), [0.313, 0.58, 0.8, 0.91, 1.0], ('a', 'a', 'a', 'b', 'b'))
    """
    given = tally(labels, counts, weights)
    of_kind("other", other, str, "a name")
    part, limit = number("vital", vital, above=0.0, most=1.0), number("alpha", alpha, above=0.0, most=0.5)
    named = np.array([label != other for label in given.labels])
    several = int(named.sum())
    if not several:
        raise ValueError("labels: there is no category but other")
    # Falling values, those equal in the order given, and what has no name last.
    ordered = given.picked(np.lexsort((-told_apart(given.values), ~named)))
    tested = ordered.first(several)
    above = larger(tested) <= limit
    draws = whole("simulations", simulations, least=100, most=MOST_SIMULATIONS)
    few = _vital(ordered, several, part, limit, draws, seed)
    listed = several if keep is None else min(whole("keep", keep, least=1), several)
    if len(given.labels) - listed == 1:
        listed = several
    places = (ranks(tested.values), *rank_ends(above))
    return _listed(ordered, listed, other, places, groups(tested.labels, above | above.T), few, limit)


def _vital(ordered: Tally, several: int, part: float, alpha: float, simulations: int, seed: int) -> VitalFew:
    total = ordered.values.sum()
    found = int(_needed(ordered.values[None, :several], np.array([total]), part)[0])
    drawn = ordered.resampled(np.random.default_rng(whole("seed", seed)), simulations)
    needed = _needed(drawn[:, :several], drawn.sum(axis=1), part)
    places = np.argsort(np.argsort(-drawn[:, :several], axis=1, kind="stable"), axis=1)
    chance = (places < needed[:, None]).mean(axis=0)
    low, high = np.quantile(needed, [alpha / 2, 1 - alpha / 2], method="inverted_cdf")
    return VitalFew(part, found, (int(low), int(high)), ordered.labels[:found], chance, simulations)


def _needed(values: Floats, totals: Floats, part: float) -> Places:
    """Return how many of the largest values make up the part of the total; all where they do not."""
    sums = np.cumsum(-np.sort(-values, axis=1), axis=1)
    short = sums < (part * totals)[:, None] * (1 - 1e-12)
    return np.asarray(np.minimum(short.sum(axis=1) + 1, values.shape[1]))


def _listed(
    ordered: Tally, listed: int, other: str, places: tuple[Places, Places, Places], found: tuple[Group, ...],
    few: VitalFew, alpha: float,
) -> Pareto:  # fmt: skip
    """Put together what is shown: the categories listed, and the rest as other."""
    labels, counts, values = ordered.labels[:listed], ordered.counts[:listed], ordered.values[:listed]
    (rank, best, worst), chance = (one[:listed] for one in places), few.chance[:listed]
    if listed < len(ordered.labels):
        labels = (*labels, other)
        counts, values = (
            np.append(one[:listed], one[listed:].sum()) for one in (ordered.counts, ordered.values)
        )
        rank, best, worst = (np.append(one, 0) for one in (rank, best, worst))
        chance = np.append(chance, np.nan)
    cumulative = np.cumsum(values)
    test = EXACT if ordered.weights is not None else NORMAL
    return Pareto(
        labels, counts, values, values / cumulative[-1], cumulative, cumulative / cumulative[-1], rank, best, worst,
        found, dataclasses.replace(few, chance=chance), alpha, test, CONTROL,
    )  # fmt: skip

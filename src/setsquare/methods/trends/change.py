"""When did the level change? One change point of counts or of means, with what the search for it costs.

Sources: D. V. Hinkley, Biometrika 57 (1970); K. J. Worsley, Biometrika 73 (1986), for confidence sets of exponential
families given their sufficient statistics; R. G. Jarrett, Biometrika 66 (1979), for the mining disasters.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, column, one_of
from ..results import BELOW, BESIDE, Result, Table, plain
from .given import Counts
from .scanning import Means, Rates, Scan

MOST_EVENTS = 10_000_000
Null = Literal["poisson", "permutation"]


@dataclasses.dataclass(frozen=True)
class ChangePoint(Result):
    """The likeliest change of level; look at `p` first: without a change its place means nothing."""

    place: int
    """Place of the first point at the new level, from 0."""
    interval: tuple[int, int]
    """First and last place of the confidence set."""
    likely: tuple[int, ...]
    """The confidence set: all places that the data do not contradict."""
    p: float
    """Of no change, the search over all places reckoned with; at least 1 / (simulations + 1)."""
    statistic: float
    """Twice the log likelihood ratio of a change at `place` to none."""
    before: float
    """Rate or mean before the change."""
    after: float
    ratio: float
    """After over before; as every effect picked where it is largest, it tends to be exaggerated."""
    points: int
    kind: str
    null: str
    simulations: int
    confidence: float
    profile: Floats
    """The statistic of a change at each place, shape (k,); NaN where none was looked for."""
    values: Floats
    """Rates or values, shape (k,)."""

    def table(self) -> Table:
        """Return a row for each place: the value, the statistic, and whether it is in the confidence set."""
        inside = [place in set(self.likely) for place in range(len(self.values))]
        return Table(
            ("place", "value", "statistic", "likely"),
            tuple(zip(range(len(inside)), plain(self.values), plain(self.profile), inside, strict=True)),
        )

    def figure(self) -> dict[str, Any]:
        """Return the series with both levels and the confidence set shaded, as an ECharts option."""
        k = len(self.values)
        levels = [self.before] * self.place + [self.after] * (k - self.place)
        first, last = (place + 1 for place in self.interval)
        shade = {"data": [[{"xAxis": str(first)}, {"xAxis": str(last)}]], "itemStyle": {"opacity": 0.2}}
        return {
            "title": {"text": f"Change of the {self.kind}"},
            "legend": {"right": 8},
            "xAxis": {
                "type": "category", **BELOW, "name": "point", "data": [str(place + 1) for place in range(k)],
            },
            "yAxis": {"type": "value", **BESIDE, "name": self.kind, "scale": True},
            "tooltip": {"trigger": "axis"},
            "series": [
                {"name": self.kind, "type": "line", "data": plain(self.values), "markArea": shade},
                {
                    "name": "level",
                    "type": "line",
                    "step": "start",
                    "showSymbol": False,
                    "data": plain(levels),
                },
            ],
        }  # fmt: skip


def change_in_rate(
    counts: Any,
    exposure: Any = 1.0,
    *,
    null: Null = "poisson",
    least: int = 2,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> ChangePoint:
    """Find where a rate changed once, test whether it did, and say which places are likely.

    The statistic of a place is twice the Poisson log likelihood ratio, sum over both sides of y log(y / E) less that
    of the whole, times 2; its maximum over all places with `least` points to either side is the test's. p is the
    share of simulated series with a maximum as large: ``poisson``, multinomial ones of the same total, which is exact
    for Poisson counts whatever their rate; ``permutation``, the same counts (with their exposures) in another order,
    where counts vary more than Poisson's. A place is in the confidence set where series simulated likewise, but on
    either side of it on its own, fall behind their best place as far as this one does, in more than 1 - `confidence`
    of cases (Worsley 1986); the set may have gaps. The same `seed` gives the same answer.

    Points are independent; a slow drift gives a change, too. `counts`: shape (k,), missing ones are left out;
    `exposure`: one number or one for each. Raises ValueError at `counts` where there are fewer than 2 `least`, or over
    2,000; 500 points without a change take some seconds.

    >>> found = change_in_rate([5, 4, 6, 5, 7, 5, 1, 2, 0, 1, 2, 1])
    >>> found.place, found.interval, found.p, round(found.before, 2), round(found.after, 2)
    (6, (6, 7), 0.001, 5.33, 1.17)
    """
    one_of("null", null, ("poisson", "permutation"))
    given = Counts(counts, exposure)
    if not given.single:
        raise ValueError("counts: give one column")
    held = np.flatnonzero(given.held[0])
    if given.counts[0, held].sum() > MOST_EVENTS:
        raise ValueError(
            f"counts: give {MOST_EVENTS:,} events or fewer in all, or their rates to change_in_mean"
        )
    rates = Rates(given.counts[0, held], given.exposure[0, held], null)
    found = Scan(rates, held, least, "counts").search(confidence, simulations, seed)
    values = np.full(given.k, np.nan)
    values[held] = rates.y / rates.exposure
    before, after = (rates.level(part) for part in (slice(0, found.at), slice(found.at, found.k)))
    return _answer(found, "rate", null, before, after, values)


def change_in_mean(
    values: Any, *, least: int = 2, confidence: float = 0.95, simulations: int = 999, seed: int = 0
) -> ChangePoint:
    """Find where a mean changed once, test whether it did, and say which places are likely.

    The statistic of a place is k log(sum of squares around one mean / sum of squares around both sides' own), twice
    the log likelihood ratio of normal values with one variance. p and the confidence set come from the values in
    another order, and in another order on either side of a place, as in `change_in_rate`: they hold for any
    distribution that stays the same but for its mean. Arguments and errors as there.

    >>> found = change_in_mean([10.1, 9.8, 10.3, 9.9, 10.0, 11.2, 11.4, 10.9, 11.1, 11.3])
    >>> found.place, found.interval, round(found.before, 2), round(found.after, 2)
    (5, (4, 6), 10.02, 11.18)
    """
    given = column("values", values, missing=True)
    held = np.flatnonzero(~np.isnan(given))
    found = Scan(Means(given[held]), held, least, "values").search(confidence, simulations, seed)
    before, after = (
        float(given[held][part].mean()) for part in (slice(0, found.at), slice(found.at, found.k))
    )
    return _answer(found, "mean", "permutation", before, after, given)


def _answer(found: Scan, kind: str, null: str, before: float, after: float, values: Floats) -> ChangePoint:
    likely = tuple(int(found.held[place]) for place in found.likely)
    profile = np.full(len(values), np.nan)
    profile[found.held[1:][found.open]] = found.statistics[found.open]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.divide(after, before))
    return ChangePoint(
        int(found.held[found.at]), (likely[0], likely[-1]), likely, found.p, found.best, before, after, ratio,
        found.k, kind, null, found.simulations, found.confidence, profile, values,
    )  # fmt: skip

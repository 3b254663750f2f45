"""Attribute agreement: of appraisers with themselves, with each other and with the standard.

Source: AIAG Measurement Systems Analysis (4th edition), chapter III-C. Intervals of shares are exact (C. J. Clopper
and E. S. Pearson, Biometrika 26, 1934).
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..figures import bars
from ..inputs import Bools, Column, number
from ..results import Part, Result, Table
from .groups import names
from .kappa import Kappa, cohen_kappa, fleiss_kappa


@dataclasses.dataclass(frozen=True)
class Share(Part):
    """A share in per cent of how many, with its exact interval."""

    count: int
    of: int
    percent: float
    interval: tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Appraiser(Part):
    """One appraiser: agreement within all trials where there are several, and with the standard where one was given.

    `miss` is the share of parts in which "good" was said of a part that is not, `false_alarm` the share in which a
    good part was refused: both of single judgements, only where `good` was named. `kappa` is Cohen's with the
    standard over all judgements.
    """

    name: str
    within: Share | None
    kappa_within: Kappa | None
    standard: Share | None
    kappa: Kappa | None
    miss: Share | None
    false_alarm: Share | None


@dataclasses.dataclass(frozen=True)
class Agreement(Result):
    """An attribute agreement study; `between` counts the parts on which all appraisers agree in all trials.

    `between` and its kappa are None where there is one appraiser.
    """

    appraisers: tuple[Appraiser, ...]
    between: Share | None
    kappa_between: Kappa | None
    standard: Share | None
    kappa: Kappa | None
    parts: int
    trials: int
    confidence: float
    method: str = "shares with exact intervals; Cohen's kappa with the standard, Fleiss' within and between"

    def table(self) -> Table:
        """Return a row for each appraiser."""
        rows = tuple(
            (
                one.name,
                one.within.percent if one.within else None,
                one.standard.percent if one.standard else None,
                one.kappa.kappa if one.kappa else None,
                one.miss.percent if one.miss else None,
                one.false_alarm.percent if one.false_alarm else None,
            )
            for one in self.appraisers
        )
        return Table(("appraiser", "% within", "% standard", "kappa", "% miss", "% false alarm"), rows)

    def figure(self) -> dict[str, Any]:
        """Return the shares of each appraiser, as an ECharts option."""
        found = {
            "within": [one.within.percent for one in self.appraisers if one.within],
            "standard": [one.standard.percent for one in self.appraisers if one.standard],
        }
        shown = {title: shares for title, shares in found.items() if shares}
        made = bars("Agreement of appraisers", "% of parts", [one.name for one in self.appraisers], shown)
        return made | {"yAxis": made["yAxis"] | {"max": 100}}


def share(count: int, of: int, confidence: float) -> Share:
    """Return a share in per cent with its exact interval.

    >>> [round(end, 2) for end in share(7, 15, 0.95).interval]
    [21.27, 73.41]
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - loads when first used

    tail = (1 - confidence) / 2
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - tail)) if count < of else 1.0
    return Share(count, of, 100 * count / of, (100 * low, 100 * high))


def attribute_agreement(
    ratings: Column,
    parts: Column,
    appraisers: Column,
    standard: Column | None = None,
    *,
    good: Any = None,
    confidence: float = 0.95,
) -> Agreement:
    """Return how appraisers agree who judged every part equally often, by names of categories.

    An appraiser agrees with the standard on a part where every trial did. `standard` has a value for each judgement,
    one and the same for a part. `good` is the category of an acceptable part, for misses and false alarms.
    Agreement within needs two trials, that between two appraisers. Raises ValueError for missing values, unequal
    lengths, an unbalanced study, or a part with two standards.

    >>> parts, people = [1, 1, 2, 2, 1, 1, 2, 2], list("AAAABBBB")
    >>> study = attribute_agreement(list("ggbbgbbb"), parts, people, list("ggbbggbb"), good="g")
    >>> [one.within.percent for one in study.appraisers], study.between.percent, study.standard.percent
    ([100.0, 50.0], 50.0, 50.0)
    """
    level = number("confidence", confidence, least=0.5, most=0.9999)
    cube, people = _cube(ratings, parts, appraisers)
    p, _, r = cube.shape
    known = None if standard is None else _standards(standard, parts, len(cube.ravel()))
    if good is not None and known is None:
        raise ValueError("good: has a meaning only with a standard")
    made = tuple(
        _appraiser(name, cube[:, place, :], known, None if good is None else str(good), level)
        for place, name in enumerate(people)
    )
    flat = cube.reshape(p, -1)
    alike = (flat == flat[:, :1]).all(axis=1)
    several = len(people) > 1
    whole, kappa = None, None
    if known is not None:
        whole = share(int((flat == known[:, None]).all(axis=1).sum()), p, level)
        kappa = _with_standard(flat, known, level)
    return Agreement(
        made, share(int(alike.sum()), p, level) if several else None,
        fleiss_kappa(flat, confidence=level) if several else None, whole, kappa, p, r, level,
    )  # fmt: skip


Names = NDArray[np.object_]


def _cube(ratings: Column, parts: Column, appraisers: Column) -> tuple[Names, tuple[str, ...]]:
    (found, place), (known, part), (people, person) = (
        names(name, values)
        for name, values in (("ratings", ratings), ("parts", parts), ("appraisers", appraisers))
    )
    for name, places in (("parts", part), ("appraisers", person)):
        if len(places) != len(place):
            raise ValueError(f"{name}: has {len(places)} values, but ratings has {len(place)}")
    cell = part * len(people) + person
    counts = np.bincount(cell, minlength=len(known) * len(people))
    if counts.min() != counts.max():
        raise ValueError("ratings: every appraiser has to judge every part equally often")
    if len(place) // len(known) < 2:
        raise ValueError("ratings: give two judgements or more of each part")
    order = np.argsort(cell, kind="stable")
    labels = np.array(found, dtype=object)
    return labels[place[order]].reshape(len(known), len(people), int(counts[0])), people


def _standards(standard: Column, parts: Column, size: int) -> Names:
    found, place = names("standard", standard)
    known, part = names("parts", parts)
    if len(place) != size:
        raise ValueError(f"standard: has {len(place)} values, but ratings has {size}")
    chosen = np.zeros(len(known), dtype=np.intp)
    chosen[part] = place
    if (chosen[part] != place).any():
        raise ValueError("standard: a part has two different standards")
    return np.array(found, dtype=object)[chosen]


def _with_standard(said: Names, known: Names, level: float) -> Kappa:
    wanted = np.repeat(known, said.shape[1])
    return cohen_kappa(said.ravel(), wanted, confidence=level)


def _appraiser(name: str, said: Names, known: Names | None, good: str | None, level: float) -> Appraiser:
    p, r = said.shape
    same: Bools = (said == said[:, :1]).all(axis=1)
    inner = fleiss_kappa(said, confidence=level) if r > 1 else None
    within = share(int(same.sum()), p, level) if r > 1 else None
    if known is None:
        return Appraiser(name, within, inner, None, None, None, None)
    right = share(int((said == known[:, None]).all(axis=1).sum()), p, level)
    kappa = _with_standard(said, known, level)
    if good is None:
        return Appraiser(name, within, inner, right, kappa, None, None)
    fine = known == good
    bad_said, good_said = said[~fine], said[fine]
    miss = share(int((bad_said == good).sum()), bad_said.size, level) if bad_said.size else None
    alarm = share(int((good_said != good).sum()), good_said.size, level) if good_said.size else None
    return Appraiser(name, within, inner, right, kappa, miss, alarm)

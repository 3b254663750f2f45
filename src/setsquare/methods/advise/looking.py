"""What the data themselves say: their kind, shape, order and number.

Other families are reached through the package, which loads them when they are first used.
"""

import dataclasses
import math
from typing import Any

import numpy as np

from setsquare import methods

from ..inputs import Floats, floats, graspable, one_of, rescaled
from ..results import Part
from .facts import FACTS

LEAST_FOR_SHAPE = 8
LEAST_FOR_ORDER = 20
SURE = 0.01
"""Tests here only suggest: what they find has to be clear."""


@dataclasses.dataclass(frozen=True)
class Observation(Part):
    """Something seen in the data: the fact that it sets (or none), and the sentence that says why."""

    fact: str
    value: Any
    sentence: str


@dataclasses.dataclass(frozen=True)
class Observed(Part):
    """All that was seen; `warnings` concern whatever technique is chosen."""

    observations: tuple[Observation, ...]
    warnings: tuple[str, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts by their names."""
        return {one.fact: one.value for one in self.observations}


def look(data: Any, *, sizes: Any = None, kind: str | None = None, alone: bool | None = None) -> Observed:
    """Return what data say about themselves: kind, subgroups, number, shape, order, dispersion, rarity.

    `data` are points in order, or a table whose rows are subgroups (measures where `alone` is False). `sizes` are items
    or areas behind each count. `kind` overrules what is guessed from the numbers.

    - counts and shares by being whole numbers and by `sizes`; ratings are not told from counts (give `kind`);
    - normal or not: Anderson-Darling on deviations from each row's mean, p below 0.01 from 8 values on;
    - dependence: the first autocorrelation of the points beyond 2.58 / sqrt(n) from 20 points on;
    - more than binomial or Poisson variation: chi-squared of dispersion, p below 0.01;
    - rare: most points without an event.

    Sources: NIST e-Handbook 1.3.5; G. M. Ljung and G. E. P. Box, Biometrika 65 (1978), for the autocorrelation. Raises
    ValueError at ``data`` (empty, infinite, more than two dimensions), ``sizes`` (another length, not above 0).

    >>> look([3, 0, 2, 5, 1, 0, 2, 4]).facts["data_kind"]
    'defects'
    """
    values = floats("data", data)
    if values.ndim not in (1, 2) or not values.size:
        raise ValueError("data: give points in order, or a table of subgroups by rows")
    if np.isinf(values).any():
        raise ValueError("data: holds an infinite value")
    if np.isnan(values).all():
        raise ValueError("data: every value is missing")
    areas = None if sizes is None else _areas(sizes, values)
    if kind is not None:
        one_of("kind", kind, FACTS["data_kind"].choices)
    seen, warnings = [_kind(values, areas, kind)], []
    found = str(seen[0].value)
    lacking = int(np.isnan(values).sum())
    if lacking:
        warnings.append(f"{lacking} of {values.size} values are missing")
    seen.append(Observation("points", len(values), f"{len(values)} points"))
    if found == "measured":
        seen += _measured(values, alone, warnings)
    elif found in ("defectives", "defects"):
        seen += _counted(values.ravel(), areas, found, warnings)
    seen += _order(values)
    return Observed(tuple(seen), tuple(warnings))


def _areas(sizes: Any, values: Floats) -> Floats:
    made = floats("sizes", sizes)
    if made.ndim == 0:
        made = np.full(values.shape[0], float(made))
    if made.shape != values.shape:
        raise ValueError(f"sizes: has {made.size} values, but data has {values.size}")
    if not ((made > 0) & (made < np.inf)).all():
        raise ValueError("sizes: give numbers above 0")
    graspable("sizes", made)
    return made


def _kind(values: Floats, areas: Floats | None, kind: str | None) -> Observation:
    there = values[~np.isnan(values)]
    whole = bool((there == np.floor(there)).all() and (there >= 0).all())
    if kind is not None:
        return Observation("data_kind", kind, f"{kind}, as said")
    if areas is not None:
        inside = whole and bool((areas == np.floor(areas)).all() and (np.nan_to_num(values) <= areas).all())
        if inside and areas.min() > 1:
            return Observation(
                "data_kind", "defectives", "whole numbers, each at most its size: so many out of so many"
            )
        return Observation("data_kind", "defects", "counts on areas")
    if whole and set(np.unique(there)) <= {0.0, 1.0}:
        return Observation("data_kind", "defectives", "only 0 and 1: units that are good or bad")
    if whole and values.ndim == 1 and there.max() < 200:
        return Observation(
            "data_kind", "defects", "small whole numbers: counts (say so if they are ratings or measured)"
        )
    return Observation("data_kind", "measured", "numbers that are not counts")


def _measured(values: Floats, alone: bool | None, warnings: list[str]) -> list[Observation]:
    seen = []
    table = values.reshape(len(values), -1)
    if alone is False:
        seen.append(Observation("measures", table.shape[1], f"{table.shape[1]} measures, a column each"))
    else:
        seen.append(Observation("subgroup", table.shape[1], f"subgroups of {table.shape[1]}, a row each"))
        seen.append(Observation("measures", 1, "one measure"))
    there = table[~np.isnan(table)]
    if there.min() == there.max():
        warnings.append("all values are equal: look at the gauge's resolution before anything else")
        return seen
    if len(np.unique(there)) < 5 and len(there) >= LEAST_FOR_SHAPE:
        warnings.append(
            "fewer than five different values: the gauge is too coarse for the variation that it should show"
        )
    if ((there > 0) & (there < 1)).all():
        warnings.append("all between 0 and 1: if they are shares, give the counts and their sizes instead")
    return seen + _shape(table, axis=0 if alone is False or table.shape[1] == 1 else 1)


def _shape(table: Floats, axis: int) -> list[Observation]:
    rest = (table - np.nanmean(table, axis=axis, keepdims=True)).ravel()
    rest = rest[~np.isnan(rest)]
    if len(rest) < LEAST_FOR_SHAPE or rest.min() == rest.max():
        return []
    rest = rescaled(rest)
    found = methods.capability.anderson_darling(rest)
    spread = rest.std()
    skewness = float(((rest / spread) ** 3).mean())
    if found.p >= SURE:
        return [
            Observation(
                "distribution", "normal", f"no sign against normality (Anderson-Darling p = {found.p:.2g})"
            )
        ]
    if abs(skewness) > 2.58 * math.sqrt(6 / len(rest)):
        sentence = f"not normal (Anderson-Darling p = {found.p:.1g}), skewness {skewness:.2f}"
        return [Observation("distribution", "skewed", sentence)]
    return [
        Observation("distribution", "other", f"not normal (Anderson-Darling p = {found.p:.1g}), not skewed")
    ]


def _counted(counts: Floats, areas: Floats | None, kind: str, warnings: list[str]) -> list[Observation]:
    there = ~np.isnan(counts)
    if (counts[there] < 0).any() or (counts[there] != np.floor(counts[there])).any():
        raise ValueError(f"data: are to be {kind}, so give whole numbers from 0, or say what kind they are")
    seen = []
    if areas is not None:
        equal = bool(areas.min() == areas.max())
        seen.append(Observation("equal", equal, f"sizes are {'all alike' if equal else 'unequal'}"))
        if kind == "defectives":
            middle = float(np.median(areas))
            seen.append(Observation("sample", middle, f"{middle:g} items a point, the middle one"))
    if kind == "defectives" and areas is None:
        warnings.append("good or bad without sizes: sum them up by day or batch, and give the sizes")
        return seen
    empty = float((counts[there] == 0).mean())
    seen.append(
        Observation("rare", empty > 0.5, f"{empty:.0%} of points are without an event"),
    )
    if counts[there].sum() > 0 and there.sum() >= 5:
        seen += _dispersed(counts[there], None if areas is None else areas[there], kind)
    return seen


def _dispersed(counts: Floats, areas: Floats | None, kind: str) -> list[Observation]:
    from scipy.special import chdtrc  # noqa: PLC0415 - loads when first used

    if kind == "defects":
        found = methods.trends.dispersion(counts, 1.0 if areas is None else areas)
        index, p = float(found.index), float(found.p_over)
    else:
        assert areas is not None
        share = counts.sum() / areas.sum()
        if share >= 1:
            return []
        square = float(((counts - areas * share) ** 2 / (areas * share * (1 - share))).sum())
        index, p = square / (len(counts) - 1), float(chdtrc(len(counts) - 1, square))
    against = "binomial" if kind == "defectives" else "Poisson"
    words = "more than" if p < SURE else "no more than"
    sentence = f"varies {words} {against} explains: {index:.2f} times as much (p = {p:.2g})"
    return [Observation("overdispersed", p < SURE, sentence)]


def _order(values: Floats) -> list[Observation]:
    points = values if values.ndim == 1 else np.nanmean(values, axis=1)
    if len(points) < LEAST_FOR_ORDER or np.isnan(points).any() or points.min() == points.max():
        return []
    rest = points - points.mean()
    first = float((rest[1:] * rest[:-1]).sum() / (rest**2).sum())
    dependent = abs(first) > 2.58 / math.sqrt(len(points))
    words = "depend on" if dependent else "show no dependence on"
    return [
        Observation(
            "autocorrelated", dependent, f"points {words} the one before (autocorrelation {first:.2f})"
        )
    ]

"""Subgroups reduced to what charts are drawn from: mean, range, standard deviation, median and size of each."""

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import constants
from ..inputs import Column, Floats, column, floats, one_of, opened
from .lines import TILE
from .phases import Used

SIGMAS = ("rbar", "rbar_mv", "sbar", "sbar_mv", "pooled")


@dataclasses.dataclass(frozen=True)
class Summary:
    """Statistics of subgroups that were computed elsewhere, such as by a database, given instead of raw values.

    Columns of shape (subgroups,) or (charts, subgroups), or one number as ``size``; ``range``, ``sd`` (divisor
    n - 1) and ``median`` as far as the chart needs them.
    """

    size: Any
    mean: Any = None
    range: Any = None
    sd: Any = None
    median: Any = None


class Subgroups:
    """Subgroups in rows, shape (charts, k); ``size`` is one number where all are of one size."""

    def __init__(self, name: str, values: Any) -> None:
        self.given = values if isinstance(values, Summary) else None
        self.values: Floats | None = None
        self.lacking = False
        if self.given is not None:
            self._from_summary(self.given)
        else:
            self._from_values(name, values)

    def _from_values(self, name: str, values: Any) -> None:
        raw = _cube(name, values)
        self.single = raw.ndim == 2
        self.values = raw[None] if self.single else raw
        self.count, self.k, width = self.values.shape
        self.lacking = not np.isfinite(raw.sum())
        self.size: Any = width
        if self.lacking:
            if np.isinf(raw).any():
                raise ValueError(f"{name}: holds an infinite value")
            self.size = (~np.isnan(self.values)).sum(axis=2)
            if not self.size.any():
                raise ValueError(f"{name}: every value is missing")

    def _from_summary(self, given: Summary) -> None:
        columns = {
            field.name: np.asarray(getattr(given, field.name), dtype=np.float64)
            for field in dataclasses.fields(given)
            if field.name != "size" and getattr(given, field.name) is not None
        }
        if not columns:
            raise ValueError("mean: give the subgroups' statistics")
        first = next(iter(columns.values()))
        if first.ndim not in (1, 2) or not first.size:
            raise ValueError(f"{next(iter(columns))}: give a column, or a row of subgroups for each chart")
        for name, one in columns.items():
            if one.shape != first.shape:
                raise ValueError(
                    f"{name}: has shape {one.shape}, but {next(iter(columns))} has {first.shape}"
                )
            if np.isinf(one).any() or (name in ("range", "sd") and (one < 0).any()):
                raise ValueError(f"{name}: holds an infinite or negative value")
        self.single = first.ndim == 1
        self.columns = {name: np.atleast_2d(one) for name, one in columns.items()}
        self.count, self.k = np.atleast_2d(first).shape
        size = np.asarray(given.size, dtype=np.float64)
        if not np.isfinite(size).all() or (size < 0).any() or (size != np.floor(size)).any():
            raise ValueError("size: give whole numbers")
        if size.ndim and np.broadcast_shapes(size.shape, first.shape) != first.shape:
            raise ValueError(f"size: has shape {size.shape}, but the statistics have {first.shape}")
        whole = size.astype(np.int64)
        self.size = np.broadcast_to(whole, (self.count, self.k)) if whole.ndim else int(whole)
        self.lacking = bool(whole.ndim) or any(np.isnan(one).any() for one in columns.values())

    def _known(self, name: str) -> Floats:
        if name not in self.columns:
            raise ValueError(f"{name}: this chart needs it of each subgroup")
        return self.columns[name]

    @cached_property
    def mean(self) -> Floats:
        """Means; NaN of an empty subgroup."""
        return self._known("mean") if self.values is None else self._reduced("mean")

    @cached_property
    def range(self) -> Floats:
        """Ranges; NaN of subgroups with fewer than two values."""
        return self._known("range") if self.values is None else self._reduced("range")

    @cached_property
    def sd(self) -> Floats:
        """Standard deviations with divisor n - 1; NaN of subgroups with fewer than two values."""
        return self._known("sd") if self.values is None else self._reduced("sd")

    def _reduced(self, wanted: str) -> Floats:
        """Reduce subgroups to ``mean``, ``range`` or ``sd``, keeping the means found on the way.

        Block by block, turned about so that each pass runs along memory, and values are read once.
        """
        assert self.values is not None
        flat = self.values.reshape(-1, self.values.shape[2])
        size = np.broadcast_to(self.size, self.values.shape[:2]).reshape(-1)
        mean, made = np.empty(len(flat)), np.empty(0 if wanted == "mean" else len(flat))
        step = max(TILE // flat.shape[1], 1)
        for start in range(0, len(flat), step):
            part = slice(start, start + step)
            block, many = flat[part].T.copy(), size[part] if self.lacking else self.size
            with np.errstate(invalid="ignore", divide="ignore"):
                np.divide((np.nansum if self.lacking else np.sum)(block, axis=0), many, out=mean[part])
                if wanted == "range":
                    made[part] = _ranged(block, self.lacking)
                elif wanted == "sd":
                    made[part] = _scattered(block, mean[part], many, self.lacking)
        if wanted != "mean" and not (size > 1).all():
            made[size < 2] = np.nan
        self.__dict__["mean"] = mean.reshape(self.values.shape[:2])
        return self.__dict__["mean"] if wanted == "mean" else made.reshape(self.values.shape[:2])

    @cached_property
    def median(self) -> Floats:
        """Medians; NaN of an empty subgroup."""
        if self.values is None:
            return self._known("median")
        if not self.lacking:
            return np.asarray(np.median(self.values, axis=2))
        # Missing values sort last: the middle of the others by place.
        ordered = np.sort(self.values, axis=2)
        low = np.maximum((self.size - 1) // 2, 0)[..., None]
        high = np.minimum(self.size // 2, self.values.shape[2] - 1)[..., None]
        pair = np.take_along_axis(ordered, low, 2) + np.take_along_axis(ordered, high, 2)
        return np.asarray(np.where(self.size > 0, pair[..., 0] / 2, np.nan))

    def sizes(self, part: slice) -> Any:
        """Sizes of a stretch of subgroups: one number, or shape (charts, m)."""
        return self.size[:, part] if isinstance(self.size, np.ndarray) else self.size

    def weighted_mean(self, values: Floats, part: slice, use: Used) -> Floats:
        """Mean over a stretch of subgroups, weighted by their sizes; shape (charts,)."""
        if use is None and not self.lacking:
            return np.asarray(values[:, part].mean(axis=1))
        weight = np.broadcast_to(np.asarray(self.sizes(part), np.float64), values[:, part].shape)
        return averaged(values[:, part], weight, use)

    def sigma(self, estimator: str, part: slice, use: Used) -> Floats:
        """Sigma of one value over a stretch of subgroups by a named estimator, shape (charts,)."""
        one_of("estimator", estimator, tuple(SIGMAS))
        size = self.sizes(part)
        if not isinstance(size, np.ndarray) and size < 2:
            raise ValueError("values: subgroups of one value tell nothing of sigma; use individuals")
        fit = np.maximum(size, 2) if isinstance(size, np.ndarray) else size
        spread = (self.range if estimator.startswith("rbar") else self.sd)[:, part]
        if estimator == "pooled":
            free = np.where(size > 1, size - 1.0, 0.0)
            return _pooled(spread, np.broadcast_to(free, spread.shape), use)
        unit, error = (constants.d2, constants.d3) if estimator[0] == "r" else (constants.c4, constants.c5)
        expected = np.asarray(unit(fit))
        if use is None and not self.lacking:
            return np.asarray(spread.mean(axis=1) / expected)
        weight = (expected / np.asarray(error(fit))) ** 2 if estimator.endswith("_mv") else np.ones(())
        weight = np.broadcast_to(np.where(size > 1, weight, 0.0), spread.shape)
        return averaged(spread / expected, weight, use)


def _ranged(block: Floats, lacking: bool) -> Floats:
    """Ranges of subgroups in columns."""
    if lacking:
        return np.asarray(np.fmax.reduce(block, axis=0) - np.fmin.reduce(block, axis=0))
    return np.asarray(block.max(axis=0) - block.min(axis=0))


def _scattered(block: Floats, mean: Floats, many: Any, lacking: bool) -> Floats:
    """Standard deviations of subgroups in columns, which are overwritten."""
    block -= mean
    block *= block
    return np.asarray(np.sqrt((np.nansum if lacking else np.sum)(block, axis=0) / (many - 1)))


def averaged(values: Floats, weight: Floats | float, use: Used) -> Floats:
    """Weighted means of rows over what is there and used, shape (rows,); NaN of rows without any.

    A ``weight`` of one number is one and the same for all.
    """
    held = ~np.isnan(values)
    if use is not None:
        held &= use
    kept = np.where(held, values, 0.0)
    if isinstance(weight, float):
        total = held.sum(axis=1).astype(np.float64)
    else:
        weight = np.where(held, weight, 0.0)
        kept *= weight
        total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(kept.sum(axis=1) / total)


def _pooled(sd: Floats, free: Floats, use: Used) -> Floats:
    held = ~np.isnan(sd)
    if use is not None:
        held &= use
    free = np.where(held, free, 0.0)
    total = free.sum(axis=1)
    squares = (np.where(held, sd, 0.0) ** 2 * free).sum(axis=1)
    unit = np.asarray(constants.c4(np.maximum(total, 1).astype(np.int64) + 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt(squares / np.where(total > 0, total, np.nan)) / unit)


def _cube(name: str, values: Any) -> Floats:
    """Take subgroups in rows; rows of unequal length are filled up with NaN."""
    given = opened(values)
    if isinstance(given, list | tuple) and given and all(isinstance(row, list | tuple) for row in given):
        given = _filled(given)
    made = floats(name, given)
    if made.ndim not in (2, 3):
        raise ValueError(f"{name}: give a row for each subgroup, or such a table for each chart")
    if not made.size:
        raise ValueError(f"{name}: is empty")
    return made


def _filled(rows: Any) -> Any:
    deeper = [row for row in rows if row and isinstance(row[0], list | tuple)]
    if deeper:
        return rows
    longest = max(len(row) for row in rows)
    return [[*row, *([None] * (longest - len(row)))] for row in rows]


def arrange(values: Column, by: Column) -> tuple[list[Any], Floats]:
    """Lay out a long column by a column of labels: the labels in order of appearance, and a row for each.

    Rows are filled up with NaN; the order within each is kept. Subgroups by their label make a table for
    ``xbar_r``, series by their chart's label a table for ``individuals``.
    Raises ValueError at ``by`` where its length is another, at ``values`` as ``column`` does.

    >>> arrange([1, 2, 3, 4, 5], ["a", "b", "a", "b", "a"])[1].tolist()
    [[1.0, 3.0, 5.0], [2.0, 4.0, nan]]
    """
    flat = column("values", values, missing=True)
    try:
        labels = np.asarray(opened(by))
    except ValueError:
        raise ValueError("by: give one column of labels") from None
    if labels.shape != flat.shape:
        raise ValueError(f"by: has shape {labels.shape}, but values has {flat.shape}")
    try:
        found = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    except TypeError:
        raise ValueError("by: holds labels that are missing or not of one kind") from None
    names, first, number, many = found
    order: NDArray[np.intp] = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    row = rank[number]
    sorted_places = np.argsort(row, kind="stable")
    starts = np.concatenate(([0], np.cumsum(many[order])[:-1]))
    within = np.empty(len(flat), dtype=np.intp)
    within[sorted_places] = np.arange(len(flat)) - np.repeat(starts, many[order])
    made = np.full((len(names), int(many.max())), np.nan)
    made[row, within] = flat
    return names[order].tolist(), made

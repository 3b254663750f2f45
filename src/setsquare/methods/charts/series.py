"""Series of single values, one chart or many, with their means and sigmas."""

from typing import Any

import numpy as np

from .. import constants
from ..inputs import Floats, floats
from .phases import Used
from .subgroups import averaged


class Series:
    """Values in order, shape (charts, k); missing ones are NaN."""

    def __init__(self, name: str, values: Any, *, least: float | None = None, whole: bool = False) -> None:
        raw = floats(name, values)
        if raw.ndim not in (1, 2):
            raise ValueError(f"{name}: give a column, or a row of points for each chart")
        if not raw.size:
            raise ValueError(f"{name}: is empty")
        self.single = raw.ndim == 1
        self.values: Floats = raw[None] if self.single else raw
        self.count, self.k = self.values.shape
        self.lacking = not np.isfinite(raw.sum())
        if self.lacking and np.isinf(raw).any():
            raise ValueError(f"{name}: holds an infinite value")
        if self.lacking and np.isnan(raw).all():
            raise ValueError(f"{name}: every value is missing")
        if least is not None and (raw < least).any():
            raise ValueError(f"{name}: holds a value below {least:g}")
        if whole and (np.floor(raw) < raw).any():
            raise ValueError(f"{name}: holds a value that is not whole")

    def _held(self, part: slice, use: Used) -> Floats:
        values = self.values[:, part]
        return values if use is None else np.where(use, values, np.nan)

    def mean(self, part: slice, use: Used) -> Floats:
        """Means over a stretch, shape (charts,)."""
        part, use = _trimmed(part, use)
        if use is None and not self.lacking:
            return np.asarray(self.values[:, part].mean(axis=1))
        return averaged(self.values[:, part], 1.0, use)

    def middle(self, part: slice, use: Used) -> Floats:
        """Medians over a stretch, shape (charts,)."""
        return medians(self._held(part, use))

    def ranges(self, span: int, part: slice) -> Floats:
        """Ranges of `span` values that follow one another, shape (charts, m - span + 1)."""
        return _ranges(self.values[:, part], span)

    def sigma(self, estimator: str, span: int, part: slice, use: Used) -> Floats:
        """Sigma over a stretch by a named estimator, shape (charts,); NaN where there are too few values."""
        part, use = _trimmed(part, use)
        held = self._held(part, use)
        if estimator == "sd":
            return _sd(held)
        if estimator == "mssd":
            if held.shape[1] < 2:
                return np.full(self.count, np.nan)
            steps = np.diff(held, axis=1) ** 2
            return np.asarray(np.sqrt(averaged(steps, 1.0, None) / 2))
        if held.shape[1] < span:
            return np.full(self.count, np.nan)
        ranges = _ranges(held, span)
        del held  # a copy of its own where points are left out
        if estimator == "mr_median":
            return medians(ranges) / constants.d4(span)
        if use is None and not self.lacking:
            return np.asarray(ranges.mean(axis=1) / constants.d2(span))
        return averaged(ranges, 1.0, None) / constants.d2(span)


def _trimmed(part: slice, use: Used) -> tuple[slice, Used]:
    """Leave out the end of a stretch that no chart computes with, as after a baseline."""
    if use is None or not use.any():
        return part, use
    reach = int(np.flatnonzero(use.any(axis=0))[-1]) + 1
    return slice(part.start, part.start + reach), use[:, :reach]


def medians(values: Floats) -> Floats:
    """Medians of rows over what is there; NaN of a row without any."""
    many = (~np.isnan(values)).sum(axis=1)
    ordered = np.sort(values, axis=1)
    rows = np.arange(len(values))
    low, high = np.maximum((many - 1) // 2, 0), np.minimum(many // 2, values.shape[1] - 1)
    return np.asarray((ordered[rows, low] + ordered[rows, high]) / 2)


def moving_sigma(values: Floats, use: Used) -> Floats:
    """Mean moving range of span 2 over d2, row by row; what a missing or unused value touches is left out."""
    held = values if use is None else np.where(use, values, np.nan)
    if held.shape[1] < 2:
        return np.full(len(held), np.nan)
    ranges = _ranges(held, 2)
    if np.isfinite(total := ranges.sum(axis=1)).all():
        return np.asarray(total / ranges.shape[1] / constants.d2(2))
    return averaged(ranges, 1.0, None) / constants.d2(2)


def _ranges(values: Floats, span: int) -> Floats:
    if span == 2:
        steps = np.subtract(values[:, 1:], values[:, :-1])
        return np.abs(steps, out=steps)
    many = values.shape[1] - span + 1
    high, low = values[:, :many].copy(), values[:, :many].copy()
    for place in range(1, span):
        np.maximum(high, values[:, place : place + many], out=high)
        np.minimum(low, values[:, place : place + many], out=low)
    high -= low
    return high


def _sd(values: Floats) -> Floats:
    held = ~np.isnan(values)
    many = held.sum(axis=1)
    mean = averaged(values, 1.0, None)
    squares = (np.where(held, values - mean[:, None], 0.0) ** 2).sum(axis=1)
    unit = np.asarray(constants.c4(np.maximum(many, 2)))
    return np.asarray(np.sqrt(squares / np.where(many > 1, many - 1.0, np.nan)) / unit)

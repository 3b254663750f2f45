"""What is given to the trends: series of counts or values in time, with what each count was exposed to."""

from typing import Any, Literal

import numpy as np

from ..inputs import Bools, Floats, floats, graspable, listed, number

Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")


def level(name: str, value: Any) -> float:
    """Return a share between 0 and 1, both excluded."""
    made = number(name, value, above=0)
    if made >= 1:
        raise ValueError(f"{name}: give less than 1, not {made:g}")
    return made


class Series:
    """Values in time, shape (series, k); missing ones are NaN."""

    def __init__(self, name: str, values: Any) -> None:
        raw = floats(name, values)
        if raw.ndim not in (1, 2):
            raise ValueError(f"{name}: give a column, or a row for each series")
        if not raw.size:
            raise ValueError(f"{name}: is empty")
        if np.isinf(raw).any():
            raise ValueError(f"{name}: holds an infinite value")
        if np.isnan(raw).all():
            raise ValueError(f"{name}: every value is missing")
        self.single = raw.ndim == 1
        self.values: Floats = raw[None] if self.single else raw
        self.count, self.k = self.values.shape

    def shaped(self, values: Any) -> Any:
        """Return what there is one of for each series: a plain value for a column, an array for a table."""
        return np.asarray(values)[0].item() if self.single else np.asarray(values)


class Counts(Series):
    """Counts with their exposure; where a count is missing, or its exposure is 0, `held` is False and both are 0."""

    def __init__(self, counts: Any, exposure: Any = 1.0) -> None:
        super().__init__("counts", counts)
        given = self.values
        if (given < 0).any() or (np.floor(given) < given).any():
            raise ValueError("counts: give whole numbers from 0")
        try:
            made = np.broadcast_to(floats("exposure", exposure), given.shape)
        except ValueError as error:
            if str(error).startswith("exposure"):
                raise
            raise ValueError("exposure: give one number, or one for each count") from None
        if np.isinf(made).any() or (made < 0).any():
            raise ValueError("exposure: holds a negative or an infinite value")
        graspable("exposure", made)
        there = ~np.isnan(given)
        if (np.isnan(made) & there).any():
            raise ValueError("exposure: is missing where there is a count")
        if ((made == 0) & (given > 0)).any():
            raise ValueError("exposure: is 0 where there is a count above 0")
        self.held: Bools = there & (made > 0)
        if not self.held.any():
            raise ValueError("exposure: is 0 everywhere")
        self.counts: Floats = np.where(self.held, given, 0.0)
        self.exposure: Floats = np.where(self.held, made, 0.0)
        self.points: Floats = self.held.sum(axis=1).astype(np.float64)
        self.total: Floats = self.counts.sum(axis=1)


def times(time: Any, k: int) -> Floats:
    """Return the time of each point, 0 to k - 1 where none is given, shape (k,)."""
    if time is None:
        return np.arange(k, dtype=np.float64)
    made = floats("time", time)
    if made.shape != (k,):
        raise ValueError(f"time: give {k} values, one for each point")
    if not np.isfinite(made).all():
        raise ValueError("time: holds a missing or an infinite value")
    if made.min() == made.max():
        raise ValueError("time: every point has the same")
    return made


def name_all(name: str, values: Any, count: int) -> tuple[str, ...]:
    """Return a name for each of `count` things: those given, or their numbers from 1."""
    if values is None:
        return tuple(str(place + 1) for place in range(count))
    made = tuple(str(value) for value in listed(name, values))
    if len(made) != count:
        raise ValueError(f"{name}: give {count} names, not {len(made)}")
    if len(set(made)) < count:
        raise ValueError(f"{name}: a name stands there twice")
    return made

"""What callers give: columns of numbers in any common form, as arrays; refused by the argument's name.

A column may be a list, a tuple, a numpy array, or anything with ``__array__`` or ``to_numpy`` (pandas, polars, Arrow);
it is not copied where it is already an array of float64. ``None`` and NaN are missing values; infinities are refused.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = Sequence[Any] | NDArray[Any]
"""A column as callers may give it, in any of the forms named above."""


def column(name: str, values: Any, *, missing: bool = False) -> Floats:
    """Return one column of numbers, shape (n,).

    Raises ValueError that begins with `name` where it is not one, is empty, holds an infinity, or holds missing values
    although they are not allowed.
    """
    made = _floats(name, values)
    if made.ndim != 1:
        raise ValueError(f"{name}: give one column of numbers, not {made.ndim} dimensions")
    _check(name, made, missing=missing)
    return made


def table(name: str, values: Any, *, missing: bool = False) -> Floats:
    """Return a table of numbers, shape (rows, columns); a list of rows of unequal length is filled up with NaN."""
    if isinstance(values, list | tuple) and values and all(isinstance(row, list | tuple) for row in values):
        longest = max(len(row) for row in values)
        if any(len(row) < longest for row in values):
            missing = True
            values = [[*row, *([None] * (longest - len(row)))] for row in values]
    made = _floats(name, values)
    if made.ndim != 2:
        raise ValueError(f"{name}: give a table of numbers, a row for each subgroup")
    _check(name, made, missing=missing)
    return made


def number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> float:
    """Return one finite number; raises ValueError at `name` where it is none or beyond its bounds."""
    try:
        made = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: give a number, not {value!r}") from None
    if not np.isfinite(made):
        raise ValueError(f"{name}: give a finite number, not {value!r}")
    if above is not None and made <= above:
        raise ValueError(f"{name}: give more than {above:g}, not {made:g}")
    if least is not None and made < least:
        raise ValueError(f"{name}: give {least:g} or more, not {made:g}")
    if most is not None and made > most:
        raise ValueError(f"{name}: give {most:g} or less, not {made:g}")
    return made


def whole(name: str, value: Any, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number within its bounds; raises ValueError at `name`."""
    made = number(name, value, least=least, most=most)
    if made != int(made):
        raise ValueError(f"{name}: give a whole number, not {made:g}")
    return int(made)


def same_length(**columns: Floats) -> None:
    """Raise ValueError, naming the argument, where columns are not of one length."""
    lengths = {name: len(values) for name, values in columns.items()}
    (first, wanted), *others = lengths.items()
    for name, length in others:
        if length != wanted:
            raise ValueError(f"{name}: has {length} values, but {first} has {wanted}")


def _floats(name: str, values: Any) -> Floats:
    given = values.to_numpy() if hasattr(values, "to_numpy") else values
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: holds something that is not a number") from None


def _check(name: str, made: Floats, *, missing: bool) -> None:
    if not made.size:
        raise ValueError(f"{name}: is empty")
    # The sum is not finite where any value is not: one pass, and a second only for the sentence.
    if np.isfinite(made.sum()):
        return
    if np.isinf(made).any():
        raise ValueError(f"{name}: holds an infinite value")
    lacking = np.isnan(made)
    if not missing and lacking.any():
        raise ValueError(f"{name}: {int(lacking.sum())} of {made.size} values are missing")
    if lacking.all():
        raise ValueError(f"{name}: every value is missing")

"""What rankings share: ratings as whole numbers, names of rows, and ranks in which ties are equal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs import Column, column, listed, same_length

Whole = NDArray[np.int64]


def ratings(scale: tuple[int, int], **columns: Column) -> tuple[Whole, ...]:
    """Return columns of whole ratings on a scale; ValueError at the column that has another value or length."""
    low, high = scale
    made = {name: column(name, values) for name, values in columns.items()}
    same_length(**made)
    for name, values in made.items():
        if ((values < low) | (values > high) | (values != np.floor(values))).any():
            raise ValueError(f"{name}: give whole numbers from {low} to {high}")
    return tuple(values.astype(np.int64) for values in made.values())


def checked_scale(scale: Any) -> tuple[int, int]:
    """Return the first and last rating; ValueError at ``scale``."""
    try:
        low, high = (int(end) for end in scale)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("scale: give the lowest and the highest rating, such as (1, 10)") from None
    if low < 1 or high <= low:
        raise ValueError("scale: give two ratings from 1 on, the lower one first")
    return low, high


def labels(names: Sequence[Any] | None, count: int) -> tuple[str, ...]:
    """Return the names of rows, numbers from 1 where none are given; ValueError at ``names``."""
    if names is None:
        return tuple(str(place + 1) for place in range(count))
    made = tuple(str(name) for name in listed("names", names))
    if len(made) != count:
        raise ValueError(f"names: has {len(made)} names, but there are {count} rows")
    return made


def ranks(*keys: NDArray[Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the order of rows, largest first by the keys in turn, and their ranks, which ties share (1, 2, 2, 4).

    Tied rows keep the order in which they were given.
    """
    table = np.column_stack(keys)
    order = np.lexsort([-table[:, place] for place in reversed(range(table.shape[1]))])
    place = np.ones(len(table), dtype=np.int64)
    for at in range(1, len(order)):
        same = (table[order[at]] == table[order[at - 1]]).all()
        place[order[at]] = place[order[at - 1]] if same else at + 1
    return tuple(order.tolist()), tuple(place.tolist())

"""What callers give: columns of numbers in any common form, as arrays; refused by the argument's name.

A column may be a list, a tuple, a numpy array, or anything with ``__array__`` or ``to_numpy`` (pandas, polars, Arrow);
it is not copied where it is already an array of float64. ``None``, NaN, pandas' ``NA`` and what is masked are missing
values; infinities are refused, and so are texts and dates, even such as look like numbers.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = Sequence[Any] | NDArray[Any]
"""A column as callers may give it, in any of the forms named above."""
Word = TypeVar("Word", bound=str)


def column(name: str, values: Any, *, missing: bool = False) -> Floats:
    """Return one column of numbers, shape (n,).

    Raises ValueError that begins with `name` where it is not one, is empty, holds an infinity, or holds missing values
    although they are not allowed.
    """
    made = floats(name, values)
    if made.ndim != 1:
        raise ValueError(f"{name}: give one column of numbers, not {made.ndim} dimensions")
    _check(name, made, missing=missing)
    return made


def table(name: str, values: Any, *, missing: bool = False) -> Floats:
    """Return a table of numbers, shape (rows, columns); rows of unequal length are filled up with missing values.

    Raises ValueError that begins with `name`, as `column` does.
    """
    given = opened(values)
    if isinstance(given, list | tuple) and is_table(given):
        rows = [opened(row) for row in given]
        longest = max(len(row) for row in rows)
        if any(len(row) < longest for row in rows):
            if not missing:
                raise ValueError(f"{name}: holds rows of unequal length")
            rows = [[*row, *([None] * (longest - len(row)))] for row in rows]
        given = rows
    made = floats(name, given)
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
        if isinstance(value, str | bytes) or value is np.ma.masked:
            raise TypeError
        made = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: give a number, not {value!r}") from None
    except OverflowError:
        raise ValueError(f"{name}: is a number with more digits than can be computed with") from None
    if not np.isfinite(made):
        raise ValueError(f"{name}: give a finite number, not {value!r}")
    if abs(made) > _LARGEST:
        raise ValueError(f"{name}: {made:g} has a square that is more than can be computed with")
    if above is not None and made <= above:
        raise ValueError(f"{name}: give more than {above:g}, not {made:g}")
    if above == 0 and made < _SMALLEST:
        raise ValueError(f"{name}: {made:g} has a square that is less than can be computed with")
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
    if abs(made) > _MOST_WHOLE:
        raise ValueError(f"{name}: give {_MOST_WHOLE:.0e} or less, not {made:g}")
    return int(made)


def one_of(name: str, value: Any, words: Sequence[Word]) -> Word:
    """Return the word that was given, of those that may be; raises ValueError at `name` for anything else.

    >>> one_of("side", "upper", ("two", "upper", "lower"))
    'upper'
    >>> one_of("side", "left", ("two", "upper", "lower"))
    Traceback (most recent call last):
    ValueError: side: give one of two, upper, lower, not 'left'
    """
    for word in words:
        if isinstance(value, str) and value == word:
            return word
    among = " or ".join(words) if len(words) < 3 else f"one of {', '.join(words)}"
    raise ValueError(f"{name}: give {among}, not {value!r}")


def flag(name: str, value: Any) -> bool:
    """Return what is true or false; raises ValueError at `name` for anything else.

    >>> flag("steady", 1), flag("steady", False)
    (True, False)
    """
    if isinstance(value, bool | int | np.bool_ | np.integer) and value in (0, 1):
        return bool(value)
    raise ValueError(f"{name}: give True or False, not {value!r}")


def listed(name: str, values: Any) -> list[Any]:
    """Return things one after the other, such as names; raises ValueError at `name` where they are none.

    >>> listed("items", ("a", "b"))
    ['a', 'b']
    """
    try:
        return list(opened(values))
    except TypeError:
        raise ValueError(f"{name}: give a list, not {values!r}") from None


def same_length(**columns: Floats) -> None:
    """Raise ValueError, naming the argument, where columns are not of one length."""
    lengths = {name: len(values) for name, values in columns.items()}
    (first, wanted), *others = lengths.items()
    for name, length in others:
        if length != wanted:
            raise ValueError(f"{name}: has {length} values, but {first} has {wanted}")


def opened(values: Any) -> Any:
    """Return what a column of another library holds as a numpy array; anything else as it is.

    >>> opened([1, 2])
    [1, 2]
    """
    if isinstance(values, np.ma.MaskedArray):
        made: Any = values.astype(np.float64) if values.dtype.kind in _NUMERIC else values
        return made.filled(np.nan if made is not values else None)
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "__array__"):
        return np.asarray(values)
    return values.to_numpy() if hasattr(values, "to_numpy") else values


def floats(name: str, values: Any) -> Floats:
    """Return numbers of any shape as float64, missing ones as NaN; raises ValueError at `name` for anything else.

    >>> floats("values", [1, None])
    array([ 1., nan])
    """
    try:
        made = np.asarray(opened(values))
    except (TypeError, ValueError):
        raise ValueError(f"{name}: holds rows of unequal length, or something that is not a number") from None
    try:
        given = made.astype(np.float64, copy=False) if made.dtype.kind in _NUMERIC else _of_objects(made)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: holds something that is not a number") from None
    except OverflowError:
        raise ValueError(f"{name}: holds a number with more digits than can be computed with") from None
    _sized(name, given)
    return given


def rescaled(values: Floats) -> Floats:
    """Return values times a power of two that brings their spread near to 1, for what no scale changes.

    >>> rescaled(np.array([1.0, 5.0])).tolist()
    [0.125, 0.625]
    """
    spread = float(values.max() - values.min())
    return np.asarray(np.ldexp(values, -math.frexp(spread)[1])) if spread > 0 else values


def graspable(name: str, values: Floats) -> None:
    """Raise ValueError where a value that others are divided by is nearer to zero than its square can be.

    >>> graspable("exposure", np.array([1e-300]))
    Traceback (most recent call last):
    ValueError: exposure: holds a value nearer to zero than 1e-150, by which nothing can be divided
    """
    if ((np.abs(values) < _SMALLEST) & (values != 0)).any():
        raise ValueError(
            f"{name}: holds a value nearer to zero than {_SMALLEST:g}, by which nothing can be divided"
        )


def of_kind(name: str, value: Any, kinds: type | tuple[type, ...], wanted: str) -> None:
    """Raise ValueError at `name` where it is none of these kinds; `wanted` says what would be right.

    >>> of_kind("plan", 3, str, "a plan, such as single() makes")
    Traceback (most recent call last):
    ValueError: plan: give a plan, such as single() makes, not int
    """
    if not isinstance(value, kinds):
        raise ValueError(f"{name}: give {wanted}, not {type(value).__name__}")


_NUMERIC = "fiub"
_LARGEST, _SMALLEST = 1e150, 1e-150
_MOST_WHOLE = 1e15  # up to here every whole number is a float, and can be counted with
_MISSING = ("NAType", "NaTType")  # of pandas, which is not imported for it


def _of_objects(made: NDArray[Any]) -> Floats:
    if made.dtype.kind != "O" or any(isinstance(value, str | bytes) for value in made.flat):
        raise TypeError
    found = [None if type(value).__name__ in _MISSING else value for value in made.flat]
    return np.array(found, dtype=np.float64).reshape(made.shape)


def is_table(values: Any) -> bool:
    """Whether what `opened` returned has rows, rather than being one column.

    >>> is_table([[1, 2], [3]]), is_table([1, 2])
    (True, False)
    """
    if isinstance(values, np.ndarray):
        return values.ndim > 1
    return isinstance(values, list | tuple) and bool(values) and all(_is_row(row) for row in values)


def _is_row(row: Any) -> bool:
    return hasattr(row, "__len__") and not isinstance(row, str | bytes)


def _check(name: str, made: Floats, *, missing: bool) -> None:
    if not made.size:
        raise ValueError(f"{name}: is empty")
    # The sum of squares is finite where all values are, and none too large: one pass, others only for the sentence.
    flat = made.ravel(order="K")
    if np.isfinite(np.vdot(flat, flat)):
        return
    if np.isinf(made).any():
        raise ValueError(f"{name}: holds an infinite value")
    lacking = np.isnan(made)
    if not missing and lacking.any():
        raise ValueError(f"{name}: {int(lacking.sum())} of {made.size} values are missing")
    if lacking.all():
        raise ValueError(f"{name}: every value is missing")


def _sized(name: str, made: Floats) -> None:
    """Raise ValueError where a value is so large that its square is none; infinities are left to others."""
    flat = made.ravel(order="K")
    if not flat.size or np.isfinite(np.vdot(flat, flat)):
        return
    most = max(float(np.fmax.reduce(flat)), -float(np.fmin.reduce(flat)))
    if _LARGEST < most < np.inf:
        raise ValueError(
            f"{name}: holds a value beyond {_LARGEST:g}, whose square is more than can be computed with"
        )

"""A column of names (parts, operators) as numbers, and a balanced study as an array."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs import Column, Floats, column, opened

Places = NDArray[np.intp]


def names(name: str, values: Any) -> tuple[tuple[str, ...], Places]:
    """Return the different names, sorted as numbers where all are, and the place of each value among them.

    Raises ValueError at `name` where it is no column, is empty or has missing values.
    """
    given = opened(values)
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise ValueError(f"{name}: give one column of names")
    array = np.asarray(given, dtype=object)
    if array.ndim != 1:
        raise ValueError(f"{name}: give one column of names, not {array.ndim} dimensions")
    if not array.size:
        raise ValueError(f"{name}: is empty")
    lacking = sum(value is None or value != value for value in array)
    if lacking:
        raise ValueError(f"{name}: {lacking} of {array.size} values are missing")
    texts = np.array([_text(value) for value in array])
    found, places = np.unique(texts, return_inverse=True)
    order = sorted(range(len(found)), key=lambda i: _rank(str(found[i])))
    rank = np.empty(len(found), dtype=np.intp)
    rank[order] = np.arange(len(found))
    return tuple(str(found[i]) for i in order), rank[places]


def _text(value: Any) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _rank(text: str) -> tuple[int, float, str]:
    try:
        made = float(text)
    except ValueError:
        return (1, 0.0, text)
    return (0, made, text) if np.isfinite(made) else (1, 0.0, text)


@dataclasses.dataclass(frozen=True)
class Cells:
    """A crossed study as the means of its cells, shape (parts, operators), and the spread inside them."""

    means: Floats
    counts: Floats
    within: float
    """The sum of squares about the cells' means."""
    total: float
    """The sum of squares about the mean of all values."""

    @property
    def trials(self) -> float:
        """The trials of a cell; their harmonic mean where cells have unequally many."""
        return float(self.counts.size / (1 / self.counts).sum())

    @property
    def degrees(self) -> float:
        """The degrees of freedom inside the cells."""
        return float(self.counts.sum() - self.counts.size)

    @property
    def balanced(self) -> bool:
        """Whether all cells have equally many trials."""
        return bool((self.counts == self.counts.flat[0]).all())


def cells(values: Column, parts: Column, operators: Column | None) -> Cells:
    """Return a crossed study in which missing values are left out; without operators there is one.

    Raises ValueError where an operator measured a part never, or fewer than two parts exist.
    """
    measured = column("values", values, missing=True)
    part_names, part = names("parts", parts)
    operator_names, operator = names("operators", ["1"] * len(measured) if operators is None else operators)
    _of_length("parts", part, measured)
    _of_length("operators", operator, measured)
    if len(part_names) < 2:
        raise ValueError("parts: give two parts or more")
    shape = len(part_names), len(operator_names)
    there = ~np.isnan(measured)
    cell, y = (part * len(operator_names) + operator)[there], measured[there]
    counts = np.bincount(cell, minlength=shape[0] * shape[1])
    if not counts.min():
        raise ValueError("values: every operator has to measure every part at least once")
    # Every value from the mean of all: squares of large numbers would lose the digits of small differences.
    off = y - y.mean()
    means = np.bincount(cell, off, minlength=len(counts)) / counts
    within = float(((off - means[cell]) ** 2).sum())
    return Cells(
        (means + y.mean()).reshape(shape),
        counts.reshape(shape).astype(np.float64),
        within,
        float((off**2).sum()),
    )


def crossed(
    values: Column, parts: Column, operators: Column | None
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Return measurements as an array (parts, operators, trials) with the names of both, in their order.

    Without operators there is one. Raises ValueError where a part was not measured equally often by every operator,
    or fewer than two parts exist.
    """
    measured = column("values", values)
    part_names, part = names("parts", parts)
    operator_names, operator = names("operators", ["1"] * len(measured) if operators is None else operators)
    _of_length("parts", part, measured)
    _of_length("operators", operator, measured)
    if len(part_names) < 2:
        raise ValueError("parts: give two parts or more")
    cell = part * len(operator_names) + operator
    counts = np.bincount(cell, minlength=len(part_names) * len(operator_names))
    if counts.min() != counts.max():
        raise ValueError(
            f"values: every operator has to measure every part equally often, but the number of trials is from "
            f"{counts.min()} to {counts.max()}"
        )
    order = np.argsort(cell, kind="stable")
    shape = (len(part_names), len(operator_names), int(counts[0]))
    return measured[order].reshape(shape), part_names, operator_names


def nested(values: Column, parts: Column, operators: Column) -> tuple[Floats, tuple[str, ...]]:
    """Return measurements as an array (operators, parts of each, trials): every operator has parts of their own.

    A part's name counts within its operator. Raises ValueError where the study is not balanced.
    """
    measured = column("values", values)
    part_names, part = names("parts", parts)
    operator_names, operator = names("operators", operators)
    _of_length("parts", part, measured)
    _of_length("operators", operator, measured)
    if len(operator_names) < 2:
        raise ValueError("operators: give two operators or more")
    cells, place = np.unique(operator * len(part_names) + part, return_inverse=True)
    trials = np.bincount(place)
    each = np.bincount(cells // len(part_names))
    if trials.min() != trials.max() or each.min() != each.max():
        raise ValueError(
            "values: every operator has to measure as many parts as the others, each equally often"
        )
    if each[0] < 2:
        raise ValueError("parts: give two parts or more for each operator")
    order = np.argsort(place, kind="stable")
    return measured[order].reshape(len(operator_names), int(each[0]), int(trials[0])), operator_names


def _of_length(name: str, places: Places, measured: Floats) -> None:
    if len(places) != len(measured):
        raise ValueError(f"{name}: has {len(places)} values, but values has {len(measured)}")

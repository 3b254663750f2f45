"""What is given to a Pareto chart: categories with how often they occurred, and what that weighs."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..inputs import Floats, column, listed

MOST_WHOLE = 1e15
MOST_SIMULATIONS = 100_000

if TYPE_CHECKING:
    from numpy.random import Generator  # loads with the first simulation


@dataclasses.dataclass(frozen=True)
class Tally:
    """Categories in the order given: counts, values (what their occurrences weigh together), and sums of squares."""

    labels: tuple[str, ...]
    counts: Floats
    values: Floats
    squares: Floats
    """Sum of the squared weights of a category's occurrences: the variance of its value where they are Poisson."""
    weights: Floats | None
    """The weight of one occurrence of each category; None where occurrences of one category weigh differently."""
    places: NDArray[np.intp] | None = None
    """The category of each event, where events were given."""
    each: Floats | None = None
    """The weight of each event, likewise."""

    def picked(self, order: NDArray[np.intp]) -> "Tally":
        """Return the tally in another order."""
        back = np.empty(len(order), dtype=np.intp)
        back[order] = np.arange(len(order))
        return Tally(
            tuple(self.labels[place] for place in order), self.counts[order], self.values[order],
            self.squares[order], None if self.weights is None else self.weights[order],
            None if self.places is None else back[self.places], self.each,
        )  # fmt: skip

    def first(self, many: int) -> "Tally":
        """Return the tally of the first categories alone, without its events."""
        weights = None if self.weights is None else self.weights[:many]
        return Tally(self.labels[:many], self.counts[:many], self.values[:many], self.squares[:many], weights)

    def resampled(self, generator: "Generator", many: int) -> Floats:
        """Return values of as many events drawn anew, with their shares as probabilities; shape (many, categories)."""
        if self.weights is not None:
            total = int(self.counts.sum())
            return np.asarray(generator.multinomial(total, self.counts / total, size=many) * self.weights)
        assert self.places is not None and self.each is not None
        made = np.empty((many, len(self.labels)))
        for row in range(many):
            drawn = generator.integers(0, len(self.places), len(self.places))
            made[row] = np.bincount(self.places[drawn], self.each[drawn], len(self.labels))
        return made


def tally(labels: Any, counts: Any, weights: Any) -> Tally:
    """Return the tally of counted categories, or of events where `counts` is None."""
    names = _names("labels", labels)
    if counts is None:
        return _of_events(names, weights)
    given = whole_counts("counts", counts, len(names))
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(
            f"labels: {twice!r} stands there twice; give each category once, or events without counts"
        )
    if not given.sum():
        raise ValueError("counts: are all 0")
    each = _weights(weights, names, given)
    return Tally(tuple(names), given, given * each, given * each**2, each)


def whole_counts(name: str, values: Any, length: int) -> Floats:
    """Return one whole number from 0 for each category."""
    made = column(name, values)
    if (made < 0).any() or (made != np.floor(made)).any():
        raise ValueError(f"{name}: give whole numbers from 0; amounts go into weights")
    if len(made) != length:
        raise ValueError(f"{name}: give {length} values, one for each label, not {len(made)}")
    if made.sum() > MOST_WHOLE:
        raise ValueError(f"{name}: give {MOST_WHOLE:.0e} events or fewer in all")
    return made


def _names(name: str, values: Any) -> list[str]:
    if isinstance(values, str):
        raise ValueError(f"{name}: give a column of names")
    made = listed(name, values)
    if not made:
        raise ValueError(f"{name}: is empty")
    lacking = sum(value is None or value != value for value in made)
    if lacking:
        raise ValueError(f"{name}: {lacking} of {len(made)} values are missing")
    return [str(value) for value in made]


def _of_events(names: list[str], weights: Any) -> Tally:
    labels = tuple(dict.fromkeys(names))
    at = {label: place for place, label in enumerate(labels)}
    places = np.array([at[name] for name in names], dtype=np.intp)
    counts = np.bincount(places).astype(np.float64)
    if weights is None or isinstance(weights, Mapping):
        each = _weights(weights, list(labels), counts)
        return Tally(labels, counts, counts * each, counts * each**2, each)
    each = _positive("weights", weights, len(names), "event")
    values, squares = (np.bincount(places, each**power).astype(np.float64) for power in (1, 2))
    return Tally(labels, counts, values, squares, None, places, each)


def _weights(weights: Any, names: list[str], counts: Floats) -> Floats:
    if weights is None:
        return np.ones(len(counts))
    if isinstance(weights, Mapping):
        for name in names:
            if name not in weights:
                raise ValueError(f"weights: has none for {name!r}")
        weights = [weights[name] for name in names]
    return _positive("weights", weights, len(counts), "label")


def _positive(name: str, values: Any, length: int, of: str) -> Floats:
    made = column(name, values)
    if (made <= 0).any():
        raise ValueError(f"{name}: give more than 0")
    if len(made) != length:
        raise ValueError(f"{name}: give {length} values, one for each {of}, not {len(made)}")
    return made

"""Two counts with what they came from, as arrays of one shape: what is given to comparisons of two rates or shares."""

import dataclasses
from typing import Any

import numpy as np

from ..figures import intervals
from ..inputs import Floats, floats, graspable
from ..results import Result, Table, plain


@dataclasses.dataclass(frozen=True)
class Compared(Result):
    """Two rates or two proportions compared; numbers, or arrays where columns were given."""

    method: str
    first: Any
    """The first rate or proportion."""
    second: Any
    ratio: Any
    """The first over the second; infinite where only the second has no event, NaN where neither has one."""
    difference: Any
    """The first less the second."""
    difference_interval: tuple[Any, Any]
    p: Any
    two_sided: str
    confidence: float
    alternative: str

    def _rows(
        self, main: str, main_interval: tuple[Any, Any], other: str, interval: tuple[Any, Any]
    ) -> Table:
        """Return a row for each pair: both, the main measure and its interval before p, the other one behind."""
        columns = (
            self.first, self.second, getattr(self, main), *main_interval, self.p, getattr(self, other), *interval,
        )  # fmt: skip
        heads = ("first", "second", main, "low", "high", "p", other, f"{other} low", f"{other} high")
        return Table(heads, tuple(zip(*(plain(np.atleast_1d(one)) for one in columns), strict=True)))


def forest(title: str, x: str, equal: float, value: Any, ends: tuple[Any, Any], most: int) -> dict[str, Any]:
    """Return the measure of the first `most` pairs with its interval; on a logarithmic axis where 1 says equal."""
    columns = (np.atleast_1d(one)[:most] for one in (value, *ends))
    rows = [
        (f"pair {place}", at, (low, high))
        for place, (at, low, high) in enumerate(zip(*columns, strict=True), 1)
    ]
    return intervals(title, x, rows, upright=(("equal", equal),), log=equal > 0)


class Pair:
    """Counts of a first and a second kind with their exposures or sizes, shape (n,); single where all are numbers."""

    def __init__(self, of: str, first: Any, first_of: Any, second: Any, second_of: Any) -> None:
        names = ("first", f"first_{of}", "second", f"second_{of}")
        arrays = [
            _array(name, values)
            for name, values in zip(names, (first, first_of, second, second_of), strict=True)
        ]
        self.single = all(made.ndim == 0 for made in arrays)
        length = max(made.size for made in arrays)
        for name, made in zip(names, arrays, strict=True):
            if made.size not in (1, length):
                raise ValueError(f"{name}: has {made.size} values, but others have {length}")
        self.x, self.of_x, self.y, self.of_y = (np.broadcast_to(made, (length,)) for made in arrays)
        for name, counts in (("first", self.x), ("second", self.y)):
            if (counts < 0).any() or (counts != np.floor(counts)).any():
                raise ValueError(f"{name}: give whole numbers from 0")
        for name, bases in ((f"first_{of}", self.of_x), (f"second_{of}", self.of_y)):
            if (bases <= 0).any():
                raise ValueError(f"{name}: give more than 0")
            graspable(name, bases)

    @property
    def parts(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """The first counts with what they came from, and the second."""
        return (self.x, self.of_x), (self.y, self.of_y)

    def shaped(self, values: Any) -> Any:
        """Return a plain number where single ones were given."""
        return np.asarray(values)[0].item() if self.single else np.asarray(values)


def _array(name: str, values: Any) -> Floats:
    made = floats(name, values)
    if made.ndim > 1:
        raise ValueError(f"{name}: give a number, or one column of them")
    if not made.size:
        raise ValueError(f"{name}: is empty")
    if not np.isfinite(made).all():
        raise ValueError(f"{name}: holds a missing or an infinite value")
    return made


def mover(rates: tuple[Floats, Floats], first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Any:
    """Return the interval of a difference from those of its parts (Zou and Donner 2008)."""
    one, other = rates
    low = one - other - np.sqrt((one - first[0]) ** 2 + (second[1] - other) ** 2)
    high = one - other + np.sqrt((first[1] - one) ** 2 + (other - second[0]) ** 2)
    return low, high

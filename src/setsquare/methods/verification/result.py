"""What is answered about the power of a verification, and how a size for a power is looked for."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Floats, number, one_of
from ..results import Result

Alternative = Literal["less", "greater", "two-sided"]
ALTERNATIVES: tuple[Alternative, ...] = ("less", "greater", "two-sided")
LARGEST = 10_000_000
AHEAD = 20
Sides = tuple[tuple[Literal["less", "greater"], float], ...]


@dataclasses.dataclass(frozen=True)
class Power(Result):
    """What a comparison of after with before can show, and what it takes for that."""

    question: str
    """What is compared, such as ``two proportions``."""
    method: str
    """The test that the data will be judged by."""
    unit: str
    """What sizes count: items, months, pairs."""
    before: float
    """Size of what is known from before the action; 0 where each pair holds both."""
    after: float
    """Size to gather after it."""
    power: float
    """Probability that the test will show the effect if it is as large as said."""
    wanted: float | None
    """Power that was asked for; None where the size was given."""
    alpha: float
    alternative: Alternative
    assumptions: tuple[str, ...]
    sentence: str
    curve: Floats
    """Sizes after the action and their power, shape (m, 2)."""

    def figure(self) -> dict[str, Any]:
        """Return power over the size after the action as an ECharts option."""
        points = {"this size": [(self.after, self.power)]}
        level = () if self.wanted is None else (("wanted", self.wanted),)
        x = f"{self.unit} after the action"
        title = f"Power, {self.question}"
        return curves(title, x, "power", {"power": self.curve}, points=points, level=level, least=0, most=1)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What every function is asked alike, checked: one of size and power, the risk and the side."""

    size: int | None
    power: float | None
    known: int | None
    """Size before the action where it is fixed."""
    ratio: float
    alpha: float
    alternative: Alternative

    @property
    def sides(self) -> Sides:
        """The one-sided tests that the test is made of, with their risks."""
        if self.alternative == "two-sided":
            return ("less", self.alpha / 2), ("greater", self.alpha / 2)
        return ((self.alternative, self.alpha),)

    def before(self, after: int) -> int:
        """Return the size before that belongs to a size after."""
        return self.known if self.known is not None else max(1, math.ceil(self.ratio * after - 1e-9))


def asked(
    name: str,
    size: Any,
    power: Any,
    known: Any,
    ratio: Any,
    alpha: Any,
    alternative: str,
    least: int = 1,
) -> Asked:
    """Check what is asked; ``name`` is what the function calls the size. Neither of both asks for 80 % power."""
    if size is not None and power is not None:
        raise ValueError(f"{name}: give it or power, and the other one is found")
    risk = number("alpha", alpha, above=0)
    if risk >= 0.5:
        raise ValueError(f"alpha: give less than 0.5, not {risk:g}")
    side = one_of("alternative", alternative, ALTERNATIVES)
    wanted = None if size is not None else number("power", 0.8 if power is None else power, above=risk)
    if wanted is not None and wanted >= 1:
        raise ValueError("power: give less than 1")
    share = number("ratio", ratio, above=0, most=1e6)
    sizes = [
        None if one is None else _size(key, one, least)
        for key, one in ((name, size), (f"{name}_before", known))
    ]
    return Asked(sizes[0], wanted, sizes[1], share, risk, side)


def settled(
    ask: Asked, power: Callable[[int], float], *, least: int = 1, ragged: bool = False
) -> tuple[int, float]:
    """Return the size and its power: the one given, or the least size from which on the power is as wanted.

    Where ``ragged`` (counts), power falls back at single sizes: none of the next twenty may lack it.
    """
    if ask.size is not None:
        return ask.size, power(ask.size)
    wanted = ask.power or 0.0
    high = least
    while power(high) < wanted:
        high *= 2
        if high > LARGEST:
            raise ValueError(
                f"power: not even {LARGEST:,} after the action reach {wanted:g}; ask for less, look for a larger"
                " effect, or bring more from before"
            )
    low = max(least, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= wanted else (middle + 1, high)
    found = _lasting(power, wanted, high) if ragged else high
    return found, power(found)


def curve(power: Callable[[int], float], size: int, least: int = 1, points: int = 25) -> Floats:
    """Compute power at sizes up to twice the one found."""
    sizes = np.unique(np.rint(np.linspace(least, 2 * size, points))).astype(int)
    return np.array([[one, power(int(one))] for one in sizes if one >= least], dtype=np.float64)


def _lasting(power: Callable[[int], float], wanted: float, size: int) -> int:
    """Go on from a size that is enough to one after which no lack follows soon, then back as far as none does."""
    while lacks := [one for one in range(size + 1, size + AHEAD + 1) if power(one) < wanted]:
        size = lacks[-1] + 1
    while size > 1 and power(size - 1) >= wanted:
        size -= 1
    return size


def _size(name: str, value: Any, least: int) -> int:
    made = number(name, value, least=least, most=1e9)
    if made != int(made):
        raise ValueError(f"{name}: give a whole number, not {made:g}")
    return int(made)


def _looked_for(ask: Asked, effect: str, way: str) -> None:
    """Refuse a test that looks the other way, as no size is large enough for it."""
    if ask.alternative not in (way, "two-sided"):
        raise ValueError(f"alternative: {effect} is not {ask.alternative}; give {way} or two-sided")


def answer(
    ask: Asked,
    reached: Callable[[int, int], float],
    question: str,
    method: str,
    unit: str,
    effect: str,
    assumptions: tuple[str, ...],
    *,
    rises: bool,
    least: int = 1,
    ragged: bool = False,
) -> Power:
    """Find the size, and say it to a quality manager; ``reached`` tells the power from the sizes after and before.

    ``rises`` is which way the effect goes.
    """
    paired = unit == "pairs"
    if ask.size is None:
        _looked_for(ask, effect, "greater" if rises else "less")

    def known(after: int) -> int:
        return 0 if paired else max(least, ask.before(after))

    def power(after: int) -> float:
        return reached(after, known(after))

    size, found = settled(ask, power, least=least, ragged=ragged)
    sizes = f"{known(size):,} {unit} before and {size:,} {unit} after the action"
    if paired:
        sizes = f"{size:,} units measured before and after"
    test = "two-sided" if ask.alternative == "two-sided" else "one-sided"
    sentence = (
        f"With {sizes}, the chance is {100 * found:.0f} % that a {test} test at {100 * ask.alpha:g} % will show "
        f"{effect}, if it is there."
    )
    return Power(
        question,
        method,
        unit,
        known(size),
        size,
        found,
        ask.power,
        ask.alpha,
        ask.alternative,
        assumptions,
        sentence,
        curve(power, size, least),
    )

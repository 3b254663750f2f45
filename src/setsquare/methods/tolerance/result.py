"""A tolerance interval: where a share of all values lies, with a confidence."""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..figures import intervals
from ..inputs import number, one_of
from ..results import Result

Side = Literal["two", "lower", "upper"]
SIDES: tuple[Side, ...] = ("two", "lower", "upper")


@dataclasses.dataclass(frozen=True)
class Tolerance(Result):
    """At least ``coverage`` of all values lie between ``low`` and ``high``, with ``confidence``."""

    method: str
    side: Side
    coverage: float
    confidence: float
    """Confidence asked for."""
    reached: float
    """Confidence that the method gives; NaN where it is only known to be at least that asked for."""
    n: int
    """Values, items or events that it rests on."""
    low: float
    """Where the interval has no lower limit, 0 for what cannot be negative, or minus infinity."""
    high: float
    centre: float
    """Estimate of the middle: mean, median, or rate times size."""
    k: float
    """Factor of the standard deviation, where the method has one; otherwise NaN."""
    assumptions: tuple[str, ...]
    sentence: str

    def figure(self) -> dict[str, Any]:
        """Return the interval as a line with its centre, as an ECharts option."""
        name = f"{100 * self.coverage:g} % of all"
        return intervals(
            f"Tolerance interval, {self.method}", "value", [(name, self.centre, (self.low, self.high))]
        )


def made(
    method: str,
    side: Side,
    coverage: float,
    confidence: float,
    n: int,
    ends: tuple[float, float],
    centre: float,
    assumptions: tuple[str, ...],
    *,
    k: float = float("nan"),
    reached: float = float("nan"),
    things: str = "values",
    floor: float = -np.inf,
) -> Tolerance:
    """Make the result with its sentence; the end that `side` does without is the `floor`, or infinite."""
    low, high = float(ends[0]), float(ends[1])
    share = f"at least {100 * coverage:g} % of all {things}"
    sure = f", with {100 * confidence:g} % confidence."
    if side == "lower":
        high, sentence = np.inf, f"{share} are {low:.6g} or more{sure}"
    elif side == "upper":
        low, sentence = floor, f"{share} are {high:.6g} or less{sure}"
    else:
        sentence = f"{share} lie between {low:.6g} and {high:.6g}{sure}"
    sentence = sentence[0].upper() + sentence[1:]
    return Tolerance(
        method, side, coverage, confidence, reached, n, low, high, float(centre), k, assumptions, sentence
    )


def checked(coverage: Any, confidence: Any, side: str) -> tuple[float, float, Side]:
    """Return what is asked where it makes sense; raises ValueError at ``coverage``, ``confidence``, ``side``."""
    shares = []
    for name, value in (("coverage", coverage), ("confidence", confidence)):
        share = number(name, value, above=0)
        if share >= 1:
            raise ValueError(f"{name}: give less than 1, not {share:g}")
        shares.append(share)
    return shares[0], shares[1], one_of("side", side, SIDES)

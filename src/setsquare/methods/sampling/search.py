"""Find the smallest single plan by attributes through two points of its OC curve."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..figures import curves
from ..inputs import number, whole
from ..results import Result
from .characteristic import characteristic
from .counts import at_most
from .plans import AttributePlan, Model, checked_model, single

BLOCK = 64
LARGEST_ACCEPT = 4096
Point = tuple[float, float]


@dataclass(frozen=True)
class FoundPlan(Result):
    """The smallest single plan that meets both points, with what it reaches.

    `producer` and `consumer` are the points asked for as (quality, probability of acceptance); `producer_accept` and
    `consumer_accept` are the plan's own probabilities there.
    """

    plan: AttributePlan
    model: Model
    lot_size: int | None
    producer: Point
    consumer: Point
    producer_accept: float
    consumer_accept: float

    @property
    def n(self) -> int:
        """The sample size."""
        return self.plan.sizes[0]

    @property
    def accept(self) -> int:
        """The acceptance number."""
        return self.plan.accept[0]

    def figure(self) -> dict[str, Any]:
        """Return the OC curve with both points that were asked for, as an ECharts option."""
        lot = self.lot_size if self.model == "hypergeometric" else None
        found = characteristic(self.plan, model=self.model, lot_size=lot)
        lines = {"OC": np.column_stack([found.p, found.accept])}
        return through(lines, self.producer, self.consumer)


def find_plan(
    producer: Point, consumer: Point, *, model: str = "binomial", lot_size: int | None = None
) -> FoundPlan:
    """Find the single plan with the smallest sample that meets a producer's and a consumer's point.

    `producer` = (p1, 1 - alpha): lots of quality p1 are accepted with at least that probability; `consumer` =
    (p2, beta): lots of quality p2 with at most that. For each acceptance number c the consumer's point gives the
    least sample, the producer's the largest; the least sample grows with c, so that the first c for which the two
    leave room gives the smallest plan, and no other plan with fewer items meets both (NIST e-Handbook 6.2.3.2;
    Guenther 1969, Journal of Quality Technology 1). Search is by bisection on exact probabilities.

    Qualities are fractions nonconforming (nonconformities per item for Poisson). With the hypergeometric model
    (`lot_size` needed) p1 counts as the whole items at or below p1 * N and p2 as those at or above p2 * N, so that the
    plan holds for every lot at least as good, or as bad, as asked.

    Raises ValueError at ``producer`` or ``consumer`` (out of range; p1 not below p2; probabilities not falling; both
    points the same number of items), ``lot_size``, ``model``; and at ``consumer`` where the points are so close that
    the acceptance number would exceed 4096.

    >>> found = find_plan((0.01, 0.95), (0.06, 0.10))
    >>> found.n, found.accept
    (110, 3)
    """
    kind = checked_model(model)
    good, bad = checked_points(producer, consumer, None if kind == "poisson" else 1.0)
    lot = None if lot_size is None else whole("lot_size", lot_size, least=1)
    p1, p2 = good[0], bad[0]
    if kind == "hypergeometric":
        if lot is None:
            raise ValueError("lot_size: the hypergeometric model needs it")
        p1, p2 = math.floor(p1 * lot + 1e-9), math.ceil(p2 * lot - 1e-9)
        if p1 >= p2:
            raise ValueError(
                f"consumer: in a lot of {lot} it is as many items ({p2:g}) as the producer's point"
            )
    c, n = _smallest(kind, (p1, good[1]), (p2, bad[1]), lot)
    reached = [float(at_most(kind, c, n, quality, lot)) for quality in (p1, p2)]
    return FoundPlan(single(n, c), kind, lot, good, bad, *reached)


def through(lines: dict[str, Any], producer: Point, consumer: Point) -> dict[str, Any]:
    """Return an OC curve with two points, as an ECharts option."""
    points = {"producer": [producer], "consumer": [consumer]}
    x, y = "quality of the lot", "probability of acceptance"
    return curves("Operating characteristic", x, y, lines, points=points, least=0, most=1)


def checked_points(producer: Point, consumer: Point, most: float | None) -> tuple[Point, Point]:
    """Return both points as numbers; raises ValueError at ``producer`` or ``consumer``."""
    pairs = []
    for name, point in (("producer", producer), ("consumer", consumer)):
        try:
            quality, chance = point
        except (TypeError, ValueError):
            raise ValueError(f"{name}: give a quality and a probability of acceptance") from None
        quality = number(name, quality, above=0.0, most=most)
        chance = number(name, chance, above=0.0)
        if chance >= 1.0 or (most is not None and quality >= most):
            raise ValueError(f"{name}: give a quality and a probability below 1")
        pairs.append((quality, chance))
    good, bad = pairs
    if good[0] >= bad[0]:
        raise ValueError(
            f"consumer: its quality must be worse than the producer's {good[0]:g}, not {bad[0]:g}"
        )
    if good[1] <= bad[1]:
        raise ValueError(
            f"consumer: its probability must be below the producer's {good[1]:g}, not {bad[1]:g}"
        )
    return good, bad


def _smallest(model: Model, good: Point, bad: Point, lot: int | None) -> tuple[int, int]:
    """Return acceptance number and sample size of the smallest plan.

    The producer's probability at the least sample rises with the acceptance number but for steps of one item, which can
    put the first number that meets it some 2 p1^2 / (p2 - p1) before or after where a bisection ends: fewer than BLOCK
    for numbers up to LARGEST_ACCEPT. So the numbers before it are all tried.
    """
    top = min(LARGEST_ACCEPT, int(bad[0]) - 1) if model == "hypergeometric" else LARGEST_ACCEPT

    def least(number: int) -> int:
        return int(_least(model, np.array([number]), bad[0], bad[1], lot)[0])

    def meets(number: int) -> bool:
        return bool(at_most(model, number, least(number), good[0], lot) >= good[1])

    low, high = -1, 0
    while not meets(high):
        if high >= top:
            raise ValueError(
                f"consumer: too close to the producer's point for up to {LARGEST_ACCEPT} accepted"
            )
        low, high = high, min(2 * high + 1, top)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    accept = np.arange(max(high - BLOCK, 0), high + 1)
    between = (least(int(accept[0])) - 1, least(high))
    sizes = _least(model, accept, bad[0], bad[1], lot, between)
    met = np.flatnonzero(at_most(model, accept, sizes, good[0], lot) >= good[1])
    return int(accept[met[0]]), int(sizes[met[0]])


def _least(
    model: Model,
    accept: NDArray[np.int64],
    p: float,
    most: float,
    lot: int | None,
    between: tuple[int, int] | None = None,
) -> NDArray[np.int64]:
    """Return for each acceptance number the smallest sample that accepts quality `p` with at most `most`.

    `between` are sizes known to be too small and large enough for all of them.
    """
    if between:
        low, high = (np.full(len(accept), size) for size in between)
    else:
        low = np.zeros(len(accept), dtype=np.int64) if model == "poisson" else accept.copy()
        high = np.full(len(accept), lot) if lot and model == "hypergeometric" else np.maximum(2 * accept, 8)
    if model != "hypergeometric" and not between:
        while (short := at_most(model, accept, high, p) > most).any():
            high = np.where(short, 2 * high, high)
    # At `low` the probability is too large, at `high` it is not: with the whole lot inspected, p > c decides.
    while (high - low > 1).any():
        middle = (low + high) // 2
        short = at_most(model, accept, middle, p, lot) > most
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high

"""Sequential plans: Wald's ratio test for fractions and rates, with exact OC and ASN."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, of_kind, one_of, whole
from ..results import BELOW, BESIDE, Result, Table
from .counts import probabilities
from .plans import Model
from .search import Point, checked_points, find_plan

ITEMS = 200_000
GRID = 25
ZOOMS = 5


@dataclass(frozen=True)
class SequentialPlan(Result):
    """Two parallel lines: accept at d <= slope * n - h_accept, reject at d >= slope * n + h_reject.

    At `stop` items a lot still undecided is accepted where d is below the middle of the two lines.
    """

    slope: float
    h_accept: float
    h_reject: float
    stop: int
    model: Model

    def decide(self, n: int, found: int) -> str:
        """Return "accept", "reject" or "continue" after `n` items with `found` nonconforming.

        Raises ValueError at ``n`` or ``found``.
        """
        items = whole("n", n, least=1, most=self.stop)
        count = whole("found", found, least=0, most=None if self.model == "poisson" else items)
        low, high = self.numbers(items)
        return "accept" if count <= low else "reject" if count >= high else "continue"

    def numbers(self, n: int) -> tuple[int, int]:
        """Return the acceptance number (negative: none yet) and the rejection number after `n` items."""
        if n >= self.stop:
            # An undecided lot is on one side of the middle line; the two numbers are then neighbours.
            last = math.ceil(self.slope * n + (self.h_reject - self.h_accept) / 2.0) - 1
            return last, last + 1
        return math.floor(self.slope * n - self.h_accept + 1e-12), math.ceil(
            self.slope * n + self.h_reject - 1e-12
        )

    def table(self) -> Table:
        """Return acceptance and rejection numbers for the first items (up to 100)."""
        rows = tuple((n, *self.numbers(n)) for n in range(1, min(self.stop, 100) + 1))
        return Table(("n", "accept", "reject"), rows)

    def figure(self) -> dict[str, Any]:
        """Return both lines, up to where the plan stops, as an ECharts option."""
        n = np.array([0.0, self.stop])
        lines = {
            "reject from": np.column_stack([n, self.slope * n + self.h_reject]),
            "accept to": np.column_stack([n, self.slope * n - self.h_accept]),
        }
        return curves("Sequential plan", "items inspected", "nonconforming found", lines)


@dataclass(frozen=True)
class SequentialCharacteristic(Result):
    """The curves of a sequential plan for each quality in `p`, exact for the truncated plan.

    `accept` is the probability of acceptance, `asn` the average number of items inspected until the decision, `aoq` the
    average outgoing quality where rejected lots are sorted and nonconforming items replaced, `ati` the average number
    of items inspected so (NaN without a lot size). `aoql` is the largest AOQ over all qualities, found at `aoql_at`.
    """

    plan: SequentialPlan
    lot_size: int | None
    p: Floats
    accept: Floats
    asn: Floats
    aoq: Floats
    ati: Floats
    aoql: float
    aoql_at: float

    def table(self) -> Table:
        """Return a row for each quality."""
        rows = zip(*(a.tolist() for a in (self.p, self.accept, self.asn, self.aoq, self.ati)), strict=True)
        return Table(("p", "accept", "ASN", "AOQ", "ATI"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return OC and ASN as an ECharts option."""
        series = [
            {
                "type": "line",
                "name": name,
                "yAxisIndex": axis,
                "showSymbol": False,
                "data": [list(pair) for pair in zip(self.p.tolist(), values.tolist(), strict=True)],
            }
            for axis, (name, values) in enumerate((("OC", self.accept), ("ASN", self.asn)))
        ]
        axes = [
            {"type": "value", **BESIDE, "name": "probability of acceptance", "max": 1},
            {"type": "value", **BESIDE, "name": "items sampled"},
        ]
        return {
            "title": {"text": "Sequential plan"},
            "legend": {"right": 8},
            "xAxis": {"type": "value", **BELOW, "name": "quality of the lot"},
            "yAxis": axes,
            "series": series,
        }


def sequential_plan(
    producer: Point, consumer: Point, *, model: str = "binomial", stop: int | None = None
) -> SequentialPlan:
    """Return Wald's item-by-item plan through two points (p1, 1 - alpha) and (p2, beta).

    Binomial: with g = log(p2 (1 - p1) / (p1 (1 - p2))), h_accept = log((1 - alpha) / beta) / g,
    h_reject = log((1 - beta) / alpha) / g and slope = log((1 - p1) / (1 - p2)) / g. Poisson: g = log(p2 / p1) and slope
    = (p2 - p1) / g. Sources: Wald 1947, Sequential Analysis; NIST e-Handbook 6.2.6; ISO 28591. `stop` truncates, by
    default at three times the sample of a single plan of like risks (as ISO 28591 does at one and a half, more loosely,
    so that truncation leaves the risks alone).

    Raises ValueError at ``producer``, ``consumer``, ``model`` (binomial or poisson), ``stop``.

    >>> plan = sequential_plan((0.01, 0.95), (0.06, 0.10))
    >>> round(plan.slope, 4), round(plan.h_accept, 4), round(plan.h_reject, 4)
    (0.0281, 1.2211, 1.5678)
    """
    one_of("model", model, ("binomial", "poisson"))
    kind: Model = "binomial" if model == "binomial" else "poisson"
    (p1, pa1), (p2, pa2) = checked_points(producer, consumer, None if kind == "poisson" else 1.0)
    if kind == "binomial":
        g = math.log(p2 / p1) + math.log1p(-p1) - math.log1p(-p2)
        slope = (math.log1p(-p1) - math.log1p(-p2)) / g
    else:
        g = math.log(p2 / p1)
        slope = (p2 - p1) / g
    h_accept, h_reject = math.log(pa1 / pa2) / g, math.log((1.0 - pa2) / (1.0 - pa1)) / g
    if stop is None:
        stop = 3 * find_plan((p1, pa1), (p2, pa2), model=kind).n
    return SequentialPlan(slope, h_accept, h_reject, whole("stop", stop, least=1, most=ITEMS), kind)


def sequential_characteristic(
    plan: SequentialPlan, p: Column, *, lot_size: int | None = None
) -> SequentialCharacteristic:
    """Compute OC, ASN, AOQ and ATI of a sequential plan item by item, for all qualities at once.

    The distribution of the count among lots still undecided is carried from item to item (no Wald approximation, no
    overshoot neglected), until hardly any lot is undecided or the plan stops. Memory: qualities x width of the band.
    ATI = sum over items n of P(accepted there) n + P(rejected) N, and AOQ = p (1 - ATI / N); without `lot_size` the
    AOQ is that of an endless lot, p P(accepted), and ATI is NaN. AOQL is found by closing in on the best of a grid.

    Source: A. Wald, Sequential Analysis (1947), with the recursion of L. A. Aroian, Technometrics 10 (1968). Raises
    ValueError at ``p`` (as `characteristic`), ``lot_size`` (smaller than the items that the plan may inspect).

    >>> found = sequential_characteristic(sequential_plan((0.01, 0.95), (0.06, 0.10)), [0.01, 0.06])
    >>> bool(found.accept[0] >= 0.95 and found.accept[1] <= 0.10)
    True
    """
    of_kind("plan", plan, SequentialPlan, "a plan that sequential_plan() makes")
    quality = column("p", p)
    if (quality < 0).any() or (plan.model == "binomial" and (quality > 1).any()):
        raise ValueError("p: give fractions from 0 to 1, or rates of 0 or more for Poisson")
    lot = None if lot_size is None else whole("lot_size", lot_size, least=1)
    if lot is not None and lot < plan.stop:
        raise ValueError(f"lot_size: {lot} is less than the {plan.stop} items that the plan may inspect")
    accept, asn, passed = _followed(plan, quality)
    aoq, ati = _rectified(quality, accept, passed, lot)
    aoql, at = _limit(plan, lot)
    return SequentialCharacteristic(plan, lot, quality, accept, asn, aoq, ati, aoql, at)


def _followed(plan: SequentialPlan, quality: Floats) -> tuple[Floats, Floats, Floats]:
    """Return P(accepted), the mean number of items, and that of accepted lots (summed, not conditional)."""
    band = math.ceil(plan.h_accept + plan.h_reject) + 3
    step = probabilities(plan.model, 1, quality, 1 if plan.model == "binomial" else band)
    # Column i of `state` is the count base + i.
    base, state = 0, np.zeros((len(quality), band + 1))
    state[:, 0] = 1.0
    accept, asn, passed = (np.zeros(len(quality)) for _ in range(3))
    for n in range(1, plan.stop + 1):
        asn += state.sum(axis=1)
        after = np.zeros_like(state)
        for found in range(step.shape[1]):
            after[:, found:] += state[:, : state.shape[1] - found] * step[:, found, None]
        low, high = plan.numbers(n)
        taken = max(low + 1 - base, 0)
        here = after[:, :taken].sum(axis=1)
        accept += here
        passed += n * here
        after[:, :taken] = 0.0
        after[:, max(high - base, 0) :] = 0.0
        base, state = (
            base + taken,
            np.concatenate((after[:, taken:], np.zeros((len(quality), taken))), axis=1),
        )
        if state.sum(axis=1).max() < 1e-13:
            break
    return np.minimum(accept, 1.0), asn, passed


def _rectified(p: Floats, accept: Floats, passed: Floats, lot: int | None) -> tuple[Floats, Floats]:
    """Return AOQ and ATI."""
    if lot is None:
        return p * accept, np.full(len(p), np.nan)
    ati = passed + (1.0 - accept) * lot
    return p * (1.0 - ati / lot), ati


def _limit(plan: SequentialPlan, lot: int | None) -> tuple[float, float]:
    """Return AOQL and where it is reached."""
    low, high = 0.0, 6.0 * plan.slope if plan.model == "poisson" else min(1.0, 6.0 * plan.slope)
    for _ in range(ZOOMS):
        grid = np.linspace(low, high, GRID)
        accept, _asn, passed = _followed(plan, grid)
        aoq = _rectified(grid, accept, passed, lot)[0]
        best = int(np.argmax(aoq))
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, GRID - 1)])
    return float(aoq[best]), float(grid[best])

"""What an attribute plan does to lots: OC, AOQ and its limit, ATI and ASN, exactly and for many qualities at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, of_kind, one_of, whole
from ..results import Result, Table
from .counts import probabilities, without_replacement
from .plans import AttributePlan, Model, checked_model

POINTS = 201
ZOOMS = 6


@dataclass(frozen=True)
class Characteristic(Result):
    """The curves of a plan; arrays have one value for each quality in `p`.

    `accept` is the probability of acceptance, `asn` the average number of items sampled from a lot, `aoq` the average
    outgoing quality where rejected lots are sorted and nonconforming items replaced, `ati` the average number of items
    inspected so (NaN without a lot size). `aoql` is the largest AOQ over all qualities, found at `aoql_at`.
    """

    plan: AttributePlan
    model: Model
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

    def figure(self, curve: str = "accept") -> dict[str, Any]:
        """Return a curve over the quality as an ECharts option: "accept" (the OC), "asn", "aoq" or "ati".

        Raises ValueError at ``curve`` where it is none of these, and for "ati" without a lot size.
        """
        return drawn(self, curve)


def characteristic(
    plan: Any,
    p: Column | None = None,
    *,
    model: str = "binomial",
    lot_size: int | None = None,
) -> Characteristic:
    """Compute the operating characteristic of a single, double or multiple plan.

    With d the count so far, a lot is accepted at stage i with probability P(d_i <= accept_i after no earlier decision);
    the sum over stages is the OC. ASN is the mean number of items drawn, every sample being inspected to its end (no
    curtailment). ATI = sum over stages of P(accepted there) * items drawn + P(rejected) * N, and
    AOQ = p * (1 - ATI / N): the process view of Dodge and Romig (type B). In the hypergeometric model the lot holds a
    fixed number of nonconforming items and the ones found are taken out, so AOQ = E[(D - d) accepted] / N.

    Sources: NIST/SEMATECH e-Handbook 6.2.3.2 and 6.2.4; Montgomery, Statistical Quality Control, chapter 15;
    ISO 2859-1. Assumes random samples and inspection without error.

    `plan`: of `single`, `double` or `multiple`, or what holds one, as `find_plan` and `standard_plan` answer it.
    `p` is the fraction nonconforming, for the Poisson model the nonconformities per item; by default an even grid over
    what matters. The hypergeometric model needs `lot_size`, and `p * lot_size` must be a whole number. Without
    `lot_size` the AOQ is that of an endless lot and ATI is NaN.

    Raises ValueError at ``plan``, at ``p`` (empty, missing, infinite, negative, above 1 unless Poisson, no whole number
    of items), ``lot_size`` (smaller than the plan's samples, lacking), ``model``.

    >>> from setsquare.methods.sampling import double
    >>> found = characteristic(double(50, 1, 4, 100, 3), [0.05])
    >>> round(float(found.accept[0]), 3)
    0.29
    """
    plan, kind = _plan(plan), checked_model(model)
    lot = None if lot_size is None else whole("lot_size", lot_size, least=1)
    if lot is not None and lot < plan.largest:
        raise ValueError(f"lot_size: {lot} is less than the {plan.largest} items that the plan may draw")
    if kind == "hypergeometric" and lot is None:
        raise ValueError("lot_size: the hypergeometric model needs it")
    quality = _grid(plan, kind, lot) if p is None else _checked(p, kind, lot)
    accept, asn, aoq, ati = _curves(plan, kind, lot, quality)
    aoql, at = _limit(plan, kind, lot)
    return Characteristic(plan, kind, lot, quality, accept, asn, aoq, ati, aoql, at)


def _plan(given: Any) -> AttributePlan:
    """Return the plan by attributes that was given, or that what was given holds."""
    made = given if isinstance(given, AttributePlan) else getattr(given, "plan", None)
    if not isinstance(made, AttributePlan):
        of_kind("plan", given, AttributePlan, "a plan by attributes, such as single() or find_plan() makes")
    return made  # type: ignore[return-value] # of_kind raises


CURVES = {
    "accept": ("OC", "Operating characteristic", "probability of acceptance"),
    "asn": ("ASN", "Average sample number", "items sampled"),
    "aoq": ("AOQ", "Average outgoing quality", "quality after inspection"),
    "ati": ("ATI", "Average total inspection", "items inspected"),
}
"""Name, title and vertical axis of each curve."""


def drawn(of: Any, curve: str) -> dict[str, Any]:
    """Return a curve of what has `p` and the curve's values, by its name; raises ValueError at ``curve``."""
    one_of("curve", curve, tuple(CURVES))
    if curve == "ati" and of.lot_size is None:
        raise ValueError("curve: the average total inspection needs a lot size")
    name, title, y = CURVES[curve]
    lines = {name: np.column_stack([of.p, getattr(of, curve)])}
    level = (("AOQL", of.aoql),) if curve == "aoq" else ()
    most = 1.0 if curve == "accept" else None
    return curves(title, "quality of the lot", y, lines, level=level, least=0, most=most)


def _checked(p: Column, model: Model, lot: int | None) -> Floats:
    quality = column("p", p)
    if (quality < 0).any():
        raise ValueError(f"p: give 0 or more, not {quality.min():g}")
    if model != "poisson" and (quality > 1).any():
        raise ValueError(f"p: give fractions up to 1, not {quality.max():g}")
    if model == "hypergeometric":
        items = quality * float(lot or 0)
        if (np.abs(items - np.rint(items)) > 1e-6).any():
            raise ValueError(
                f"p: give whole numbers of nonconforming items among {lot}, as p = items / {lot}"
            )
    return quality


def _top(plan: AttributePlan, model: Model) -> float:
    """Where the OC has fallen to next to nothing."""
    reach = 1.05 * (plan.accept[-1] + 6.0 * np.sqrt(plan.accept[-1] + 1.0) + 2.0) / plan.sizes[0]
    return float(reach if model == "poisson" else min(1.0, reach))


def _grid(plan: AttributePlan, model: Model, lot: int | None) -> Floats:
    top = _top(plan, model)
    if model == "hypergeometric" and lot:
        return np.unique(np.rint(np.linspace(0, min(1.0, top) * lot, POINTS))) / lot
    return np.linspace(0.0, top, POINTS)


def _curves(
    plan: AttributePlan, model: Model, lot: int | None, p: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    width = plan.reject[-1]
    undecided = np.zeros((len(p), width))
    undecided[:, 0] = 1.0
    accept, asn, passed, inspected = (np.zeros(len(p)) for _ in range(4))
    bad = np.rint(p * (lot or 0))
    drawn = 0
    for size, low, high in zip(plan.sizes, plan.accept, plan.reject, strict=True):
        asn += undecided.sum(axis=1) * size
        if model == "hypergeometric" and lot:
            undecided = _draw_from_lot(undecided, size, bad, lot, drawn)
        else:
            undecided = _draw(undecided, probabilities(model, size, p, width - 1))
        drawn += size
        taken = undecided[:, : low + 1]
        here = taken.sum(axis=1)
        accept += here
        inspected += here * drawn
        if lot:
            left = (
                bad[:, None] - np.arange(low + 1) if model == "hypergeometric" else p[:, None] * (lot - drawn)
            )
            passed += (taken * left).sum(axis=1) / lot
        undecided = undecided.copy()
        undecided[:, : low + 1] = 0.0
        undecided[:, high:] = 0.0
    accept = np.minimum(accept, 1.0)
    if not lot:
        return accept, asn, p * accept, np.full(len(p), np.nan)
    return accept, asn, passed, inspected + (1.0 - accept) * lot


def _draw(before: Floats, sample: Floats) -> Floats:
    """Add an independent sample's count; counts beyond the last column reject and fall out."""
    after = np.zeros_like(before)
    for found in np.flatnonzero(before.any(axis=0)):
        after[:, found:] += before[:, found, None] * sample[:, : before.shape[1] - found]
    return after


def _draw_from_lot(before: Floats, size: int, bad: Floats, lot: int, drawn: int) -> Floats:
    after = np.zeros_like(before)
    counts = np.arange(before.shape[1])
    for found in np.flatnonzero(before.any(axis=0)):
        left = np.maximum(bad - found, 0.0)[:, None]
        sample = without_replacement(size, left, lot - drawn, counts[: before.shape[1] - found])
        after[:, found:] += before[:, found, None] * sample
    return after


def _limit(plan: AttributePlan, model: Model, lot: int | None) -> tuple[float, float]:
    """Return AOQL and where it is reached, by closing in on the best of a grid."""
    low, high = 0.0, _top(plan, model)
    for _ in range(ZOOMS):
        grid = np.linspace(low, high, POINTS)
        if model == "hypergeometric" and lot:
            grid = np.unique(np.rint(grid * lot)) / lot
        aoq = _curves(plan, model, lot, grid)[2]
        best = int(np.argmax(aoq))
        low, high = float(grid[max(best - 2, 0)]), float(grid[min(best + 2, len(grid) - 1)])
    return float(aoq[best]), float(grid[best])

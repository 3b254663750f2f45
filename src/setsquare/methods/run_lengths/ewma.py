"""Run lengths of the EWMA by its integral equation, with limits of a long run or exact from the first point on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..inputs import Floats, flag, number
from ..quadrature import legendre
from .chain import Chain, bell, lasting
from .result import PROBABILITIES, RunLengths, described, started, values_of

LEAST_WEIGHT, MOST_WIDTH = 0.001, 20.0
"""Where the nodes would be too many; a chart that wide signals never."""
SETTLED = 1e-11
"""Limits that vary are taken as those of a long run once their variance lacks less than this share."""


def ewma(
    shift: Any,
    *,
    weight: float = 0.2,
    width: float = 3.0,
    steady: bool = False,
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of the two-sided EWMA z_i = weight x_i + (1 - weight) z_(i-1), z_0 the mean in control.

    ``shift``: of the mean, in sigmas of the plotted statistic (times sqrt(n) for means of n), one or many. ``weight``,
    ``width`` and ``steady`` as in ``charts.ewma``: limits at width sd(z_i), exact for each i, or where ``steady`` those
    of a long run from the start. ``start`` "steady": the shift comes after long without a signal, when limits are those
    of a long run anyway (conditional steady state).

    L(x) = 1 + integral over (-b, b) of f((y - (1 - weight) x) / weight - shift) / weight L(y) dy, b the limit, at
    Gauss-Legendre nodes; relative error below 1e-9. Limits that vary are followed point by point first. Source: Crowder
    (1987), Technometrics 29; Lucas and Saccucci (1990), Technometrics 32; Knoth (2003), on exact limits.

    Assumes independent normal values, mean and sigma known. Raises ValueError at ``shift``, at ``weight`` outside
    [0.001, 1], at ``width`` outside (0, 20], ``steady``, ``start``, ``probabilities``.

    >>> ewma([0, 1], weight=0.1, width=2.814, steady=True).arl.round(1).tolist()
    [499.6, 10.3]
    """
    weight, width, begin = (
        checked_weight(weight),
        number("width", width, above=0, most=MOST_WIDTH),
        started(start),
    )
    steady = flag("steady", steady)

    def runs(delta: float) -> Chain:
        return ewma_chain(delta, weight, width, steady, after_long=begin == "steady")

    design = {"weight": weight, "width": width, "steady": steady}
    of = "shift of the mean in sigmas"
    given = values_of("shift", shift)
    return described("ewma", design, of, given, runs, start=begin, probabilities=probabilities)


def checked_weight(weight: Any) -> float:
    """Return the weight of a new value; raises ValueError at ``weight``."""
    made = number("weight", weight, above=0, most=1)
    if made < LEAST_WEIGHT:
        raise ValueError(f"weight: give {LEAST_WEIGHT:g} or more, not {made:g}")
    return made


def ewma_chain(delta: float, weight: float, width: float, steady: bool, *, after_long: bool = False) -> Chain:
    """The chain among z_0 and the nodes between the limits of a long run."""
    limit = width * np.sqrt(weight / (2 - weight))
    places, shares = legendre(-1.0, 1.0, 30 + int(np.ceil(8 * limit / weight)))
    states = np.concatenate(([0.0], limit * places))
    moves = np.zeros((len(states), len(states)))
    moves[:, 1:] = _moves(states, limit * places, limit * shares, weight, delta)
    start = np.zeros(len(states))
    if after_long:
        before = np.zeros_like(moves)
        before[:, 1:] = _moves(states, limit * places, limit * shares, weight, 0.0)
        return Chain(moves, lasting(before))
    if steady or weight == 1:
        start[0] = 1.0
        return Chain(moves, start)
    early = [1.0]
    last, state, lacking = np.zeros(1), np.ones(1), (1 - weight) ** 2
    while lacking > SETTLED:
        now = limit * np.sqrt(1 - lacking)
        state = state @ _moves(last, now * places, now * shares, weight, delta)
        early.append(float(state.sum()))
        last, lacking = now * places, lacking * (1 - weight) ** 2
    start[1:] = state
    return Chain(moves, start, np.asarray(early[:-1]))


def _moves(before: Floats, after: Floats, shares: Floats, weight: float, delta: float) -> Floats:
    """Densities of moves times the weights of the nodes that they lead to."""
    return shares * bell((after - (1 - weight) * before[:, None]) / weight - delta) / weight

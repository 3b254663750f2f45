"""Run lengths of the tabular CUSUM by its integral equation: one- and two-sided, with a head start, in steady state."""

import dataclasses
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..inputs import Floats, flag, number
from ..quadrature import legendre
from .chain import Chain, Survival, bell, deviation, followed, lasting
from .result import PROBABILITIES, RunLengths, described, started, values_of

MOST_H = 200.0


def cusum(
    shift: Any,
    *,
    k: float = 0.5,
    h: float = 5.0,
    head_start: float = 0.0,
    two_sided: bool = True,
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of the CUSUM C+ = max(0, C+ + z - k), signal above h, and its mirror image where `two_sided`.

    ``shift``: of the mean, in sigmas of the plotted statistic (times sqrt(n) for means of n), one or many; ``k``,
    ``h`` and ``head_start`` in the same unit, as in ``charts.cusum``. ``start`` "steady": the shift comes after long
    without a signal (conditional steady state in control; the head start is then forgotten).

    L(x) = 1 + F(k - x - shift) L(0) + integral over (0, h) of f(y + k - x - shift) L(y) dy at Gauss-Legendre nodes;
    relative error below 1e-9. Both sides together are exact as well: whenever one signals, the other is at 0, so that
    E N+ = E N + P(lower first) ARL+, and likewise for the distribution. Source: Page (1954); Goel and Wu (1971),
    Technometrics 13; Lucas and Crosier (1982), Technometrics 24; Vance (1986), JQT 18.

    Assumes independent normal values, mean and sigma known. Raises ValueError at ``shift``, at ``k`` below 0, at ``h``
    outside (0, 200], at ``head_start`` from h on (two-sided: above h / 2 + k), ``start``, ``probabilities``.

    >>> cusum([0, 1], h=4).arl.round(2).tolist()
    [167.68, 8.38]
    """
    k, h, begin = number("k", k, least=0), number("h", h, above=0, most=MOST_H), started(start)
    two_sided = flag("two_sided", two_sided)
    head_start = number("head_start", head_start, least=0)
    if head_start >= h or (two_sided and head_start > h / 2 + k):
        raise ValueError(
            f"head_start: give less than h{', at most h / 2 + k' if two_sided else ''}, not {head_start:g}"
        )

    def runs(delta: float) -> Chain | TwoSided:
        if not two_sided:
            return _one_sided(delta, k, h, head_start, begin == "steady")
        return TwoSided(*(_side(sign * delta, k, h, head_start, begin == "steady") for sign in (1, -1)))

    design = {"k": k, "h": h, "head_start": head_start, "two_sided": two_sided}
    of = "shift of the mean in sigmas"
    given = values_of("shift", shift)
    return described("cusum", design, of, given, runs, start=begin, probabilities=probabilities)


def cusum_arl(delta: float, k: float, h: float, head_start: float, two_sided: bool) -> float:
    """Average run length from zero state alone: what a search for h asks for again and again."""
    if not two_sided:
        return _one_sided(delta, k, h, head_start, False).sums()[0]
    return TwoSided(*(_side(sign * delta, k, h, head_start, False) for sign in (1, -1))).mean()


def siegmund_arl(shift: Any, *, k: float = 0.5, h: float = 5.0, two_sided: bool = True) -> Floats:
    """Siegmund's approximation of the CUSUM's ARL: (exp(-2 d b) + 2 d b - 1) / (2 d^2), d = shift - k, b = h + 1.166.

    b^2 where d is 0; 1 / ARL = 1 / ARL+ + 1 / ARL- for both sides. Good to a few per cent; for a check by hand, as
    ``cusum`` is exact. Source: Siegmund (1985); Montgomery, Statistical Quality Control, section 9.1.

    >>> siegmund_arl([0, 1], h=5).round(1).tolist()
    [469.1, 10.3]
    """
    delta, b = values_of("shift", shift), number("h", h, above=0) + 1.166
    k, two_sided = number("k", k, least=0), flag("two_sided", two_sided)

    def side(drift: Floats) -> Floats:
        scaled = 2 * drift * b
        small = np.abs(scaled) < 1e-8
        safe = np.where(small, 1.0, drift)
        return np.where(small, b * b, (np.expm1(-2 * safe * b) + 2 * safe * b) / (2 * safe**2))

    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        above = side(delta - k)
        return np.asarray(1 / (1 / above + 1 / side(-delta - k)) if two_sided else above)


@dataclasses.dataclass(frozen=True)
class Side:
    """One sum of a two-sided chart: its moves, its state at first, and the state 0 (place 0)."""

    begun: Chain

    @property
    def anew(self) -> Chain:
        """The sum begun at 0."""
        zero = np.zeros(len(self.begun.moves))
        zero[0] = 1.0
        return Chain(self.begun.moves, zero)


@dataclasses.dataclass(frozen=True)
class TwoSided:
    """Both sums at once: N is the smaller of N+ and N-; where one signals first, the other begins anew at 0."""

    upper: Side
    lower: Side

    def mean(self) -> float:
        """From E N+ = E N + P(- first) M+ and E N- = E N + P(+ first) M-, M the means begun at 0."""
        begun = [side.begun.sums()[0] for side in (self.upper, self.lower)]
        anew = [side.anew.sums()[0] for side in (self.upper, self.lower)]
        # One sum may need longer than a double can tell; then the other one is the run length.
        for near, far in ((0, 1), (1, 0)):
            if not 0 < anew[far] < 1e12 * anew[near]:
                return begun[near]
        return (begun[0] * anew[1] + begun[1] * anew[0] - anew[0] * anew[1]) / (anew[0] + anew[1])

    def moments(self) -> tuple[float, float]:
        """The exact mean, and the deviation from the distribution."""
        return self.mean(), deviation(*self._survival.sums())

    def quantile(self, probability: float) -> float:
        """Look among the computed survivals, or go on by the constant rate."""
        return self._survival.quantile(probability)

    @cached_property
    def _survival(self) -> Survival:
        return followed(self._survivals, 128)

    def _survivals(self, many: int) -> Floats:
        """P(N > n) for n = 0 ... many.

        N+ = n by f+_n: the upper sum signals first, by a_n, or the lower one did, by b, and the upper one then from 0
        by g+: a_n = f+_n - sum b_i g+_(n-i), b_n = f-_n - sum a_i g-_(n-i).
        """
        f_up, g_up, f_down, g_down = (
            -np.diff(chain.survivals(many))
            for side in (self.upper, self.lower)
            for chain in (side.begun, side.anew)
        )
        first_up, first_down = np.zeros(many), np.zeros(many)
        for n in range(many):
            first_up[n] = f_up[n] - first_down[:n] @ g_up[:n][::-1]
            first_down[n] = f_down[n] - first_up[:n] @ g_down[:n][::-1]
        return np.concatenate(([1.0], 1 - np.cumsum(first_up + first_down)))


def _side(delta: float, k: float, h: float, head_start: float, steady: bool) -> Side:
    moves, start = _moves(delta, k, h, head_start)
    if steady:
        start = _both_lasting(k, h)
    return Side(Chain(moves, start))


def _one_sided(delta: float, k: float, h: float, head_start: float, steady: bool) -> Chain:
    moves, start = _moves(delta, k, h, head_start)
    return Chain(moves, lasting(_moves(0.0, k, h, 0.0)[0]) if steady else start)


def _moves(delta: float, k: float, h: float, head_start: float) -> tuple[Floats, Floats]:
    """Moves among 0, the nodes in (0, h) and the head start, which is never returned to, and the state at first."""
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    places, weights = legendre(0.0, h, 24 + int(np.ceil(5 * h)))
    states = np.concatenate(([0.0], places, [head_start]))
    moves = np.zeros((len(states), len(states)))
    moves[:, 0] = ndtr(k - states - delta)
    moves[:, 1:-1] = weights * bell(places - states[:, None] + k - delta)
    start = np.zeros(len(states))
    start[-1] = 1.0
    return moves, start


@lru_cache(maxsize=64)
def _both_lasting(k: float, h: float) -> Floats:
    """Distribution of one sum after long without a signal of either, in control.

    The generating function of N in control is 2 g / (1 + g), g(s) that of one sum from 0, and has its pole where
    g(s) = -1, beyond the pole of g. There, what one sum has gone through is proportional to (I - s moves)^-1 from 0.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - loads when first used

    moves, _ = _moves(0.0, k, h, 0.0)
    unit, signal = np.eye(len(moves)), 1 - moves.sum(axis=1)

    def inverse(s: float) -> float:
        return 1 / (s * float(np.linalg.solve(unit - s * moves, signal)[0])) + 1

    pole = 1 / float(np.linalg.eigvals(moves).real.max())
    far = 1.5
    while inverse(1 + far * (pole - 1)) > 0:
        far *= 1.1
    s = 1 + (pole - 1) * brentq(lambda part: inverse(1 + part * (pole - 1)), 1.0 + 1e-9, far, xtol=1e-13)
    gone = np.linalg.solve((unit - s * moves).T, unit[0])
    return np.asarray(gone / gone.sum())

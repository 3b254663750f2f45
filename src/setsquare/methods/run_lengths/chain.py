"""Run lengths of a chart as the time until a Markov chain leaves its states: moments, quantiles, steady states."""

import dataclasses
import math
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Protocol

import numpy as np

from ..inputs import Floats

MOST = 16384
"""Points that a distribution is followed for at most; beyond, its rate of signals is taken as constant."""


LONGEST = 1e12
"""Averages beyond are lost in rounding, and answered as infinite."""
ROUNDS = 1000
"""Steps of inverse iteration at most."""


class Runs(Protocol):
    """The distribution of a run length: points until a signal, the signalling one counted."""

    def moments(self) -> tuple[float, float]:
        """Return mean and standard deviation."""

    def quantile(self, probability: float) -> float:
        """Return the least n with P(run length <= n) >= probability."""


@dataclasses.dataclass(frozen=True)
class Chain:
    """Runs through states that are left by a signal.

    ``moves`` has the probability of each move that is no signal, shape (m, m): rows are where from. ``start`` is the
    distribution over states before the first of these moves. Where limits vary at first, ``early`` holds
    P(run length > i) for the points i = 0, 1, ... before, and ``start`` sums to what is left after them.
    """

    moves: Floats
    start: Floats
    early: Floats = dataclasses.field(default_factory=lambda: np.zeros(0))

    def moments(self) -> tuple[float, float]:
        """Mean: sum of P(N > n); E N (N + 1) / 2: sum of (n + 1) P(N > n), both by solving with I - moves."""
        mean, half = self.sums()
        return mean, deviation(mean, half)

    def sums(self) -> tuple[float, float]:
        """Return E N and E N (N + 1) / 2; infinite where they are longer than can be told."""
        from scipy.linalg import LinAlgWarning, lu_factor, lu_solve  # noqa: PLC0415 - loads when first used

        with warnings.catch_warnings(), np.errstate(invalid="ignore", over="ignore"):
            warnings.simplefilter("ignore", LinAlgWarning)
            factors = lu_factor(np.eye(len(self.moves)) - self.moves)
            once = lu_solve(factors, np.ones(len(self.moves)), check_finite=False)
            twice = lu_solve(factors, once, check_finite=False)
            points = len(self.early)
            mean = float(self.early.sum() + self.start @ once)
            half = self.early @ np.arange(1.0, points + 1) + points * (self.start @ once) + self.start @ twice
        return (mean, float(half)) if 0 < mean < LONGEST else (math.inf, math.inf)

    def survivals(self, many: int) -> Floats:
        """Return P(N > n) for n = 0 ... many."""
        made, state = list(self.early[: many + 1]), self.start
        while len(made) <= many:
            made.append(state.sum())
            state = state @ self.moves
        return np.asarray(made)

    def quantile(self, probability: float) -> float:
        """Follow the chain to where the rate of signals is constant, and go on by that rate."""
        return self.survival.quantile(probability)

    @cached_property
    def survival(self) -> "Survival":
        """P(run length > n) for all n."""
        made, state = list(self.early), self.start

        def further(many: int) -> Floats:
            nonlocal state
            while len(made) <= many:
                made.append(state.sum())
                state = state @ self.moves
            return np.asarray(made)

        return followed(further, 64 + len(made))


@dataclasses.dataclass(frozen=True)
class Survival:
    """P(run length > n) for n = 0 ... len(left) - 1, and the constant rate of signals from there on."""

    left: Floats
    rate: float

    def sums(self) -> tuple[float, float]:
        """Return E N and E N (N + 1) / 2, the rest in closed form."""
        if self.rate < 1 / LONGEST:
            return math.inf, math.inf
        points, rest = np.arange(1.0, len(self.left)), self.left[-1]
        mean = self.left[:-1].sum() + rest / self.rate
        half = points @ self.left[:-1]
        return float(mean), float(half + rest * (len(self.left) / self.rate + (1 - self.rate) / self.rate**2))

    def quantile(self, probability: float) -> float:
        """Return the least n with P(run length <= n) >= probability."""
        among = np.flatnonzero(self.left <= 1 - probability)
        if among.size:
            return int(among[0])
        if self.rate < 1 / LONGEST:
            return math.inf
        further = np.log((1 - probability) / self.left[-1]) / np.log1p(-self.rate)
        return len(self.left) - 1 + int(np.ceil(further - 1e-9))


def followed(survivals: Callable[[int], Floats], many: int) -> Survival:
    """Compute twice as many survivals again and again until their rate of decay is constant."""
    while True:
        left = survivals(many)
        gone = np.flatnonzero(left < 1e-11)
        if gone.size:
            return Survival(np.append(left[: gone[0]], 0.0), 1.0)
        rates = 1 - left[1:] / left[:-1]
        settled = abs(rates[-1] - rates[many // 2]) < max(1e-9 * rates[-1], 1e-15)
        if settled or many >= MOST:
            return Survival(left, float(rates[-1]))
        many *= 2


def deviation(mean: float, half: float) -> float:
    """Standard deviation from E N and E N (N + 1) / 2."""
    return math.sqrt(max(2 * half - mean - mean**2, 0.0)) if math.isfinite(half) else math.inf


def lasting(moves: Floats) -> Floats:
    """Return the distribution over states of a chart that has run long without a signal.

    It is the left eigenvector of the largest eigenvalue, which is next to 1, and so the first of (I - moves)^-1; a
    little more than I keeps that from being singular.
    """
    from scipy.linalg import lu_factor, lu_solve  # noqa: PLC0415 - loads when first used

    factors = lu_factor((1 + 1e-9) * np.eye(len(moves)) - moves)
    state, before = np.full(len(moves), 1 / len(moves)), np.zeros(len(moves))
    for _ in range(ROUNDS):
        if np.abs(state - before).max() < 1e-14:
            break
        before, state = state, lu_solve(factors, state, trans=1)
        state /= state.sum()
    return state


def bell(x: Floats) -> Floats:
    """Standard normal density."""
    return np.asarray(np.exp(-x * x / 2) / np.sqrt(2 * np.pi))

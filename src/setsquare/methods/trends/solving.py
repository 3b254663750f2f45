"""Roots of many increasing functions at once: Newton's steps, kept within a bracket that halves where they leave it."""

from collections.abc import Callable

import numpy as np

from ..inputs import Floats

Increasing = Callable[[Floats], tuple[Floats, Floats]]
"""From places, shape (n,), the functions' values and slopes there."""


def root(function: Increasing, low: Floats, high: Floats, start: Floats | None = None) -> Floats:
    """Return where each function is zero between `low` and `high`; the end where it is not zero between them."""
    low, high = low.astype(np.float64).copy(), high.astype(np.float64).copy()
    at = (low + high) / 2 if start is None else np.clip(start, low, high)
    with np.errstate(all="ignore"):
        for _ in range(200):
            value, slope = function(at)
            low, high = np.where(value < 0, at, low), np.where(value < 0, high, at)
            step = at - value / slope
            fits = (step > low) & (step < high)
            made = np.where(fits, step, (low + high) / 2)
            moved = np.abs(made - at)
            at = made
            if (moved <= 1e-14 * (1 + np.abs(at))).all():
                break
    return np.asarray(at)


def bisect(function: Callable[[Floats], Floats], low: Floats, high: Floats, steps: int = 60) -> Floats:
    """Return where each increasing function is zero, by halving alone; for functions without a slope."""
    low, high = low.astype(np.float64).copy(), high.astype(np.float64).copy()
    for _ in range(steps):
        at = (low + high) / 2
        below = function(at) < 0
        low, high = np.where(below, at, low), np.where(below, high, at)
    return np.asarray((low + high) / 2)

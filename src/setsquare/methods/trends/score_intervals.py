"""Intervals of the difference and the ratio of two proportions by inverting the score test; of many pairs at once.

Sources: O. Miettinen and M. Nurminen, Statistics in Medicine 4 (1985); C. P. Farrington and G. Manning, Statistics in
Medicine 9 (1990), for the proportions under a given difference; R. G. Newcombe, Statistics in Medicine 17 (1998).
"""

import numpy as np

from ..inputs import Floats
from .pairs import Pair, mover
from .solving import bisect

FAR = 60.0
"""Logarithm of a ratio that no data reach."""


def wilson(counts: Floats, sizes: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return the score interval of a proportion."""
    share, square = counts / sizes, reach**2
    middle = (share + square / (2 * sizes)) / (1 + square / sizes)
    half = reach * np.sqrt(share * (1 - share) / sizes + square / (4 * sizes**2)) / (1 + square / sizes)
    low, high = np.where(counts > 0, middle - half, 0.0), np.where(counts < sizes, middle + half, 1.0)
    return low, high


def newcombe(given: Pair, reach: float) -> tuple[Floats, Floats]:
    """Return the difference's interval from both score intervals (Newcombe's method 10)."""
    ends = (wilson(*part, reach) for part in given.parts)
    low, high = mover((given.x / given.of_x, given.y / given.of_y), *ends)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def difference(given: Pair, reach: float) -> tuple[Floats, Floats]:
    """Return the difference's interval: all that the score test with variance times N / (N - 1) does not reject."""
    seen = given.x / given.of_x - given.y / given.of_y
    one = np.ones(len(seen))
    low = bisect(lambda at: reach - difference_score(given, at), -one, seen)
    high = bisect(lambda at: -reach - difference_score(given, at), seen, one)
    return low, high


def difference_score(given: Pair, apart: Floats) -> Floats:
    """Return the standardised difference seen less `apart`, with the proportions that are likeliest `apart`."""
    p, q, n, m = given.x / given.of_x, given.y / given.of_y, given.of_x, given.of_y
    theta = m / n
    a = 1 + theta
    b = -(1 + theta + p + theta * q + apart * (theta + 2))
    c = apart**2 + apart * (2 * p + theta + 1) + p + theta * q
    d = -p * apart * (1 + apart)
    v = b**3 / (27 * a**3) - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(b**2 / (9 * a**2) - c / (3 * a), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(u == 0, 0.0, np.clip(v / u**3, -1, 1))
    first = np.clip(2 * u * np.cos((np.pi + np.arccos(turn)) / 3) - b / (3 * a), 0, 1)
    second = np.clip(first - apart, 0, 1)
    variance = (first * (1 - first) / n + second * (1 - second) / m) * (n + m) / (n + m - 1)
    return _standard(p - q - apart, variance)


def ratio(given: Pair, reach: float) -> tuple[Floats, Floats]:
    """Return the ratio's interval by the score test, 0 and infinite where there is no event."""
    wide = np.full(len(given.x), FAR)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.log(given.x / given.of_x) - np.log(given.y / given.of_y)
    seen = np.clip(np.nan_to_num(seen, nan=0.0, posinf=FAR, neginf=-FAR), -FAR, FAR)
    low = bisect(lambda at: reach - ratio_score(given, np.exp(at)), -wide, seen, 80)
    high = bisect(lambda at: -reach - ratio_score(given, np.exp(at)), seen, wide, 80)
    return np.where(given.x > 0, np.exp(low), 0.0), np.where(given.y > 0, np.exp(high), np.inf)


def ratio_score(given: Pair, times: Floats) -> Floats:
    """Return the standardised first share less `times` the second, with the likeliest shares of that ratio."""
    x, y, n, m = given.x, given.y, given.of_x, given.of_y
    total = n + m
    b = n * times + x + m + y * times
    root = np.sqrt(np.maximum(b**2 - 4 * total * times * (x + y), 0.0))
    # The smaller root, in the form that does not cancel.
    second = np.clip(2 * (x + y) / (b + root), 0, 1)
    first = np.clip(second * times, 0, 1)
    variance = (first * (1 - first) / n + times**2 * second * (1 - second) / m) * total / (total - 1)
    return _standard(x / n - times * y / m, variance)


def _standard(apart: Floats, variance: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        made = apart / np.sqrt(variance)
    return np.asarray(np.where(apart == 0, 0.0, made))

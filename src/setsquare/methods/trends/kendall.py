"""The exact distribution of Kendall's S where nothing but chance orders the values, ties among them as they are.

With d pairs out of order among all pairs of unequal values, S = pairs - 2 d. How many orders have d such pairs is the
coefficient of q^d in the Gaussian multinomial [n]! / ([t1]! [t2]! ...), with the ties' sizes t (M. G. Kendall, Rank
Correlation Methods, 4th ed. 1970, 5; D. E. Knuth, The Art of Computer Programming 3, 5.1.2).
"""

from functools import lru_cache

import numpy as np

from ..inputs import Floats


@lru_cache(maxsize=1024)
def disorder(n: int, ties: tuple[int, ...] = ()) -> Floats:
    """Return P(d pairs out of order), d = 0 .. all pairs of unequal values; `ties` are the sizes above 1, sorted."""
    pairs = n * (n - 1) // 2 - sum(size * (size - 1) // 2 for size in ties)
    ways = [1] + [0] * pairs
    below = [size for many in ties for size in range(2, many + 1)]
    for size in range(2, n + 1):
        if size in below:
            below.remove(size)
        else:
            _times(ways, size)
    for size in below:
        _over(ways, size)
    total = sum(ways)
    made = np.array([way / total for way in ways])
    made.setflags(write=False)
    return made


def exact_p(statistic: float, n: int, ties: tuple[int, ...], alternative: str) -> float:
    """Return p of S: P(S at least that), P(S at most that), or P(|S| at least that); S is symmetric."""
    chances = disorder(n, ties)
    values = len(chances) - 1 - 2 * np.arange(len(chances))
    if alternative == "two-sided":
        return float(min(1.0, chances[np.abs(values) >= abs(statistic)].sum()))
    signed = statistic if alternative == "greater" else -statistic
    return float(min(1.0, chances[values >= signed].sum()))


def exact_rank(n: int, tail: float) -> int:
    """Return the largest m for which fewer than m of all pairs are out of order with probability `tail` at most."""
    return int(np.searchsorted(np.cumsum(disorder(n)), tail, side="right"))


def tie_sizes(values: Floats) -> tuple[int, ...]:
    """Return how often each value occurs that occurs more than once, sorted."""
    many = np.unique(values, return_counts=True)[1]
    return tuple(sorted(int(size) for size in many if size > 1))


def _times(ways: list[int], size: int) -> None:
    """Multiply by 1 + q + ... + q^(size - 1) = (1 - q^size) / (1 - q)."""
    for place in range(len(ways) - 1, size - 1, -1):
        ways[place] -= ways[place - size]
    _running(ways, 1)


def _over(ways: list[int], size: int) -> None:
    """Divide by it."""
    for place in range(len(ways) - 1, 0, -1):
        ways[place] -= ways[place - 1]
    _running(ways, size)


def _running(ways: list[int], step: int) -> None:
    for place in range(step, len(ways)):
        ways[place] += ways[place - step]

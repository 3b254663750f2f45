"""How far two examiners agree who put the same people on the levels of a scale."""

import math
import statistics
from collections.abc import Sequence


def agreement_of_levels(first: Sequence[int], second: Sequence[int]) -> float:
    """Return Cohen's kappa with quadratic weights of two examiners' levels, beyond what chance agrees.

    1 - sum (a - b)^2 / what it would be if who was rated were mixed, which is
    2 cov / (var a + var b + (mean a - mean b)^2) with moments of divisor n. NaN where both gave everybody one level.

    Source: J. L. Fleiss and J. Cohen, Educational and Psychological Measurement 33 (1973), 613. Raises ValueError at
    ``second`` where there are not as many levels, and at ``first`` where there are none.

    >>> agreement_of_levels([0, 1, 2, 3], [0, 1, 2, 3]), agreement_of_levels([0, 1, 2, 3], [1, 1, 2, 2])
    (1.0, 0.6666666666666666)
    """
    if not first:
        raise ValueError("first: is empty")
    if len(second) != len(first):
        raise ValueError(f"second: has {len(second)} levels, but first has {len(first)}")
    a, b = statistics.fmean(first), statistics.fmean(second)
    together = statistics.fmean((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    chance = statistics.pvariance(first) + statistics.pvariance(second) + (a - b) ** 2
    return 2 * together / chance if chance > 0 else math.nan

"""Which categories differ: all pairs compared, and what follows for groups and ranks.

Sources: J. Przyborowski and H. Wilenski, Biometrika 31 (1940), for two counts given their sum; S. Holm, Scandinavian
Journal of Statistics 6 (1979); H.-P. Piepho, Journal of Computational and Graphical Statistics 13 (2004), for letters;
M. Klein, T. Wright and J. Wieczorek, JRSS A 183 (2020), for joint confidence sets of ranks.
"""

import dataclasses
import string
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs import Bools, Floats
from ..results import Part
from .tally import Tally

Places = NDArray[np.int64]
EXACT = "exact binomial test given the sum of both"
NORMAL = "normal test of both values, with sums of squared weights as variances"
CONTROL = "Holm, over both directions of all pairs"


@dataclasses.dataclass(frozen=True)
class Group(Part):
    """Neighbours in order of which no two differ; a category may stand in several groups."""

    letter: str
    labels: tuple[str, ...]


def larger(given: Tally) -> Floats:
    """Return p, adjusted by Holm, of each category's value being no larger than each other's, shape (m, m).

    Given x + y occurrences of two categories, with weights u and v for one, values are equal in the long run where x
    is binomial with v / (u + v). Where occurrences weigh differently, (X - Y) / sqrt(sum of squared weights) is
    taken for normal. The diagonal is 1.
    """
    m = len(given.labels)
    w = given.weights
    raw = _normal(given.values, given.squares) if w is None else _exact(given.counts, w)
    np.fill_diagonal(raw, np.inf)
    order = np.argsort(raw, axis=None, kind="stable")[: m * (m - 1)]
    many = len(order)
    raised = np.minimum(1.0, np.maximum.accumulate(raw.ravel()[order] * (many - np.arange(many))))
    made = np.ones(m * m)
    made[order] = raised
    return made.reshape(m, m)


def groups(labels: tuple[str, ...], different: Bools) -> tuple[Group, ...]:
    """Return the longest runs of neighbours of which no two are different, with letters from a."""
    m = len(labels)
    runs: list[tuple[int, int]] = []
    stop = 0
    for start in range(m):
        end = max(stop, start + 1)
        while end < m and not different[start:end, end].any():
            end += 1
        if end > stop:
            runs.append((start, end))
        stop = end
    return tuple(Group(_letter(place), labels[start:end]) for place, (start, end) in enumerate(runs))


def rank_ends(above: Bools) -> tuple[Places, Places]:
    """Return each category's best and worst rank; `above[i, j]` says that i is larger than j."""
    m = len(above)
    return 1 + above.sum(axis=0), m - above.sum(axis=1)


def ranks(values: Floats) -> Places:
    """Return ranks of falling values from 1; equal ones share the best."""
    told = told_apart(values)
    return np.asarray(1 + (told[None, :] > told[:, None]).sum(axis=1))


def told_apart(values: Floats) -> Floats:
    """Return values to twelve digits, so that those which are equal but for rounding are equal.

    >>> told_apart(np.array([0.3, 3 * 0.1])).tolist()
    [0.3, 0.3]
    """
    return np.array([float(f"{value:.12g}") for value in values])


def _exact(counts: Floats, weights: Floats) -> Floats:
    from scipy.special import betainc  # noqa: PLC0415 - loads when first used

    x, y = counts[:, None], counts[None, :]
    share = weights[None, :] / (weights[:, None] + weights[None, :])
    # P(at least x of x + y) is the incomplete beta function of x and y + 1; of x = 0 it is 1.
    return np.where(x > 0, betainc(np.maximum(x, 1), y + 1, share), 1.0)


def _normal(values: Floats, squares: Floats) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    apart = values[:, None] - values[None, :]
    return np.asarray(ndtr(-apart / np.sqrt(squares[:, None] + squares[None, :])))


def _letter(place: int) -> str:
    made: Any = string.ascii_lowercase[place % 26]
    return f"{_letter(place // 26 - 1)}{made}" if place >= 26 else made

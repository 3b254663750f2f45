"""Exact tests of two proportions over all tables of the same sizes, at the common proportion that is worst.

Sources: G. A. Barnard, Biometrika 34 (1947); R. D. Boschloo, Statistica Neerlandica 24 (1970); C. R. Mehta and P.
Senchaudhuri, Conditional versus Unconditional Exact Tests (2003).
"""

from typing import Any

import numpy as np

from ..inputs import Floats

MOST_TABLES = 1_000_000
EPSILON = 1e-9


def barnard(x: int, n: int, y: int, m: int, alternative: str) -> float:
    """Return p with tables ordered by the standardised difference with pooled variance."""
    shares, others = np.arange(n + 1)[:, None] / n, np.arange(m + 1)[None, :] / m
    pooled = (n * shares + m * others) / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (shares - others) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    z = np.nan_to_num(z, nan=0.0)
    order = np.abs(z) if alternative == "two-sided" else z if alternative == "greater" else -z
    return greatest(order >= order[x, y] - EPSILON)


def boschloo(x: int, n: int, y: int, m: int, alternative: str) -> float:
    """Return p with tables ordered by Fisher's one-sided p; two-sided is twice the smaller, at most 1."""
    upper, lower = fisher_tails(n, m)
    found = {
        name: greatest(tail <= tail[x, y] * (1 + 1e-7))
        for name, tail in (("greater", upper), ("less", lower))
        if alternative in (name, "two-sided")
    }
    return min(1.0, 2 * min(found.values())) if alternative == "two-sided" else found[alternative]


def fisher_tails(n: int, m: int) -> tuple[Floats, Floats]:
    """Return P(at least x) and P(at most x) given the sum of events, of every table, shape (n + 1, m + 1)."""
    from scipy.special import gammaln  # noqa: PLC0415 - loads when first used

    def ways(total: int, chosen: Any) -> Any:
        return gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1)

    x, y = np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]
    chances = np.exp(ways(n, x) + ways(m, y) - ways(n + m, x + y))
    # A row for each sum of events, so that tables of one sum lie beside one another.
    by_sum = np.zeros((n + m + 1, n + 1))
    by_sum[x + y, x] = chances
    upper, lower = np.cumsum(by_sum[:, ::-1], axis=1)[:, ::-1], np.cumsum(by_sum, axis=1)
    return np.minimum(1.0, upper[x + y, x]), np.minimum(1.0, lower[x + y, x])


def greatest(tables: Any) -> float:
    """Return the greatest probability of a set of tables, shape (n + 1, m + 1), over all common proportions.

    A fine grid of proportions, then ever finer ones around its three best, until they are 1e-9 apart.
    """
    n, m = tables.shape[0] - 1, tables.shape[1] - 1
    inside = tables.astype(np.float64)
    grid = np.sin(np.linspace(0, np.pi / 2, 257)) ** 2
    chances = _chances(inside, n, m, grid)
    best = float(chances.max())
    for place in np.argsort(chances)[-3:]:
        low, high = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        while high - low > 1e-9:
            finer = np.linspace(low, high, 17)
            found = _chances(inside, n, m, finer)
            at = int(found.argmax())
            best = max(best, float(found[at]))
            low, high = finer[max(at - 1, 0)], finer[min(at + 1, 16)]
    return min(1.0, best)


def _chances(inside: Floats, n: int, m: int, shares: Floats) -> Floats:
    first, second = _binomial(n, shares), _binomial(m, shares)
    return np.asarray(((first @ inside) * second).sum(axis=1))


def _binomial(n: int, shares: Floats) -> Floats:
    from scipy.special import gammaln, xlog1py, xlogy  # noqa: PLC0415 - loads when first used

    counts, p = np.arange(n + 1)[None, :], shares[:, None]
    logs = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    return np.asarray(np.exp(logs + xlogy(counts, p) + xlog1py(n - counts, -p)))

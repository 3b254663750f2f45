"""Many tests at once: which findings survive when the share of false ones among them is to be kept low.

Sources: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995); Y. Benjamini and D. Yekutieli, Annals of Statistics 29 (2001);
J. D. Storey, JRSS B 64 (2002), and with J. E. Taylor and D. Siegmund, JRSS B 66 (2004), for pi0.
"""

import dataclasses
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..figures import curves
from ..inputs import Bools, Column, Floats, column, one_of
from ..results import Result, Table, plain
from .given import level as share

Control = Literal["benjamini-hochberg", "benjamini-yekutieli", "storey"]
CONTROLS = ("benjamini-hochberg", "benjamini-yekutieli", "storey")


@dataclasses.dataclass(frozen=True)
class Discoveries(Result):
    """The q-value of each test: the lowest false-discovery rate at which it is among the findings."""

    method: str
    level: float
    p: Floats
    q: Floats
    """NaN where p is missing."""
    survives: Bools
    """q at most `level`."""
    tests: int
    """How many p there are."""
    found: int
    pi0: float
    """Share of tests without an effect that was reckoned with: 1 but for Storey's."""

    def table(self) -> Table:
        """Return a row for each test, the smallest p first."""
        order: NDArray[np.intp] = np.argsort(self.p, kind="stable")
        columns = [plain(one[order]) for one in (self.p, self.q, self.survives)]
        return Table(("test", "p", "q", "survives"), tuple(zip(order.tolist(), *columns, strict=True)))

    def figure(self) -> dict[str, Any]:
        """Return p by rank with the line that the last survivor lies below, as an ECharts option."""
        there = ~np.isnan(self.p)
        order = np.argsort(self.p[there], kind="stable")
        p, survives = self.p[there][order], self.survives[there][order]
        rank = np.arange(1.0, len(p) + 1)
        bound = self.level * rank / (_times(self.method, len(p)) * self.pi0 * max(len(p), 1))
        points = {
            name: np.column_stack([rank[chosen], p[chosen]])
            for name, chosen in (("survives", survives), ("does not", ~survives))
        }
        lines = {"bound": np.column_stack([rank, bound])}
        return curves(f"False discovery, {self.method}", "rank of p", "p", lines, points=points, least=0)


def false_discovery(p: Column, *, method: Control = "benjamini-hochberg", level: float = 0.05) -> Discoveries:
    """Return which of many tests survive, so that on average at most a share `level` of the survivors is false.

    With p ordered, q_i = min over j >= i of c pi0 m p_j / j, at most 1. ``benjamini-hochberg``: c = pi0 = 1, for tests
    that are independent or positively dependent; ``benjamini-yekutieli``: c = 1 + 1/2 + ... + 1/m, whatever the
    dependence; ``storey``: c = 1 and pi0 from how many p are large: for lambda = 0.05, 0.10, ... 0.95, pi0 = (share of
    p >= lambda) / (1 - lambda), taken where its estimated mean squared error is least; for many tests, of which a good
    part has an effect. Missing p are no tests. Raises ValueError at `p` where one lies outside 0 to 1.

    >>> found = false_discovery([0.001, 0.008, 0.039, 0.041, 0.6])
    >>> [round(float(q), 4) for q in found.q], found.found
    ([0.005, 0.02, 0.0513, 0.0513, 0.6], 2)
    """
    one_of("method", method, CONTROLS)
    limit = share("level", level)
    given = column("p", p, missing=True)
    there = ~np.isnan(given)
    held = given[there]
    if (held < 0).any() or (held > 1).any():
        raise ValueError("p: lies outside 0 to 1")
    many = len(held)
    pi0 = _share_without_effect(held) if method == "storey" else 1.0
    times = _times(method, many)
    order = np.argsort(held, kind="stable")
    raised = np.minimum(1.0, held[order] * times * pi0 * many / np.arange(1, many + 1))
    made = np.empty(many)
    made[order] = np.minimum.accumulate(raised[::-1])[::-1]
    q = np.full(len(given), np.nan)
    q[there] = made
    survives = np.nan_to_num(q, nan=np.inf) <= limit
    return Discoveries(method, limit, given, q, survives, many, int(survives.sum()), pi0)


def _times(method: str, many: int) -> float:
    """Return c, what dependence of any kind between the tests costs."""
    return float((1 / np.arange(1, many + 1)).sum()) if method == "benjamini-yekutieli" else 1.0


def _share_without_effect(p: Floats) -> float:
    """Return pi0 at the lambda of the least estimated mean squared error, from 1 / m to 1."""
    many = len(p)
    cut = np.arange(0.05, 0.951, 0.05)
    above = np.array([(p >= at).sum() for at in cut])
    shares = above / many / (1 - cut)
    error = above / (many**2 * (1 - cut) ** 2) * (1 - above / many) + (shares - np.quantile(shares, 0.1)) ** 2
    return float(np.clip(shares[error == error.min()].min(), 1 / many, 1.0))

"""Plans by variables, k method: accept where (mean - lower) / s or (upper - mean) / s is at least k."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..figures import bars, curves
from ..inputs import Column, Floats, column, number, of_kind, one_of, whole
from ..results import Result, Table
from .search import Point, checked_points, through

Sigma = Literal["known", "unknown"]
SIGMAS: tuple[Sigma, ...] = ("known", "unknown")
LARGEST = 10_000_000
MOST_POINTS = 100_000
PLAN = "a plan by variables, such as variables_plan() makes"


@dataclass(frozen=True)
class VariablesPlan(Result):
    """A plan by variables: the sample size and the acceptability constant k.

    `sigma` says whether the process standard deviation is known (sigma method) or estimated by the sample's s with
    divisor n - 1 (s method). `method` names how the plan was made.
    """

    n: int
    k: float
    sigma: Sigma
    method: str = "given"

    def figure(self) -> dict[str, Any]:
        """Return the OC curve for one limit as an ECharts option."""
        x, y = "fraction nonconforming", "probability of acceptance"
        return curves("Operating characteristic", x, y, {"OC": variables_curve(self).rows}, least=0, most=1)


@dataclass(frozen=True)
class FoundVariablesPlan(Result):
    """The smallest plan by variables that meets both points; any k from `k_low` to `k_high` does."""

    plan: VariablesPlan
    k_low: float
    k_high: float
    producer: Point
    consumer: Point
    producer_accept: float
    consumer_accept: float

    def figure(self) -> dict[str, Any]:
        """Return the OC curve with both points that were asked for, as an ECharts option."""
        return through({"OC": variables_curve(self.plan).rows}, self.producer, self.consumer)


@dataclass(frozen=True)
class VariablesDecision(Result):
    """The judgement of one lot: the quality statistic at each limit (None without one), and whether it is accepted."""

    accepted: bool
    plan: VariablesPlan
    mean: float
    sd: float
    q_lower: float | None
    q_upper: float | None

    def figure(self) -> dict[str, Any]:
        """Return the quality statistics beside k, which they have to reach, as an ECharts option."""
        found = {"lower limit": self.q_lower, "upper limit": self.q_upper}
        shown = {name: q for name, q in found.items() if q is not None}
        title = "Accepted" if self.accepted else "Not accepted"
        return bars(
            title, "quality statistic Q", shown, {"Q": list(shown.values())}, level=(("k", self.plan.k),)
        )


def variables_plan(n: int, k: float, *, sigma: str = "unknown") -> VariablesPlan:
    """Return a plan with given constants, for instance read from ISO 3951-1 or ANSI/ASQ Z1.9.

    Raises ValueError at ``n`` (below 1; below 2 where sigma is unknown), ``k``, ``sigma``.

    >>> variables_plan(20, 1.69).sigma
    'unknown'
    """
    kind = checked_sigma(sigma)
    return VariablesPlan(whole("n", n, least=1 if kind == "known" else 2), number("k", k), kind)


def variables_acceptance(plan: VariablesPlan, p: Column) -> Floats:
    """Return the probability of acceptance of lots with fraction nonconforming `p` beyond one limit.

    With z = the upper p quantile of the normal distribution: sigma known Phi(sqrt(n) (z - k)); unknown
    P(T >= sqrt(n) k) of the noncentral t with n - 1 degrees of freedom and noncentrality sqrt(n) z
    (Lieberman and Resnikoff 1955, JASA 50; ISO 3951-1). Assumes normal data and one limit. p = 0 is accepted surely,
    p = 1 never. Raises ValueError at ``p``.

    >>> bool(variables_acceptance(variables_plan(20, 1.69), [0.01])[0] > 0.9)
    True
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    of_kind("plan", plan, VariablesPlan, PLAN)
    quality = column("p", p)
    if (quality < 0).any() or (quality > 1).any():
        raise ValueError("p: give fractions from 0 to 1")
    inner = np.clip(quality, 1e-300, 1.0 - 1e-16)
    z = -special.ndtri(inner)
    root = math.sqrt(plan.n)
    if plan.sigma == "known":
        made = special.ndtr(root * (z - plan.k))
    else:
        made = 1.0 - special.nctdtr(plan.n - 1, root * z, root * plan.k)
    return np.asarray(np.where(quality == 0, 1.0, np.where(quality == 1, 0.0, made)))


def variables_curve(plan: VariablesPlan, points: int = 101) -> Table:
    """Return the OC curve as a table from p = 0 to where acceptance has become rare.

    >>> variables_curve(variables_plan(20, 1.69)).columns
    ('p', 'accept')
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    of_kind("plan", plan, VariablesPlan, PLAN)
    spread = math.sqrt(
        1.0 / plan.n + (plan.k**2 / (2.0 * max(plan.n - 1, 1)) if plan.sigma == "unknown" else 0.0)
    )
    top = float(special.ndtr(-(plan.k - 4.0 * spread)))
    p = np.linspace(0.0, min(top, 1.0), whole("points", points, least=2, most=MOST_POINTS))
    return Table(("p", "accept"), tuple(zip(p.tolist(), variables_acceptance(plan, p).tolist(), strict=True)))


def find_variables_plan(producer: Point, consumer: Point, *, sigma: str = "unknown") -> FoundVariablesPlan:
    """Find the plan by variables with the smallest sample that meets both points (one limit, normal data).

    Known sigma: k may be at most z1 - z(1 - alpha) / sqrt(n) for the producer and at least z2 + z(1 - beta) / sqrt(n)
    for the consumer. Unknown sigma: both bounds are quantiles of the noncentral t divided by sqrt(n), exactly rather
    than by the normal approximation of handbooks, whose samples can be an item off (Lieberman and Resnikoff 1955,
    JASA 50). The smallest n whose bounds leave room is taken, k in the middle of the room.

    Raises ValueError at ``producer``, ``consumer`` (as `find_plan`, or a sample of over ten million), ``sigma``.

    >>> find_variables_plan((0.01, 0.95), (0.06, 0.10), sigma="known").plan.n
    15
    """
    kind = checked_sigma(sigma)
    good, bad = checked_points(producer, consumer, 1.0)
    low = 0 if kind == "known" else 1
    high = low + 1
    while not _meets(high, good, bad, kind):
        low, high = high, 2 * high
        if high > LARGEST:
            raise ValueError(
                "consumer: too close to the producer's point; the sample would exceed ten million"
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _meets(middle, good, bad, kind) else (middle, high)
    k_low, k_high = _room(high, good, bad, kind)
    plan = VariablesPlan(high, (k_low + k_high) / 2.0, kind, "two points")
    reached = variables_acceptance(plan, [good[0], bad[0]])
    return FoundVariablesPlan(plan, k_low, k_high, good, bad, float(reached[0]), float(reached[1]))


def judge(
    plan: VariablesPlan,
    values: Column,
    *,
    lower: float | None = None,
    upper: float | None = None,
    sd: float | None = None,
) -> VariablesDecision:
    """Judge a lot by its sample, k method with a limit on one or each side (separate control of both sides).

    Accepted where Q = (mean - lower) / sd and (upper - mean) / sd, as far as given, are at least k (ISO 3951-1,
    form k). `sd` is the process standard deviation for a plan with known sigma; otherwise the sample's s (divisor
    n - 1) is used. Constant data with s = 0 have an infinite Q within a limit, and a lot beyond it is rejected; a mean
    exactly on the limit gives Q = 0.

    Raises ValueError at ``values`` (not n of them, missing, infinite), ``lower`` (neither limit, not below upper),
    ``upper``, ``sd`` (lacking, not above 0, or given although unknown).

    >>> judge(variables_plan(3, 1.0), [9.0, 10.0, 11.0], lower=8.5).q_lower
    1.5
    """
    of_kind("plan", plan, VariablesPlan, PLAN)
    given = column("values", values)
    if len(given) != plan.n:
        raise ValueError(f"values: the plan asks for {plan.n}, not {len(given)}")
    low = None if lower is None else number("lower", lower)
    high = None if upper is None else number("upper", upper)
    if low is None and high is None:
        raise ValueError("lower: give a lower or an upper limit")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"lower: must be below the upper limit {high:g}, not {low:g}")
    if plan.sigma == "known":
        if sd is None:
            raise ValueError("sd: the plan takes sigma as known, so give it")
        spread = number("sd", sd, above=0.0)
    else:
        if sd is not None:
            raise ValueError("sd: the plan estimates it from the sample, so leave it out")
        spread = float(given.std(ddof=1))
    mean = float(given.mean())
    q_lower = None if low is None else _quality(mean - low, spread)
    q_upper = None if high is None else _quality(high - mean, spread)
    accepted = all(q >= plan.k for q in (q_lower, q_upper) if q is not None)
    return VariablesDecision(accepted, plan, mean, spread, q_lower, q_upper)


def _quality(distance: float, spread: float) -> float:
    if spread > 0:
        return distance / spread
    return math.copysign(math.inf, distance) if distance else 0.0


def checked_sigma(sigma: str) -> Sigma:
    """Return what is said of sigma; raises ValueError at ``sigma``."""
    return one_of("sigma", sigma, SIGMAS)


def _meets(n: int, good: Point, bad: Point, sigma: Sigma) -> bool:
    low, high = _room(n, good, bad, sigma)
    return low <= high


def _room(n: int, good: Point, bad: Point, sigma: Sigma) -> tuple[float, float]:
    """Return the least k for the consumer and the largest for the producer."""
    from scipy import special  # noqa: PLC0415 - loads when first used

    root = math.sqrt(n)
    bounds: list[Any] = []
    for quality, chance in (bad, good):
        z = -special.ndtri(quality)
        if sigma == "known":
            bounds.append(z - special.ndtri(chance) / root)
        else:
            bounds.append(special.nctdtrit(n - 1, root * z, 1.0 - chance) / root)
    return float(bounds[0]), float(bounds[1])

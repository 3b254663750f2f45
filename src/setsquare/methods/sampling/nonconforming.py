"""The fraction nonconforming estimated from a sample, and lots judged by it: form 2 of Z1.9, form p* of ISO 3951."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..figures import bars
from ..inputs import Column, number, whole
from ..results import Result
from .variables import Sigma, VariablesDecision, VariablesPlan, checked_sigma, judge


@dataclass(frozen=True)
class ShareDecision(Result):
    """A lot judged by its estimated fraction nonconforming, of both limits together."""

    accepted: bool
    share: float
    share_lower: float
    share_upper: float
    maximum: float
    statistics: VariablesDecision
    """Mean, standard deviation and quality statistics (its own judgement is by k)."""

    def figure(self) -> dict[str, Any]:
        """Return the estimated fractions beside the largest that is accepted, as an ECharts option."""
        shown = {"below": self.share_lower, "above": self.share_upper, "both": self.share}
        title = "Accepted" if self.accepted else "Not accepted"
        y = "estimated fraction nonconforming"
        return bars(title, y, shown, {"share": list(shown.values())}, level=(("M", self.maximum),))


def estimated_share(n: int, q: float, sigma: str = "unknown") -> float:
    """Return the unbiased estimate with least variance of the fraction beyond a limit.

    With the quality statistic Q = (limit - mean) / sd: for unknown sigma I_x(n / 2 - 1, n / 2 - 1), the incomplete beta
    function, at x = max(0, 1/2 - Q sqrt(n) / (2 (n - 1))); for known sigma Phi(-Q sqrt(n / (n - 1))). Source: G. J.
    Lieberman and G. J. Resnikoff, JASA 50 (1955); ANSI/ASQ Z1.9, form 2. Normal data; n = 2 with unknown sigma has the
    estimate 0, 1/2 or 1 only, n = 1 with known sigma 0 or 1.

    Raises ValueError at ``n`` (below 1; below 2 for unknown sigma), ``q``, ``sigma``.

    >>> round(estimated_share(10, 1.41), 4)
    0.0727
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    kind = checked_sigma(sigma)
    size = whole("n", n, least=1 if kind == "known" else 2)
    q = number("q", q)
    if kind == "known":
        if size == 1:
            return 0.5 if q == 0 else float(q < 0)
        return float(special.ndtr(-q * math.sqrt(size / (size - 1))))
    x = float(np.clip(0.5 - q * math.sqrt(size) / (2.0 * (size - 1)), 0.0, 1.0))
    if size == 2:
        return 0.0 if x == 0 else 1.0 if x == 1 else 0.5
    return float(special.betainc(size / 2 - 1, size / 2 - 1, x))


def judge_share(
    plan: VariablesPlan,
    values: Column,
    *,
    maximum: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    sd: float | None = None,
) -> ShareDecision:
    """Judge a lot by the fraction nonconforming that its sample lets expect, of both limits together.

    Accepted where the estimates beyond the lower and the upper limit add to M or less (`maximum`; by default the share
    that belongs to the plan's k). With one limit this is the k method again. Source: ANSI/ASQ Z1.9, form 2; ISO 3951-2,
    form p*. Raises ValueError as `judge` does, and at ``maximum`` (outside 0 to 1).

    >>> from setsquare.methods.sampling import variables_plan
    >>> judge_share(variables_plan(5, 1.24), [9.8, 10.1, 10.0, 10.2, 9.9], lower=9.5, upper=10.5).accepted
    True
    """
    found = judge(plan, values, lower=lower, upper=upper, sd=sd)
    if maximum is None:
        most = estimated_share(plan.n, plan.k, plan.sigma)
    else:
        most = number("maximum", maximum, least=0.0, most=1.0)
    shares = [_share(plan.n, q, plan.sigma) for q in (found.q_lower, found.q_upper)]
    return ShareDecision(sum(shares) <= most, sum(shares), shares[0], shares[1], most, found)


def _share(n: int, q: float | None, sigma: Sigma) -> float:
    if q is None:
        return 0.0
    if math.isinf(q):
        return float(q < 0)
    return estimated_share(n, q, sigma)

"""The operating characteristic of a plan by variables with known sigma, for a lower and an upper limit together.

With a known sigma the mean alone decides which fraction lies beyond both limits, and so whether a lot is accepted.

Sources: G. J. Lieberman and G. J. Resnikoff, JASA 50 (1955); ANSI/ASQ Z1.9, form 2; ISO 3951-2, form p*.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, number, of_kind, one_of
from ..results import Result
from .nonconforming import estimated_share
from .variables import PLAN, VariablesPlan

Form = Literal["k", "M"]
FORMS: tuple[Form, ...] = ("M", "k")


@dataclass(frozen=True)
class TwoLimits(Result):
    """The chance that a lot is accepted over the fraction beyond either limit, where sigma is known.

    `least` is the fraction beyond both limits while the mean is midway, and none is smaller. `accept_within` is how far
    from midway, in sigmas, the mean of a sample may be; below 0 where no sample is accepted.
    """

    plan: VariablesPlan
    separation: float
    form: Form
    maximum: float | None
    least: float
    accept_within: float
    p: Floats
    accept: Floats

    def figure(self) -> dict[str, Any]:
        """Return the OC curve as an ECharts option."""
        x, y = "fraction beyond both limits", "probability of acceptance"
        line = {"OC": np.column_stack([self.p, self.accept])}
        return curves("Operating characteristic, two limits", x, y, line, least=0, most=1)


def two_limits(
    plan: VariablesPlan,
    separation: float,
    p: Column | None = None,
    *,
    form: Form = "M",
    maximum: float | None = None,
) -> TwoLimits:
    """Compute the OC of a plan by variables with known sigma for both limits, `separation` sigmas apart.

    A mean d sigmas off midway has p = Phi(d - D / 2) + Phi(-d - D / 2) beyond both limits, D being the separation; a
    sample whose mean is at most t off midway is accepted: Phi(sqrt(n) (t - d)) - Phi(-sqrt(n) (t + d)).
    `form` k: each limit by itself, as `judge` does, t = D / 2 - k. M: the estimated fractions beyond both together, as
    `judge_share` does, up to `maximum` (by default that of the plan's k). `p`: fractions from the least that the limits
    allow, 2 Phi(-D / 2), to 1; by default an even grid over what matters. Normal data, sigma as it is said to be.

    Raises ValueError at ``plan`` (sigma unknown, for which the OC depends on how p divides between the limits),
    ``separation`` not above 0, ``p``, ``form``, ``maximum`` (outside 0 to 1, or given with form k).

    >>> from setsquare.methods.sampling import variables_plan
    >>> found = two_limits(variables_plan(15, 1.97, sigma="known"), 6.0, [0.01, 0.06])
    >>> found.accept.round(3).tolist()
    [0.919, 0.054]
    """
    of_kind("plan", plan, VariablesPlan, PLAN)
    if plan.sigma != "known":
        raise ValueError("plan: is for an unknown sigma; give one for a known sigma")
    apart, kind = number("separation", separation, above=0), one_of("form", form, FORMS)
    if kind == "k" and maximum is not None:
        raise ValueError("maximum: belongs to form M; leave it out")
    most = None if kind == "k" else _maximum(plan, maximum)
    within = apart / 2 - plan.k if most is None else _accepted_within(plan.n, apart, most)
    least = _beyond(np.zeros(1), apart)[0]
    quality = _grid(plan, apart, least, within) if p is None else _checked(p, least)
    accept = _accepted(plan.n, within, _off_midway(quality, apart))
    return TwoLimits(plan, apart, kind, most, float(least), within, quality, accept)


def _maximum(plan: VariablesPlan, maximum: float | None) -> float:
    if maximum is None:
        return estimated_share(plan.n, plan.k, "known")
    return number("maximum", maximum, least=0.0, most=1.0)


def _checked(p: Column, least: float) -> Floats:
    quality = column("p", p)
    if (quality < least * (1 - 1e-9)).any() or (quality > 1).any():
        raise ValueError(f"p: give fractions from {least:.4g}, which lie beyond both limits at best, to 1")
    return quality


def _beyond(off: Floats, apart: float) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    return np.asarray(ndtr(off - apart / 2) + ndtr(-off - apart / 2))


def _off_midway(share: Floats, apart: float) -> Floats:
    """Return how far off midway a mean has this share beyond both limits, 0 where it has more midway; by bisection."""
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    sure = share >= 1
    low, high = np.zeros(share.shape), np.maximum(apart / 2 + ndtri(np.where(sure, 0.5, share)), 0.0)
    for _ in range(100):
        middle = (low + high) / 2
        short = _beyond(middle, apart) < share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(sure, np.inf, high)


def _accepted_within(n: int, apart: float, most: float) -> float:
    """Solve the estimates of `estimated_share` beyond both limits for the mean; they are those of a wider spread."""
    if most >= 1:
        return math.inf
    if n == 1:
        return apart / 2
    wider = math.sqrt(n / (n - 1))
    if _beyond(np.zeros(1), apart * wider)[0] > most:
        return -1.0
    return float(_off_midway(np.array([most]), apart * wider)[0]) / wider


def _accepted(n: int, within: float, off: Floats) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    if within < 0:
        return np.zeros(off.shape)
    root = math.sqrt(n)
    if math.isinf(within):
        return np.ones(off.shape)
    return np.asarray(ndtr(root * (within - off)) - ndtr(root * (-within - off)))


def _grid(plan: VariablesPlan, apart: float, least: float, within: float) -> Floats:
    """Return even fractions up to where acceptance has become rare."""
    off = max(0.0, min(within, apart)) + 4 / math.sqrt(plan.n)
    return np.linspace(float(least), float(_beyond(np.array([off]), apart)[0]), 101)

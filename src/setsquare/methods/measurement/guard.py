"""Guard bands: acceptance limits inside the tolerance, so that uncertainty does not let wrong parts pass.

Sources: JCGM 106:2012 (conformity assessment), ISO 14253-1:2017, ILAC-G8:09/2019. The measurement's error is normal
with the standard uncertainty u and without bias.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from ..figures import bars, curves
from ..inputs import Floats, number, of_kind
from ..quadrature import unit_legendre
from ..results import Result

BAND = "acceptance limits, as guard_band() answers them"
Decision = Literal["pass", "conditional pass", "conditional fail", "fail"]


@dataclasses.dataclass(frozen=True)
class GuardBand(Result):
    """Acceptance limits (infinite where there is no limit), and the width that was taken off on each side.

    `risk` is the greatest probability that an accepted value belongs to a part beyond the limit at which it lies.
    """

    lower: float
    upper: float
    accept_low: float
    accept_high: float
    width: float
    uncertainty: float
    risk: float
    ratio: float
    method: str

    def figure(self) -> dict[str, Any]:
        """Return how probably a part of each true value is accepted, with all limits, as an ECharts option."""
        from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

        x = _about(self)
        high, low = (self.accept_high - x) / self.uncertainty, (self.accept_low - x) / self.uncertainty
        line = np.column_stack([x, ndtr(high) - ndtr(low)])
        ends = (("lower", self.lower), ("upper", self.upper))
        inner = (("", self.accept_low), ("", self.accept_high))
        return curves(
            "Guard bands", "true value", "probability of acceptance", {"accepted": line}, upright=(*ends, *inner),
            least=0, most=1,
        )  # fmt: skip


def guard_band(
    lower: float | None,
    upper: float | None,
    uncertainty: float,
    *,
    multiplier: float | None = None,
    risk: float | None = None,
) -> GuardBand:
    """Return the acceptance limits for a standard uncertainty u: the limits of the tolerance moved inwards by w = m u.

    Give `multiplier` m (2 is ILAC-G8's w = U with a coverage factor of 2; 0 is simple acceptance; below 0 widens),
    or the `risk`, from which m = the normal quantile of 1 - risk (0.05 makes 1.645, as in ISO 14253-1's default).
    Neither is 1.645. `ratio` is the test uncertainty ratio (upper - lower) / (4 u), NaN for one limit. Limits and u
    are in the units of what is measured.

    Raises ValueError where no limit is given, `upper` is not above `lower`, or the band leaves nothing to accept.

    >>> band = guard_band(9.0, 11.0, 0.1, multiplier=2)
    >>> round(band.accept_low, 6), round(band.accept_high, 6), round(band.risk, 4)
    (9.2, 10.8, 0.0228)
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    low, high = _limits(lower, upper)
    u = number("uncertainty", uncertainty, above=0)
    if multiplier is not None and risk is not None:
        raise ValueError("multiplier: give it or the risk, not both")
    if multiplier is None:
        chance = 0.05 if risk is None else number("risk", risk, above=0, most=0.5)
        m = -float(ndtri(chance))
        method = f"risk of {chance:g} at the limit"
    else:
        m = number("multiplier", multiplier)
        method = f"{m:g} times the standard uncertainty"
    if low + m * u > high - m * u:
        raise ValueError("uncertainty: is so large that the guard bands leave nothing to accept")
    ratio = (high - low) / (4 * u) if math.isfinite(high - low) else math.nan
    return GuardBand(low, high, low + m * u, high - m * u, m * u, u, float(ndtr(-m)), ratio, method)


@dataclasses.dataclass(frozen=True)
class Conformity(Result):
    """What one measured value says: the probability that the true one conforms, and the decision.

    "conditional" is said within one guard band of the limit: inside the tolerance, or outside.
    """

    value: float
    probability: float
    decision: Decision
    band: GuardBand
    method: str = "normal, no prior knowledge of the process"

    def figure(self) -> dict[str, Any]:
        """Return the density of the true value about the measured one, with the tolerance, as an ECharts option."""
        u = self.band.uncertainty
        x = np.linspace(self.value - 4 * u, self.value + 4 * u, 121)
        line = np.column_stack([x, np.exp(-(((x - self.value) / u) ** 2) / 2) / (u * math.sqrt(2 * math.pi))])
        # Limits that are far away would leave nothing to see of the curve.
        ends = [
            (name, end)
            for name, end in (("lower", self.band.lower), ("upper", self.band.upper))
            if abs(end - self.value) < 40 * u
        ]
        return curves(
            f"Conformity: {self.decision}",
            "true value",
            "density",
            {"true value": line},
            upright=ends,
            least=0,
        )


def conformity(value: float, band: GuardBand) -> Conformity:
    """Return what a measured value says, given acceptance limits from `guard_band`.

    The probability is F((upper - value) / u) - F((lower - value) / u), F being the normal distribution function.

    >>> found = conformity(10.9, guard_band(9.0, 11.0, 0.1, multiplier=2))
    >>> round(found.probability, 4), found.decision
    (0.8413, 'conditional pass')
    """
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    of_kind("band", band, GuardBand, BAND)
    y = number("value", value)
    inside = float(ndtr((band.upper - y) / band.uncertainty) - ndtr((band.lower - y) / band.uncertainty))
    decision: Decision = "fail"
    if band.accept_low <= y <= band.accept_high:
        decision = "pass"
    elif band.lower <= y <= band.upper:
        decision = "conditional pass"
    elif band.lower - band.width <= y <= band.upper + band.width:
        decision = "conditional fail"
    return Conformity(y, inside, decision, band)


@dataclasses.dataclass(frozen=True)
class Risks(Result):
    """The two risks of inspecting a process: probabilities of all parts made."""

    consumer: float
    producer: float
    conforming: float
    accepted: float
    method: str = "normal process, normal error, Gauss-Legendre quadrature"

    def figure(self) -> dict[str, Any]:
        """Return both risks as bars, an ECharts option."""
        names = ["wrongly accepted (consumer)", "wrongly refused (producer)"]
        return bars(
            "Risks of inspection", "probability", names, {"probability": [self.consumer, self.producer]}
        )


def global_risks(band: GuardBand, mean: float, sd: float) -> Risks:
    """Return how often parts of a normal process are wrongly accepted (consumer) and wrongly refused (producer).

    Both are the integral of the process density times the probability that the measured value falls inside, or
    outside, the acceptance limits (JCGM 106:2012, section 9). `mean` and `sd` are those of the true values.

    >>> found = global_risks(guard_band(9.0, 11.0, 0.1, multiplier=0), 10.0, 0.5)
    >>> round(found.consumer, 4), round(found.producer, 4)
    (0.0068, 0.0111)
    """
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    of_kind("band", band, GuardBand, BAND)
    m, s = number("mean", mean), number("sd", sd, above=0)
    nodes, weights = unit_legendre(64)
    cuts = [m - 10 * s, m + 10 * s]
    near = (band.lower, band.upper, band.accept_low, band.accept_high)
    # The integrand bends only near the limits: pieces between them, and about each within eight uncertainties.
    bends = [place + step * band.uncertainty for place in near for step in range(-8, 9, 2)]
    steps = [m + step * s for step in range(-10, 11)]
    inner = sorted({*cuts, *(x for x in (*near, *bends, *steps) if cuts[0] < x < cuts[1])})
    edges = np.array(inner)
    half = np.diff(edges)[:, None] / 2
    true = edges[:-1, None] + half * (nodes + 1)
    density = weights * half * np.exp(-(((true - m) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
    taken = ndtr((band.accept_high - true) / band.uncertainty) - ndtr(
        (band.accept_low - true) / band.uncertainty
    )
    good = (true >= band.lower) & (true <= band.upper)
    return Risks(
        float((density * taken)[~good].sum()),
        float((density * (1 - taken))[good].sum()),
        float(density[good].sum()),
        float((density * taken).sum()),
    )


def _about(band: GuardBand) -> Floats:
    """Return values about all limits of a band."""
    ends = [end for end in (band.lower, band.upper, band.accept_low, band.accept_high) if math.isfinite(end)]
    room = 5 * band.uncertainty
    return np.linspace(min(ends) - room, max(ends) + room, 241)


def _limits(lower: float | None, upper: float | None) -> tuple[float, float]:
    low = -math.inf if lower is None else number("lower", lower)
    high = math.inf if upper is None else number("upper", upper)
    if lower is None and upper is None:
        raise ValueError("lower: give a lower limit, an upper one or both")
    if high <= low:
        raise ValueError("upper: give more than the lower limit")
    return low, high

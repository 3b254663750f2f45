"""Capability of a process that is not normal, after a transformation: Box and Cox's, and Johnson's.

Sources: G. E. P. Box and D. R. Cox, JRSS B 26 (1964); N. L. Johnson, Biometrika 36 (1949); J. F. Slifker and S. S.
Shapiro, Technometrics 22 (1980), for the fit from four percentiles; Y.-M. Chou, A. M. Polansky and R. L. Mason,
Journal of Quality Technology 30 (1998), for the choice among fits by a test of normality. Limits are transformed
with the values.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ..inputs import Column, Floats, number
from ..results import Result, Table
from .fitting import given, told_apart
from .indices import Indices, Limits, Observed, from_summary, observed, specification
from .normality import Normality, anderson_darling
from .pictures import bell, histogram
from .stability import Stable, Unstable, judged, of_values

_STEPS = np.arange(0.25, 1.2501, 0.01)
_NEAR = 1e-6  # nearer to one the formulas of SU and SB divide by what is lost in rounding

MOST_POWER = 10.0


@dataclasses.dataclass(frozen=True)
class Johnson(Result):
    """z = gamma + eta g((x - epsilon) / lambda): SU with g = asinh, SB with ln(y / (1 - y)), SL with ln y."""

    kind: Literal["SU", "SB", "SL"]
    gamma: float
    eta: float
    epsilon: float
    scale: float
    z: float
    normality: Normality
    method: str = "Slifker and Shapiro's percentiles, the step of the greatest Anderson-Darling p"

    def figure(self) -> dict[str, Any]:
        """Return the normal probability plot of the transformed values, as an ECharts option."""
        return self.normality.figure()

    def transform(self, values: Floats) -> Floats:
        """Return the values on the normal scale; minus or plus infinity beyond where the curve ends."""
        y = (np.asarray(values, dtype=np.float64) - self.epsilon) / self.scale
        with np.errstate(divide="ignore"):
            if self.kind == "SU":
                g = np.arcsinh(y)
            elif self.kind == "SL":
                g = np.log(np.maximum(y, 0.0))
            else:
                inside = np.clip(y, 0.0, 1.0)
                g = np.log(inside) - np.log1p(-inside)
        made: Floats = self.gamma + self.eta * g
        return made


@dataclasses.dataclass(frozen=True)
class TransformedCapability(Result):
    """Overall capability on the transformed scale.

    `transformed` are the limits that were compared with, `values` the transformed values. `parameter` is the power of
    Box and Cox; NaN for Johnson's curve.
    """

    method: str
    parameter: float
    johnson: Johnson | None
    limits: Limits
    transformed: Limits
    mean: float
    sd: float
    indices: Indices
    observed: Observed
    normality: Normality
    stable: bool | None
    warnings: tuple[str, ...]
    values: Floats

    def table(self) -> Table:
        """Return the indices with their intervals, and the parts per million expected and observed."""
        rows = [
            (f"P{name}", index.value, *index.interval)
            for name in ("p", "pl", "pu", "pk")
            for index in (getattr(self.indices, name),)
        ]
        ppm = (("ppm expected", self.indices.ppm), ("ppm observed", self.observed.ppm))
        return Table(("index", "value", "low", "high"), (*rows, *((*row, math.nan, math.nan) for row in ppm)))

    def figure(self) -> dict[str, Any]:
        """Return the transformed values' histogram with limits and normal curve, as an ECharts option."""
        curve = ("normal", bell(self.mean, self.sd))
        return histogram(f"Capability, {self.method}", self.values, self.transformed, [curve])


def box_cox_power(values: Column) -> float:
    """Return the power from -5 to 5 of Box and Cox's transformation with the greatest likelihood.

    The likelihood is (power - 1) sum of ln x - n / 2 ln of the transformed values' variance. Where values lie far
    from zero for their spread it is nearly flat, and the power tells little.

    >>> abs(box_cox_power([1.0, 2.0, 4.0, 8.0, 16.0])) < 1e-6
    True
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - loads when first used

    x = _positive(values)
    told_apart(x)
    logs = np.log(x)
    logs = logs - logs.mean()

    def unlikely(power: float) -> float:
        # Of values over their geometric mean the logarithms add up to zero, which leaves the variance.
        return math.log(float(_powered(logs, power).var()))

    return float(minimize_scalar(unlikely, bounds=(-5, 5), method="bounded", options={"xatol": 1e-10}).x)


def _powered(logs: Floats, power: float) -> Floats:
    made: Floats = logs if abs(power) < 1e-12 else np.expm1(power * logs) / power
    return made


def box_cox_capability(
    values: Column,
    *,
    lower: float | None = None,
    upper: float | None = None,
    power: float | None = None,
    confidence: float = 0.95,
    shift: float = 0.0,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> TransformedCapability:
    """Return the overall capability after (x^power - 1) / power, or ln x for power 0.

    x is taken over the geometric mean, which changes no index and keeps the powers in range. `power` is the
    likeliest unless given, from -10 to 10; 0, 0.5 and so on are easier to explain. All values are above zero; a lower
    limit of zero or below is no limit for a power of zero or below, and is refused below zero. Missing values are left
    out; eight values or more. `stable` and `unstable` as in `capability`, where None draws the chart of the transformed
    values in their order.

    >>> found = box_cox_capability([1.1, 2.2, 1.9, 4.0, 2.6, 1.7, 2.8, 1.5, 8.1], upper=40, power=0)
    >>> round(found.indices.pk.value, 2)
    1.59
    """
    limits = specification(lower, upper, None)
    x = _positive(values)
    if lower is not None and limits.lower < 0:
        raise ValueError("lower: has to be zero or more for this transformation")
    if upper is not None and limits.upper <= 0:
        raise ValueError("upper: has to be above zero for this transformation")
    p = box_cox_power(x) if power is None else number("power", power, least=-MOST_POWER, most=MOST_POWER)

    center = float(np.log(x).mean())

    def transform(y: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return _powered(np.log(y) - center, p)

    return _capability("Box-Cox", p, None, x, limits, transform, _Asked(confidence, shift, stable, unstable))


def johnson(values: Column) -> Johnson:
    """Return Johnson's curve fitted from percentiles at -3z, -z, z and 3z, z from 0.25 to 1.25 by hundredths.

    With m, n, p the distances between these percentiles (upper, lower, middle), mn / p^2 above 1 makes SU, below 1
    SB, and near 1 SL (m / p above 1). Of all z that give a curve which holds every value, that with the greatest
    Anderson-Darling p of the transformed values is taken. Raises ValueError where there is none, and for fewer than
    eight values.

    >>> johnson([1.1, 2.2, 1.9, 4.0, 2.6, 1.7, 2.8, 1.5, 8.1, 3.3, 1.3]).normality.p > 0.5
    True
    """
    x = given(values)
    if len(x) < 8:
        raise ValueError(f"values: give 8 or more, not {len(x)}")
    best: Johnson | None = None
    for z in _STEPS:
        for found in _curves(x, float(z)):
            made = found.transform(x)
            if not np.isfinite(made).all() or made.min() == made.max():
                continue
            tested = dataclasses.replace(found, normality=anderson_darling(made))
            if best is None or tested.normality.p > best.normality.p:
                best = tested
    if best is None:
        raise ValueError("values: no Johnson curve fits them; try a fitted distribution")
    return best


def johnson_capability(
    values: Column,
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
    shift: float = 0.0,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> TransformedCapability:
    """Return the overall capability after Johnson's transformation.

    A limit beyond where the curve ends cannot be passed, and counts as none. `stable` and `unstable` as in
    `box_cox_capability`. Raises ValueError where no curve fits.

    >>> found = johnson_capability([1.1, 2.2, 1.9, 4.0, 2.6, 1.7, 2.8, 1.5, 8.1, 3.3, 1.3], lower=0.5, upper=400)
    >>> found.johnson.kind in ("SU", "SB", "SL")
    True
    """
    limits = specification(lower, upper, None)
    curve = johnson(values)
    return _capability(
        "Johnson",
        math.nan,
        curve,
        given(values),
        limits,
        curve.transform,
        _Asked(confidence, shift, stable, unstable),
    )


@dataclasses.dataclass(frozen=True)
class _Asked:
    """What is asked beside the data and the curve."""

    confidence: float
    shift: float
    stable: Stable
    unstable: Unstable


def _capability(
    method: str, parameter: float, curve: Johnson | None, x: Floats, limits: Limits,
    transform: Callable[[Floats], Floats], asked: _Asked,
) -> TransformedCapability:  # fmt: skip
    made = transform(x)
    if len(x) < 8:
        raise ValueError(f"values: give 8 or more, not {len(x)}")
    low, high = (
        float(transform(np.array([end]))[0]) if math.isfinite(end) else end
        for end in (limits.lower, limits.upper)
    )
    if math.isinf(low) and math.isinf(high):
        raise ValueError("lower: no value can be beyond the limits, so that no index is defined")
    mean, sd = float(made.mean()), float(made.std(ddof=1))
    found = from_summary(
        mean, sd, len(x), lower=low if math.isfinite(low) else None, upper=high if math.isfinite(high) else None,
        confidence=asked.confidence, shift=asked.shift,
    )  # fmt: skip
    inner = Limits(low, high, math.nan)
    calm, notes = judged(asked.stable, asked.unstable, lambda: of_values(made))
    return TransformedCapability(
        method, parameter, curve, limits, inner, mean, sd, found, observed(x, limits), anderson_darling(made), calm,
        notes, made,
    )  # fmt: skip


def _curves(x: Floats, z: float) -> list[Johnson]:
    from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

    ends = np.quantile(x, ndtr(np.array([-3 * z, -z, z, 3 * z])), method="hazen")
    n, p, m = (float(step) for step in np.diff(ends))
    if min(n, p, m) <= 0:
        return []
    middle, ratio = float(ends[1] + ends[2]) / 2, (m / p) * (n / p)
    made = []
    if ratio > 1.0 + _NEAR:
        made.append(_unbounded(m, n, p, z, middle))
    elif ratio < 1.0 - _NEAR:
        made.append(_bounded(m, n, p, z, middle))
    if m / p > 1.0 and abs(ratio - 1) < 0.1:
        made.append(_lognormal(m, p, z, middle))
    return [found for found in made if math.isfinite(found.eta) and found.eta > 0 and found.scale > 0]


_UNTESTED = Normality("Anderson-Darling", math.nan, math.nan, 0)


def _unbounded(m: float, n: float, p: float, z: float, middle: float) -> Johnson:
    a, b = m / p, n / p
    root = math.sqrt(a * b - 1)
    eta = 2 * z / math.acosh((a + b) / 2)
    gamma = eta * math.asinh((b - a) / (2 * root))
    scale = 2 * p * root / ((a + b - 2) * math.sqrt(a + b + 2))
    return Johnson("SU", gamma, eta, middle + p * (b - a) / (2 * (a + b - 2)), scale, z, _UNTESTED)


def _bounded(m: float, n: float, p: float, z: float, middle: float) -> Johnson:
    a, b = p / m, p / n
    product, over = (1 + a) * (1 + b), a * b - 1
    eta = z / math.acosh(math.sqrt(product) / 2)
    gamma = eta * math.asinh((b - a) * math.sqrt(product - 4) / (2 * over))
    scale = p * math.sqrt((product - 2) ** 2 - 4) / over
    return Johnson("SB", gamma, eta, middle - scale / 2 + p * (b - a) / (2 * over), scale, z, _UNTESTED)


def _lognormal(m: float, p: float, z: float, middle: float) -> Johnson:
    a = m / p
    eta = 2 * z / math.log(a)
    gamma = eta * math.log((a - 1) / (p * math.sqrt(a)))
    return Johnson("SL", gamma, eta, middle - p / 2 * (a + 1) / (a - 1), 1.0, z, _UNTESTED)


def _positive(values: Column) -> Floats:
    x = given(values)
    if x.min() <= 0:
        raise ValueError("values: have to be above zero for this transformation")
    return x

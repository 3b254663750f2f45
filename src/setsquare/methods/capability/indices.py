"""Capability of a normal process: indices with intervals, shares beyond the limits, natural bounds.

Sources: NIST/SEMATECH e-Handbook 6.1.6; ISO 22514-2:2017; D. C. Montgomery, Introduction to Statistical Quality
Control, chapter 8; A. F. Bissell, Applied Statistics 39 (1990), for the interval of Cpk; L. K. Chan, S. W. Cheng
and F. A. Spiring, Journal of Quality Technology 20 (1988), and R. A. Boyles, Journal of Quality Technology 23
(1991), for Cpm.

Intervals: Cp by chi-squared; Cpl, Cpu, Cpk by the normal approximation with the variance 1 / (9 n) + Cpk^2 / (2 f);
Cpm by chi-squared with n (1 + d^2)^2 / (1 + 2 d^2) degrees, d = (m - T) / s. f is what the estimator is worth
(`degrees` "estimator"), or n - 1 ("total"), which claims too much where ranges were used. "qcc" is n - 1, and n (1
+ d^2) / (1 + 2 d^2) for Cpm, as that package has it. With `sides` "one" each bound of Cpl and of Cpu holds with the
confidence on its own, as in qcc; else both together.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from ..figures import intervals
from ..inputs import Floats, number, one_of, whole
from ..results import Part, Result, Table
from .pictures import bell, histogram
from .spread import Spread, Within, overall, rows_of, within
from .stability import Stable, Unstable, judged, of_rows

_LEAST = 1e-150  # of a smaller spread the square is lost
Degrees = Literal["estimator", "total", "qcc"]
Boundary = Literal["lower", "upper"]


@dataclasses.dataclass(frozen=True)
class Limits(Part):
    """The specification; infinite where there is no limit, NaN where there is no target.

    `boundary` names the limit that no value can pass (zero for a roundness): it limits nothing that could go wrong.
    """

    lower: float
    upper: float
    target: float
    boundary: Boundary | None = None

    def asked(self) -> "Limits":
        """Return the limits that values can pass: infinite where there is none, or a boundary."""
        if self.boundary is None:
            return self
        if self.boundary == "lower":
            return Limits(-math.inf, self.upper, self.target)
        return Limits(self.lower, math.inf, self.target)


@dataclasses.dataclass(frozen=True)
class Index(Part):
    """An index with its two-sided confidence interval; NaN where the limits do not define it."""

    value: float
    interval: tuple[float, float]


NONE = Index(math.nan, (math.nan, math.nan))


@dataclasses.dataclass(frozen=True)
class Indices(Result):
    """The indices by one standard deviation: Cp and so on by that within subgroups, Pp and so on by the overall one.

    `ppm_lower`, `ppm_upper` and `ppm` are expected parts per million beyond the limits; `z` is the normal quantile
    of the share within them ("bench"), `sigma_level` is z plus the shift asked for.
    """

    spread: Spread
    p: Index
    pl: Index
    pu: Index
    pk: Index
    pm: Index
    ppm_lower: float
    ppm_upper: float
    ppm: float
    z: float
    sigma_level: float
    natural: tuple[float, float]

    def figure(self) -> dict[str, Any]:
        """Return the indices that are defined with their intervals, as an ECharts option."""
        named = (("p", self.p), ("pl", self.pl), ("pu", self.pu), ("pk", self.pk), ("pm", self.pm))
        rows = [
            (f"C{name} or P{name}", one.value, one.interval)
            for name, one in named
            if not math.isnan(one.value)
        ]
        return intervals("Capability indices", "index", rows, upright=(("1", 1.0),))


@dataclasses.dataclass(frozen=True)
class Observed(Part):
    """How many values lay beyond the limits (a value on a limit is inside), in parts per million too."""

    below: int
    above: int
    ppm_lower: float
    ppm_upper: float
    ppm: float


@dataclasses.dataclass(frozen=True)
class Capability(Result):
    """The capability of a process; `within` is None where only the overall spread was asked for.

    The names of the trade are properties: cp, cpl, cpu, cpk, cpm of `within`, pp, ppl, ppu, ppk of `overall`.
    """

    limits: Limits
    n: int
    mean: float
    within: Indices | None
    overall: Indices
    observed: Observed
    confidence: float
    stable: bool | None
    warnings: tuple[str, ...]
    values: Floats
    method: str = "normal distribution"

    @property
    def cp(self) -> Index:
        """The width of the limits over six standard deviations within."""
        return self.within.p if self.within else NONE

    @property
    def cpl(self) -> Index:
        """The distance of the mean from the lower limit over three standard deviations within."""
        return self.within.pl if self.within else NONE

    @property
    def cpu(self) -> Index:
        """The distance of the mean from the upper limit over three standard deviations within."""
        return self.within.pu if self.within else NONE

    @property
    def cpk(self) -> Index:
        """The smaller of Cpl and Cpu."""
        return self.within.pk if self.within else NONE

    @property
    def cpm(self) -> Index:
        """Taguchi's index by the standard deviation within."""
        return self.within.pm if self.within else NONE

    @property
    def pp(self) -> Index:
        """The width of the limits over six overall standard deviations."""
        return self.overall.p

    @property
    def ppl(self) -> Index:
        """The distance of the mean from the lower limit over three overall standard deviations."""
        return self.overall.pl

    @property
    def ppu(self) -> Index:
        """The distance of the mean from the upper limit over three overall standard deviations."""
        return self.overall.pu

    @property
    def ppk(self) -> Index:
        """The smaller of Ppl and Ppu."""
        return self.overall.pk

    def table(self) -> Table:
        """Return a row for each index, with its interval."""
        rows: list[tuple[Any, ...]] = []
        for letter, indices in (("C", self.within), ("P", self.overall)):
            if indices is not None:
                for name in ("p", "pl", "pu", "pk", "pm"):
                    index: Index = getattr(indices, name)
                    rows.append((letter + name, index.value, *index.interval))
                rows.append((f"ppm expected by {indices.spread.method}", indices.ppm, math.nan, math.nan))
        rows.append(("ppm observed", self.observed.ppm, math.nan, math.nan))
        return Table(("index", "value", "low", "high"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return the histogram with the limits and the normal curves, as an ECharts option."""
        curves = [
            (name, bell(self.mean, made.spread.sd))
            for name, made in (("within", self.within), ("overall", self.overall))
            if made is not None
        ]
        return histogram("Capability", self.values, self.limits, curves)


def capability(
    values: Any,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | Literal["middle"] | None = "middle",
    estimator: Within | None = None,
    confidence: float = 0.95,
    degrees: Degrees = "estimator",
    sides: Literal["two", "one"] = "two",
    shift: float = 0.0,
    bounds: float = 3.0,
    boundary: Boundary | None = None,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> Capability:
    """Return the capability of a process whose values are normal: by the spread within subgroups, and overall.

    With mean m, standard deviation s, limits L and U, target T: Cp = (U - L) / 6s; Cpl = (m - L) / 3s; Cpu = (U -
    m) / 3s; Cpk the smaller; Cpm = (U - L) / (6 sqrt(s^2 + (m - T)^2)). With one limit Cp is NaN and Cpk is its
    side's, and Cpm = (U - T) / (3 sqrt(...)) or (T - L) / (3 sqrt(...)) where a target was given. Pp ... the same by
    the overall s. Expected ppm come from the normal distribution, natural bounds are m -+ `bounds` s.

    `degrees` and `sides` choose among intervals, see the module. `values`: a row for each subgroup, or one column of
    single values; missing ones are left out. `estimator`: see `within`; by default "rbar" for subgroups of up to 8
    values, "pooled" for larger ones, "moving range" for a column in order of time. `target`: the middle of the
    limits, a number, or None. `shift` is added to z for the sigma level (1.5 by the Six Sigma habit). `boundary`
    names a limit that no value can pass, such as a lower one of zero: it counts as none.

    `stable` is what the control chart says: True or False, the chart, or what run rules found on it; None draws the
    chart of `values` here (I, or Xbar and R or S; eight points or more). A process that is not stable warns, or is
    refused with `unstable="refuse"`. Raises ValueError where no limit is given, U is not above L, fewer than two
    values exist, all are equal, or one is beyond the boundary.

    >>> found = capability([[9.9, 10.1], [10.0, 10.2], [9.8, 10.0]], lower=9, upper=11, stable=True)
    >>> round(found.cp.value, 3), round(found.ppk.value, 3), found.warnings
    (1.881, 2.357, ())
    """
    limits = specification(lower, upper, target, boundary)
    rows, grouped = rows_of(values)
    flat, inner = _spreads(rows, grouped, estimator)
    within_bounds(limits, flat)
    calm, notes = judged(stable, unstable, lambda: of_rows(rows, grouped))
    mean, asked = float(flat.mean()), _Asked(confidence, degrees, sides, shift, bounds)
    if not limits.lower <= mean <= limits.upper:
        notes = (*notes, "the mean is beyond a limit")
    return Capability(
        limits, len(flat), mean, indices(limits, mean, inner, len(flat), asked),
        indices(limits, mean, overall(flat), len(flat), asked), observed(flat, limits), confidence, calm, notes, flat,
    )  # fmt: skip


def _spreads(rows: Floats, grouped: bool, estimator: Within | None) -> tuple[Floats, Spread]:
    """Return the values in one column, and the spread within subgroups."""
    flat = rows[~np.isnan(rows)]
    if len(flat) < 2:
        raise ValueError("values: give two values or more")
    if flat.min() == flat.max():
        raise ValueError("values: are all equal, so that no index is defined")
    chosen = _default(rows, grouped) if estimator is None else estimator
    one_of("estimator", chosen, ("rbar", "sbar", "pooled", "moving range"))
    inner = within(rows, chosen)
    if inner.sd < _LEAST:
        raise ValueError("values: do not vary within subgroups, so that Cp is not defined")
    return flat, inner


@dataclasses.dataclass(frozen=True)
class _Asked:
    confidence: float
    degrees: str = "estimator"
    sides: str = "two"
    shift: float = 0.0
    bounds: float = 3.0

    def __post_init__(self) -> None:
        one_of("degrees", self.degrees, ("estimator", "total", "qcc"))
        one_of("sides", self.sides, ("two", "one"))
        kept = object.__setattr__  # as floats, whatever numbers were given
        kept(self, "confidence", number("confidence", self.confidence, least=0.5, most=0.9999))
        kept(self, "shift", number("shift", self.shift))
        kept(self, "bounds", number("bounds", self.bounds, above=0))


def from_summary(
    mean: float,
    sd: float,
    n: int,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | Literal["middle"] | None = "middle",
    confidence: float = 0.95,
    shift: float = 0.0,
) -> Indices:
    """Return the indices of a normal process from mean, sample standard deviation and number of the values.

    >>> found = from_summary(749.7685, 2.104, 20, lower=740, upper=760)
    >>> round(found.p.value, 4), [round(end, 4) for end in found.p.interval]
    (1.5843, [1.0847, 2.0832])
    """
    limits = specification(lower, upper, target)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    n = whole("n", n, least=2)
    spread = Spread(number("sd", sd, above=0), n - 1.0, "sample standard deviation")
    return indices(limits, number("mean", mean), spread, n, _Asked(level, shift=shift))


def specification(
    lower: float | None,
    upper: float | None,
    target: float | Literal["middle"] | None,
    boundary: Boundary | None = None,
) -> Limits:
    """Return the limits as numbers; raises ValueError at the argument where they make no sense."""
    low = -math.inf if lower is None else number("lower", lower)
    high = math.inf if upper is None else number("upper", upper)
    if lower is None and upper is None:
        raise ValueError("lower: give a lower limit, an upper one or both")
    if high <= low:
        raise ValueError("upper: give more than the lower limit")
    if boundary is not None:
        one_of("boundary", boundary, ("lower", "upper"))
        if (lower if boundary == "lower" else upper) is None:
            raise ValueError(f"boundary: give the {boundary} limit too")
        if (upper if boundary == "lower" else lower) is None:
            raise ValueError("boundary: give a limit on the other side, which values can pass")
    if isinstance(target, str) and target == "middle":
        aim = (low + high) / 2 if math.isfinite(high - low) and boundary is None else math.nan
    else:
        aim = math.nan if target is None else number("target", target)
    return Limits(low, high, aim, boundary)


def within_bounds(limits: Limits, values: Floats) -> None:
    """Raise ValueError where a value is beyond what was called a boundary."""
    beyond = {"lower": values < limits.lower, "upper": values > limits.upper}
    if limits.boundary and beyond[limits.boundary].any():
        many = int(beyond[limits.boundary].sum())
        raise ValueError(f"boundary: {many} of {len(values)} values are beyond the {limits.boundary} limit")


def indices(limits: Limits, mean: float, spread: Spread, n: int, asked: _Asked) -> Indices:
    """Return all indices for one standard deviation."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    s, limits = spread.sd, limits.asked()
    f = spread.degrees if asked.degrees == "estimator" else n - 1.0
    down, up = (mean - limits.lower) / (3 * s), (limits.upper - mean) / (3 * s)
    side = asked.confidence if asked.sides == "one" else 0.5 + asked.confidence / 2
    below, above = float(ndtr(-3 * down)), float(ndtr(-3 * up))
    z = -float(ndtri(below + above)) if below + above < 1 else -math.inf
    pl, pu = _bissell(down, n, f, side), _bissell(up, n, f, side)
    pk = _bissell(min(down, up), n, f, 0.5 + asked.confidence / 2)
    p = pm = NONE
    if math.isfinite(limits.upper - limits.lower):
        p = _by_chi((limits.upper - limits.lower) / (6 * s), f, asked.confidence)
    if not math.isnan(limits.target):
        off = (mean - limits.target) / s
        off *= off  # not a power, which raises where it overflows
        # The mean and variance of the noncentral chi-squared give the square; qcc leaves it out.
        worth = n * (1 + off) / (1 + 2 * off) * (1 if asked.degrees == "qcc" else 1 + off)
        pm = _by_chi(_aimed(limits) / (3 * s * math.sqrt(1 + off)), worth, asked.confidence)
    half = asked.bounds * s
    return Indices(
        spread, p, pl, pu, pk, pm, 1e6 * below, 1e6 * above, 1e6 * (below + above), z, z + asked.shift,
        (mean - half, mean + half),
    )  # fmt: skip


def _aimed(limits: Limits) -> float:
    """Return half the width of the limits, or with one limit how far the target is from it."""
    if math.isfinite(limits.upper - limits.lower):
        return (limits.upper - limits.lower) / 2
    return limits.target - limits.lower if math.isfinite(limits.lower) else limits.upper - limits.target


def observed(values: Floats, limits: Limits) -> Observed:
    """Return how many values are beyond the limits; those on a limit are inside."""
    below, above = int((values < limits.lower).sum()), int((values > limits.upper).sum())
    ppm = 1e6 / len(values)
    return Observed(below, above, below * ppm, above * ppm, (below + above) * ppm)


def _by_chi(value: float, degrees: float, confidence: float) -> Index:
    from scipy.special import chdtri  # noqa: PLC0415 - loads when first used

    tail = (1 - confidence) / 2
    low, high = (math.sqrt(float(chdtri(degrees, end)) / degrees) for end in (1 - tail, tail))
    return Index(value, (value * low, value * high))


def _bissell(value: float, n: int, degrees: float, side: float) -> Index:
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    if math.isinf(value):
        return NONE
    half = float(ndtri(side)) * math.sqrt(1 / (9 * n) + value * value / (2 * degrees))
    return Index(value, (value - half, value + half))


def _default(rows: Floats, grouped: bool) -> Within:
    if not grouped or rows.shape[1] == 1:
        return "moving range"
    return "rbar" if rows.shape[1] <= 8 else "pooled"

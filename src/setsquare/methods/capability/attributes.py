"""Capability of what is counted: defective units, and defects.

Sources: NIST/SEMATECH e-Handbook 7.2.4 (proportions); C. J. Clopper and E. S. Pearson, Biometrika 26 (1934); F.
Garwood, Biometrika 28 (1936).
"""

import dataclasses
import math
from typing import Any

import numpy as np

from ... import methods
from ..figures import intervals
from ..inputs import Column, Floats, column, floats, graspable, number, same_length
from ..results import Result
from .stability import Stable, Unstable, judged


@dataclasses.dataclass(frozen=True)
class Defectives(Result):
    """The share of defective units, its exact interval, and what z and Ppk a normal process with it would have.

    `z` is the normal quantile of the share that is good, infinite without a defective one; `equivalent_ppk` is z / 3.
    """

    defective: float
    units: float
    share: float
    interval: tuple[float, float]
    ppm: float
    ppm_interval: tuple[float, float]
    z: float
    z_interval: tuple[float, float]
    sigma_level: float
    equivalent_ppk: float
    confidence: float
    stable: bool | None
    warnings: tuple[str, ...]
    method: str = "binomial, exact interval of Clopper and Pearson"

    def figure(self) -> dict[str, Any]:
        """Return the parts per million with their interval, as an ECharts option."""
        name = f"{self.defective:g} of {self.units:g}"
        return intervals("Defective units", "parts per million", [(name, self.ppm, self.ppm_interval)])


@dataclasses.dataclass(frozen=True)
class Defects(Result):
    """Defects a unit and a million opportunities, with exact intervals; `z` is of the share of good opportunities."""

    defects: float
    units: float
    opportunities: float
    per_unit: float
    interval: tuple[float, float]
    dpmo: float
    dpmo_interval: tuple[float, float]
    unit_yield: float
    z: float
    sigma_level: float
    confidence: float
    stable: bool | None
    warnings: tuple[str, ...]
    method: str = "Poisson, exact interval of Garwood"

    def figure(self) -> dict[str, Any]:
        """Return the defects a million opportunities with their interval, as an ECharts option."""
        name = f"{self.defects:g} on {self.units:g}"
        return intervals("Defects", "a million opportunities", [(name, self.dpmo, self.dpmo_interval)])


def defectives(
    counts: Column | float,
    sizes: Column | float,
    *,
    shift: float = 0.0,
    confidence: float = 0.95,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> Defectives:
    """Return the capability from defective units in samples (single numbers, or columns of one length).

    share = sum of defectives / sum of sizes, z = normal quantile of 1 - share, sigma level = z + `shift` (1.5 by
    habit). The share is one and the same for all samples: `stable` and `unstable` as in `capability`, where None draws
    the p chart of the samples in their order. Raises ValueError for a count above its size or below zero.

    >>> found = defectives(12, 4000, shift=1.5)
    >>> round(found.ppm), round(found.sigma_level, 2)
    (3000, 4.25)
    """
    from scipy.special import betaincinv, ndtri  # noqa: PLC0415 - loads when first used

    x, n = _pair(counts, sizes)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    if (x > n).any():
        raise ValueError("counts: more are defective than there are")
    if (n != np.floor(n)).any():
        raise ValueError("sizes: give whole numbers")
    calm, notes = judged(stable, unstable, lambda: methods.charts.p(x, n))
    bad, of = float(x.sum()), float(n.sum())
    tail = (1 - level) / 2
    low = float(betaincinv(bad, of - bad + 1, tail)) if bad else 0.0
    high = float(betaincinv(bad + 1, of - bad, 1 - tail)) if bad < of else 1.0
    share = bad / of
    z, best, worst = (-float(ndtri(part)) for part in (share, low, high))
    return Defectives(
        bad, of, share, (low, high), 1e6 * share, (1e6 * low, 1e6 * high), z, (worst, best),
        z + number("shift", shift), z / 3, level, calm, notes,
    )  # fmt: skip


def defects(
    counts: Column | float,
    units: Column | float,
    *,
    opportunities: float = 1.0,
    shift: float = 0.0,
    confidence: float = 0.95,
    stable: Stable = None,
    unstable: Unstable = "warn",
) -> Defects:
    """Return the capability from defects on units, each with a number of opportunities for one.

    per unit u = sum of defects / sum of units; DPMO = 10^6 u / opportunities; the yield of units is exp(-u); z is
    the normal quantile of 1 - DPMO / 10^6. Defects are Poisson with one rate: `stable` and `unstable` as in
    `capability`, where None draws the u chart of the samples in their order.

    >>> found = defects(30, 500, opportunities=20, shift=1.5)
    >>> round(found.dpmo), round(found.unit_yield, 4), round(found.sigma_level, 2)
    (3000, 0.9418, 4.25)
    """
    from scipy.special import chdtri, ndtri  # noqa: PLC0415 - loads when first used

    x, n = _pair(counts, units, "units")
    level = number("confidence", confidence, least=0.5, most=0.9999)
    chances = number("opportunities", opportunities, above=0)
    calm, notes = judged(stable, unstable, lambda: methods.charts.u(x, n))
    total, of = float(x.sum()), float(n.sum())
    tail = (1 - level) / 2
    low = float(chdtri(2 * total, 1 - tail)) / 2 / of if total else 0.0
    high = float(chdtri(2 * total + 2, tail)) / 2 / of
    rate = total / of
    share = rate / chances
    z = -float(ndtri(share)) if share < 1 else -math.inf
    each = 1e6 / chances
    return Defects(
        total, of, chances, rate, (low, high), each * rate, (each * low, each * high), math.exp(-rate), z,
        z + number("shift", shift), level, calm, notes,
    )  # fmt: skip


def _pair(counts: Column | float, sizes: Column | float, name: str = "sizes") -> tuple[Floats, Floats]:
    x, n = (
        column(key, np.atleast_1d(floats(key, given))) for key, given in (("counts", counts), (name, sizes))
    )
    same_length(**{"counts": x, name: n})
    if (x < 0).any() or (x != np.floor(x)).any():
        raise ValueError("counts: give whole numbers from 0")
    if (n <= 0).any():
        raise ValueError(f"{name}: give numbers above zero")
    graspable(name, n)
    return x, n

"""Tests of normality.

Sources: R. B. D'Agostino and M. A. Stephens, Goodness-of-Fit Techniques (1986), section 4.8, for Anderson-Darling
with mean and variance estimated; S. S. Shapiro and M. B. Wilk, Biometrika 52 (1965), with P. Royston's algorithm AS
R94 (1995); NIST/SEMATECH e-Handbook 1.3.5.14 and 7.2.1.3.
"""

import dataclasses
import math
from typing import Any

import numpy as np

from ..figures import curves
from ..inputs import Column, Floats, column, graspable, rescaled
from ..results import Result


@dataclasses.dataclass(frozen=True)
class Normality(Result):
    """A test's statistic and p; `adjusted` is Anderson-Darling's corrected for the number of values, else NaN."""

    method: str
    statistic: float
    p: float
    n: int
    adjusted: float = math.nan
    values: Floats | None = None

    def figure(self) -> dict[str, Any]:
        """Return the normal probability plot, as an ECharts option."""
        from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

        assert self.values is not None
        ordered = np.sort(self.values)
        places = ndtri((np.arange(1, self.n + 1) - 0.375) / (self.n + 0.25))
        mean, sd = ordered.mean(), ordered.std(ddof=1)
        ends = [(float(mean + sd * z), float(z)) for z in (places[0], places[-1])]
        points = {"values": np.column_stack([ordered, places])}
        return curves("Normal probability plot", "value", "normal quantile", {"normal": ends}, points=points)


def anderson_darling(values: Column) -> Normality:
    """Return the Anderson-Darling test of normality with estimated mean and standard deviation.

    A^2 = -n - sum of (2 i - 1) (ln F(z_i) + ln(1 - F(z_(n + 1 - i)))) / n; A* = A^2 (1 + 0.75 / n + 2.25 / n^2),
    and p from Stephens' four curves in A*. `statistic` is A^2. Ties are as they are (rounded data make p too
    small). Missing values are left out. Raises ValueError for fewer than 8 values or for constant ones.

    >>> found = anderson_darling([1.2, 2.3, 1.9, 2.0, 2.2, 1.7, 2.8, 1.5, 2.1])
    >>> found.p > 0.5
    True
    """
    made = _given(values, 8)
    statistic = squared(_standard(made))
    adjusted = statistic * (1 + 0.75 / len(made) + 2.25 / len(made) ** 2)
    return Normality("Anderson-Darling", statistic, _stephens(adjusted), len(made), adjusted, made)


def shapiro_wilk(values: Column) -> Normality:
    """Return the Shapiro-Wilk test of normality, from 3 to 5,000 values (scipy's algorithm AS R94).

    Missing values are left out. Raises ValueError for too few or too many values, or for constant ones.

    >>> shapiro_wilk([1.2, 2.3, 1.9, 2.0, 2.2, 1.7, 2.8, 1.5, 2.1]).statistic.__round__(3)
    0.989
    """
    from scipy.stats import shapiro  # noqa: PLC0415 - loads when first used

    made = _given(values, 3)
    if len(made) > 5000:
        raise ValueError(f"values: give 5000 or fewer, not {len(made)}, or use Anderson-Darling's test")
    w, p = shapiro(rescaled(made))
    return Normality("Shapiro-Wilk", float(w), float(p), len(made), values=made)


def squared(logs: tuple[Floats, Floats]) -> float:
    """Return A^2 from ln F and ln(1 - F) of the values in their order."""
    below, above = logs
    n = len(below)
    odd = 2 * np.arange(1, n + 1) - 1
    return float(-n - (odd * (below + above[::-1])).sum() / n)


def _standard(values: Floats) -> tuple[Floats, Floats]:
    from scipy.special import log_ndtr  # noqa: PLC0415 - loads when first used

    z = np.sort((values - values.mean()) / values.std(ddof=1))
    return log_ndtr(z), log_ndtr(-z)


def _stephens(a: float) -> float:
    if a < 0.2:
        return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a**2)
    if a < 0.34:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a**2)
    if a < 0.6:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a**2)
    # Beyond ten the parabola would rise again; there p is that at ten, 3.7e-24, as nortest has it.
    return math.exp(1.2937 - 5.709 * a + 0.0186 * a**2) if a < 10 else 3.7e-24


def _given(values: Column, least: int) -> Floats:
    made = column("values", values, missing=True)
    made = made[~np.isnan(made)]
    if len(made) < least:
        raise ValueError(f"values: give {least} or more, not {len(made)}")
    if made.min() == made.max():
        raise ValueError("values: are all equal")
    graspable("values", np.array([made.max() - made.min()]))
    return made

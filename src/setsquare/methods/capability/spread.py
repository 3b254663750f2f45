"""The standard deviation within subgroups and overall, each with the degrees of freedom that it is worth.

Sources: NIST/SEMATECH e-Handbook 6.3.2 (estimators from ranges and standard deviations); D. C. Montgomery,
Introduction to Statistical Quality Control, chapters 6 and 8; P. B. Patnaik, Biometrika 37 (1950), for the degrees
of an average range.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from ..constants import c4, chi_degrees, d2, d3
from ..inputs import Floats, column, is_table, opened, table
from ..results import Part

Within = Literal["rbar", "sbar", "pooled", "moving range"]


@dataclasses.dataclass(frozen=True)
class Spread(Part):
    """A standard deviation, the estimator's name, and the degrees of freedom of the chi variable that it is like."""

    sd: float
    degrees: float
    method: str


def overall(values: Floats) -> Spread:
    """Return the sample standard deviation of all values (divisor n - 1, not corrected by c4).

    >>> overall(np.array([1.0, 2.0, 3.0])).sd
    1.0
    """
    return Spread(float(values.std(ddof=1)), len(values) - 1.0, "sample standard deviation")


def within(rows: Floats, method: Within) -> Spread:
    """Return the standard deviation within subgroups, the rows; missing values are NaN.

    "rbar": the mean of range / d2(n), each row counting once however long, as in the charts and in qcc; "sbar":
    likewise of sd / c4(n); "pooled": the root of the sum of squares about the rows' means over its f degrees of
    freedom, over c4(f + 1); "moving range": for single values in their order, the average of |x_i - x_(i-1)| /
    d2(2). Rows with one value are left out of the first three.

    >>> within(np.array([[1.0, 2.0], [3.0, 5.0]]), "rbar").sd.__round__(4)
    1.3293
    """
    if method == "moving range":
        return _moving(rows)
    counts = (~np.isnan(rows)).sum(axis=1)
    kept = rows[counts >= 2]
    counts = counts[counts >= 2]
    if not len(kept):
        raise ValueError("values: no subgroup has two values, so give estimator='moving range'")
    if method == "pooled":
        middle = np.nanmean(kept, axis=1, keepdims=True)
        degrees = float((counts - 1).sum())
        root = math.sqrt(float(np.nansum((kept - middle) ** 2)) / degrees)
        return Spread(root / c4(int(degrees) + 1), degrees, "pooled, over c4")
    each = {int(n): _unit(int(n), method) for n in np.unique(counts)}
    means = np.array([each[int(n)][0] for n in counts])
    variations = np.array([each[int(n)][1] for n in counts])
    found = (
        np.nanmax(kept, axis=1) - np.nanmin(kept, axis=1)
        if method == "rbar"
        else np.nanstd(kept, axis=1, ddof=1)
    )
    sd = float((found / means).mean())
    degrees = chi_degrees(float(variations.sum()) / len(kept) ** 2)
    return Spread(
        sd, degrees, "average range / d2" if method == "rbar" else "average standard deviation / c4"
    )


def _unit(n: int, method: Within) -> tuple[float, float]:
    """Return the statistic's mean, in standard deviations, and its squared coefficient of variation."""
    if method == "rbar":
        return d2(n), (d3(n) / d2(n)) ** 2
    return c4(n), 1 / c4(n) ** 2 - 1


def _moving(rows: Floats) -> Spread:
    flat = rows.ravel()
    steps = np.abs(np.diff(flat))
    steps = steps[~np.isnan(steps)]
    if not len(steps):
        raise ValueError("values: give two values next to each other or more")
    m = len(steps)
    # The covariance of neighbouring moving ranges: those of two normal differences with the correlation -1/2.
    shared = 4 / math.pi * (math.sqrt(3) / 2 + math.pi / 12) - 4 / math.pi
    variance = d3(2) ** 2 / m + 2 * (m - 1) * shared / m**2
    return Spread(
        float(steps.mean()) / d2(2), chi_degrees(variance / d2(2) ** 2), "average moving range / d2"
    )


def rows_of(values: Any) -> tuple[Floats, bool]:
    """Return values as rows, a single column as one value in each, and whether there were subgroups at all."""
    given = opened(values)
    if is_table(given):
        return table("values", given, missing=True), True
    return column("values", given, missing=True)[:, None], False

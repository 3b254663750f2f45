"""Capability: how well a stable process keeps within its limits.

>>> from setsquare.methods.capability import from_summary
>>> round(from_summary(10.0, 0.2, 50, lower=9.0, upper=11.0).pk.value, 4)
1.6667
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .attributes import Defectives, Defects, defectives, defects
from .fitting import Fit, FittedCapability, compare_fits, fit, fitted_capability
from .indices import Capability, Index, Indices, Limits, Observed, capability, from_summary
from .normality import Normality, anderson_darling, shapiro_wilk
from .spread import Spread
from .transforms import (
    Johnson,
    TransformedCapability,
    box_cox_capability,
    box_cox_power,
    johnson,
    johnson_capability,
)

__all__ = [
    "Capability",
    "Defectives",
    "Defects",
    "Fit",
    "FittedCapability",
    "Index",
    "Indices",
    "Johnson",
    "Limits",
    "Normality",
    "Observed",
    "Spread",
    "TransformedCapability",
    "anderson_darling",
    "box_cox_capability",
    "box_cox_power",
    "capability",
    "compare_fits",
    "defectives",
    "defects",
    "fit",
    "fitted_capability",
    "from_summary",
    "johnson",
    "johnson_capability",
    "shapiro_wilk",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

"""Sizes and power for verifying an action: how much to gather until its effect can be told from chance.

>>> from setsquare.methods import verification
>>> verification.demonstrate_rate(2.0, unit="months").size.__round__(2)
1.5
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .counts import two_proportions, two_rates
from .demonstration import Demonstration, demonstrate_proportion, demonstrate_rate
from .means import paired_means, two_means, two_variances
from .result import Power
from .series import interrupted_series

__all__ = [
    "Demonstration",
    "Power",
    "demonstrate_proportion",
    "demonstrate_rate",
    "interrupted_series",
    "paired_means",
    "two_means",
    "two_proportions",
    "two_rates",
    "two_variances",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

"""Trends and comparisons of counts and rates: what goes up, when it changed, which of many got worse.

>>> from setsquare.methods import trends
>>> found = trends.rate_trend([12, 15, 11, 18, 21, 24, 22, 30], 1000)
>>> round(found.ratio, 3), round(found.p, 5), found.reading
(1.137, 0.00039, 'as Poisson')
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .armitage import ProportionTrend, cochran_armitage
from .change import ChangePoint, change_in_mean, change_in_rate
from .discovery import Discoveries, false_discovery
from .many import Finding, Worsening, worsening
from .monotone import MonotoneTrend, mann_kendall, seasonal_mann_kendall
from .overdispersion import Dispersion, dispersion
from .proportions import TwoProportions, two_proportions
from .rates import TwoRates, two_rates
from .trend import RateTrend, rate_trend

__all__ = [
    "ChangePoint",
    "Discoveries",
    "Dispersion",
    "Finding",
    "MonotoneTrend",
    "ProportionTrend",
    "RateTrend",
    "TwoProportions",
    "TwoRates",
    "Worsening",
    "change_in_mean",
    "change_in_rate",
    "cochran_armitage",
    "dispersion",
    "false_discovery",
    "mann_kendall",
    "rate_trend",
    "seasonal_mann_kendall",
    "two_proportions",
    "two_rates",
    "worsening",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

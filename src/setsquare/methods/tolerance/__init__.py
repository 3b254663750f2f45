"""Tolerance intervals: limits that hold a share of all values, with a confidence.

Sources: NIST/SEMATECH e-Handbook 7.2.6.3; ISO 16269-6:2014; S. S. Wilks, Annals of Mathematical Statistics 12 (1941).

>>> from setsquare.methods import tolerance
>>> tolerance.normal_from_summary(10.0, 0.2, 30).sentence
'At least 95 % of all values lie between 9.48902 and 10.511, with 95 % confidence.'
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .counts import binomial, poisson
from .free import distribution_free, sample_size
from .normal import k_factor, lognormal, normal, normal_from_summary, sample_size_for_k
from .result import Tolerance
from .weibull import weibull

__all__ = [
    "Tolerance",
    "binomial",
    "distribution_free",
    "k_factor",
    "lognormal",
    "normal",
    "normal_from_summary",
    "poisson",
    "sample_size",
    "sample_size_for_k",
    "weibull",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

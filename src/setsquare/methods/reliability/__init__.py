"""Surveys and tests: whether several questions measure one thing, how precisely, and what share answers favourably.

Sources: L. J. Cronbach, Psychometrika 16 (1951); R. P. McDonald, Test Theory (1999); L. S. Feldt, Psychometrika 30
(1965); R. G. Newcombe, Statistics in Medicine 17 (1998).

>>> from setsquare.methods.reliability import cronbach_alpha
>>> round(cronbach_alpha([[1, 2, 1], [3, 3, 2], [4, 5, 4], [5, 4, 5]]).alpha, 3)
0.95
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .alpha import Alpha, Item, alpha_from_covariance, cronbach_alpha
from .answers import Answers
from .error import MeasurementError, measurement_error
from .halves import LongerTest, SplitHalf, spearman_brown, split_half
from .omega import Hierarchy, Omega, omega, omega_from_correlations, omega_hierarchical
from .shares import FavourableShare, FavourableShares, favourable_share, favourable_shares, suppressed_groups

__all__ = [
    "Alpha",
    "Answers",
    "FavourableShare",
    "FavourableShares",
    "Hierarchy",
    "Item",
    "LongerTest",
    "MeasurementError",
    "Omega",
    "SplitHalf",
    "alpha_from_covariance",
    "cronbach_alpha",
    "favourable_share",
    "favourable_shares",
    "measurement_error",
    "omega",
    "omega_from_correlations",
    "omega_hierarchical",
    "spearman_brown",
    "split_half",
    "suppressed_groups",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

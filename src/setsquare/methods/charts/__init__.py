"""Control charts: variables, counts, rare events, weighted and multivariate, many at once.

Sources: D. C. Montgomery, Introduction to Statistical Quality Control, chapters 6, 7, 9 and 11; NIST/SEMATECH
e-Handbook 6.3; ISO 7870.

>>> from setsquare.methods import charts
>>> charts.xbar_r([[5, 7, 6], [6, 8, 7], [4, 6, 5]]).location.beyond.tolist()
[False, False, False]
"""

from typing import TYPE_CHECKING

from .. import constants
from ..names import signpost
from .counts import c, np_, p, u
from .multivariate import Multivariate, mewma, t2, t2_subgroups
from .rare import g, t
from .result import Chart, Charts, Exclusion, Stage
from .subgroups import Summary, arrange
from .variables import individuals, median_r, run, xbar_r, xbar_s
from .weighted import Cusum, cusum, ewma

__all__ = [
    "Chart",
    "Charts",
    "Cusum",
    "Exclusion",
    "Multivariate",
    "Stage",
    "Summary",
    "arrange",
    "c",
    "constants",
    "cusum",
    "ewma",
    "g",
    "individuals",
    "median_r",
    "mewma",
    "np_",
    "p",
    "run",
    "t",
    "t2",
    "t2_subgroups",
    "u",
    "xbar_r",
    "xbar_s",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

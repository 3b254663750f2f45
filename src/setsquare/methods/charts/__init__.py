"""Control charts: variables, counts, rare events, weighted and multivariate, many at once.

>>> from setsquare.methods import charts
>>> charts.xbar_r([[5, 7, 6], [6, 8, 7], [4, 6, 5]]).location.beyond.tolist()
[False, False, False]
"""

from .result import Chart, Charts, Exclusion, Stage
from .subgroups import Summary, arrange
from .variables import individuals, median_r, run, xbar_r, xbar_s

__all__ = [
    "Chart",
    "Charts",
    "Exclusion",
    "Stage",
    "Summary",
    "arrange",
    "individuals",
    "median_r",
    "run",
    "xbar_r",
    "xbar_s",
]

"""Run rules: patterns of points that chance does not explain, on one chart or many.

Sources: Western Electric, Statistical Quality Control Handbook (1956); L. S. Nelson, Journal of Quality Technology 16
(1984); J. O. Westgard and others, Clinical Chemistry 27 (1981); J. Anhoej and A. V. Olesen, PLoS ONE 9 (2014).

>>> from setsquare.methods import charts, rules
>>> chart = charts.individuals([5, 4, 6, 5, 5, 4, 6, 5, 4, 5, 14]).location
>>> rules.signals(chart, rules.NELSON.only(1)).completes().nonzero()[0].tolist()
[10]
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .anhoej import Anhoej, Runs, anhoej
from .definitions import Conventions, Rule, RuleSet, define
from .presets import (
    AIAG,
    JASP,
    JASP_INDIVIDUALS,
    JASP_NELSON,
    JASP_WESTERN_ELECTRIC,
    MINITAB,
    NELSON,
    NIST,
    PRESETS,
    QCC,
    QCC_27,
    QCC_NELSON,
    QCC_WESTERN_ELECTRIC,
    QICHARTS2,
    RSPC,
    WESTERN_ELECTRIC,
    WESTGARD,
    WESTGARD_ALL,
    WESTGARD_OF_THREE,
)
from .search import Signals, Skipped, signals
from .westgard import Multirule, multirule

__all__ = [
    "AIAG",
    "JASP",
    "JASP_INDIVIDUALS",
    "JASP_NELSON",
    "JASP_WESTERN_ELECTRIC",
    "MINITAB",
    "NELSON",
    "NIST",
    "PRESETS",
    "QCC",
    "QCC_27",
    "QCC_NELSON",
    "QCC_WESTERN_ELECTRIC",
    "QICHARTS2",
    "RSPC",
    "WESTERN_ELECTRIC",
    "WESTGARD",
    "WESTGARD_ALL",
    "WESTGARD_OF_THREE",
    "Anhoej",
    "Conventions",
    "Multirule",
    "Rule",
    "RuleSet",
    "Runs",
    "Signals",
    "Skipped",
    "anhoej",
    "define",
    "multirule",
    "signals",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

"""Run lengths of control charts, and the chart that has the run lengths wanted.

Sources: D. Brook and D. A. Evans, Biometrika 59 (1972); D. C. Montgomery, Introduction to Statistical Quality Control,
chapters 5, 6 and 9; NIST/SEMATECH e-Handbook 6.3.2.

>>> from setsquare.methods import run_lengths
>>> run_lengths.xbar([0.0, 1.0], n=4).arl.round(1).tolist()
[370.4, 6.3]
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .cusum import cusum, siegmund_arl
from .design import Design, design_cusum, design_ewma, design_mewma, design_xbar
from .ewma import ewma
from .mewma import mewma, mewma_limit
from .result import RunLengths
from .rules import ZoneRule, nelson, western_electric, zone_rules
from .shewhart import c, individuals, np_, p, u, xbar
from .spread import r, s

__all__ = [
    "Design",
    "RunLengths",
    "ZoneRule",
    "c",
    "cusum",
    "design_cusum",
    "design_ewma",
    "design_mewma",
    "design_xbar",
    "ewma",
    "individuals",
    "mewma",
    "mewma_limit",
    "nelson",
    "np_",
    "p",
    "r",
    "s",
    "siegmund_arl",
    "u",
    "western_electric",
    "xbar",
    "zone_rules",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

"""Pareto charts with statistics: what weighs most, what differs, how few make up most, what changed.

>>> from setsquare.methods.pareto import pareto
>>> found = pareto(["burr", "scratch", "burr", "dent", "burr", "scratch", "burr"])
>>> found.labels, found.counts.tolist(), found.vital.labels
(('burr', 'scratch', 'dent'), [4.0, 2.0, 1.0], ('burr', 'scratch'))
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .chart import Pareto, VitalFew, pareto
from .comparing import ParetoComparison, compare_paretos
from .separation import Group

__all__ = ["Group", "Pareto", "ParetoComparison", "VitalFew", "compare_paretos", "pareto"]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

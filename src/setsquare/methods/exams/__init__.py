"""Exams and those who rate them: how the questions of a test do, and how far two examiners agree.

Pages show these figures, so they are reckoned without numpy, which an installation need not have.

Sources: G. F. Kuder and M. W. Richardson, Psychometrika 2 (1937); T. L. Kelley, Journal of Educational Psychology 30
(1939); J. L. Fleiss and J. Cohen, Educational and Psychological Measurement 33 (1973).

>>> from setsquare.methods.exams import item_analysis
>>> [one.difficulty for one in item_analysis([[1, 1], [1, 0], [0, 0], [1, 0]], [1, 1]).questions]
[0.75, 0.25]
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .examiners import agreement_of_levels
from .questions import AnalysedItem, ItemAnalysis, item_analysis

__all__ = ["AnalysedItem", "ItemAnalysis", "agreement_of_levels", "item_analysis"]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

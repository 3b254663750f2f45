"""Which technique fits a question and its data, why, on whose authority, and what would speak against it.

Sources stand with each technique; most are NIST/SEMATECH e-Handbook, ISO 7870, AIAG manuals and the papers named.

>>> from setsquare.methods.advise import advise
>>> advise("monitor", data_kind="measured", subgroup=5).best.method
'setsquare.methods.charts.xbar_r'
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .guide import Advice, Question, Reason, Recommendation, advise, techniques
from .looking import Observation, Observed, look

__all__ = [
    "Advice",
    "Observation",
    "Observed",
    "Question",
    "Reason",
    "Recommendation",
    "advise",
    "look",
    "techniques",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

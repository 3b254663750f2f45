"""Risk: priority numbers and action priorities of an FMEA, criticality, and risk matrices with what is wrong with them.

Sources: AIAG & VDA FMEA Handbook (2019); MIL-STD-1629A (1980); L. A. Cox, Risk Analysis 28 (2008); ISO 31010 (2019).

>>> from setsquare.methods.risk import priority_numbers
>>> priority_numbers([10, 2, 6, 2], [8, 2, 5, 3], [7, 2, 4, 2]).numbers
(560, 8, 120, 12)
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .conditions import CoxConditions, Violation, cox_conditions
from .criticality import Criticality, criticality
from .matrix import (
    Assessment,
    RiskMatrix,
    Treatment,
    assess,
    compare_assessments,
    matrix_by_score,
    matrix_by_threshold,
    risk_matrix,
)
from .priority import PriorityNumbers, priority_numbers
from .tables import (
    ActionPriorities,
    ActionTable,
    TableCheck,
    action_priorities,
    action_table,
    check_action_rows,
)

__all__ = [
    "ActionPriorities",
    "ActionTable",
    "Assessment",
    "CoxConditions",
    "Criticality",
    "PriorityNumbers",
    "RiskMatrix",
    "TableCheck",
    "Treatment",
    "Violation",
    "action_priorities",
    "action_table",
    "assess",
    "check_action_rows",
    "compare_assessments",
    "cox_conditions",
    "criticality",
    "matrix_by_score",
    "matrix_by_threshold",
    "priority_numbers",
    "risk_matrix",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

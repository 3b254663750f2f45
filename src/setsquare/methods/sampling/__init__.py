"""Acceptance sampling: what plans do to lots, plans from two points, and standard schemes with their switching rules.

>>> from setsquare.methods.sampling import find_plan
>>> find_plan((0.01, 0.95), (0.06, 0.10)).plan.sizes
(110,)
"""

from .characteristic import Characteristic, characteristic
from .matched import matched_variables_plan, quality_accepted
from .plans import AttributePlan, double, multiple, single
from .search import FoundPlan, find_plan
from .sequential import SequentialCharacteristic, SequentialPlan, sequential_characteristic, sequential_plan
from .standard import StandardPlan, code_letter, one_step_tighter, standard_plan
from .switching import Inspected, Switching, after_lot, begin, inspect_lot, resume
from .variables import (
    FoundVariablesPlan,
    VariablesDecision,
    VariablesPlan,
    find_variables_plan,
    judge,
    variables_acceptance,
    variables_curve,
    variables_plan,
)

__all__ = [
    "AttributePlan",
    "Characteristic",
    "FoundPlan",
    "FoundVariablesPlan",
    "Inspected",
    "SequentialCharacteristic",
    "SequentialPlan",
    "StandardPlan",
    "Switching",
    "VariablesDecision",
    "VariablesPlan",
    "after_lot",
    "begin",
    "characteristic",
    "code_letter",
    "double",
    "find_plan",
    "find_variables_plan",
    "inspect_lot",
    "judge",
    "matched_variables_plan",
    "multiple",
    "one_step_tighter",
    "quality_accepted",
    "resume",
    "sequential_characteristic",
    "sequential_plan",
    "single",
    "standard_plan",
    "variables_acceptance",
    "variables_curve",
    "variables_plan",
]

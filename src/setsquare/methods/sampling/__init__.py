"""Acceptance sampling: what plans do to lots, plans from two points, and standard schemes with their switching rules.

>>> from setsquare.methods.sampling import find_plan
>>> find_plan((0.01, 0.95), (0.06, 0.10)).plan.sizes
(110,)
"""

from .characteristic import Characteristic, characteristic
from .plans import AttributePlan, double, multiple, single
from .search import FoundPlan, find_plan
from .sequential import SequentialCharacteristic, SequentialPlan, sequential_characteristic, sequential_plan
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
    "SequentialCharacteristic",
    "SequentialPlan",
    "VariablesDecision",
    "VariablesPlan",
    "characteristic",
    "double",
    "find_plan",
    "find_variables_plan",
    "judge",
    "multiple",
    "sequential_characteristic",
    "sequential_plan",
    "single",
    "variables_acceptance",
    "variables_curve",
    "variables_plan",
]

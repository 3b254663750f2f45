"""Acceptance sampling: what plans do to lots, plans from two points, and standard schemes with their switching rules.

Sources: D. C. Montgomery, Introduction to Statistical Quality Control, chapters 15 and 16; A. Wald, Sequential Analysis
(1947); ISO 2859-1:1999, ISO 3951-1:2013 and ANSI/ASQ Z1.4, Z1.9 for what they are called after.

>>> from setsquare.methods.sampling import find_plan
>>> find_plan((0.01, 0.95), (0.06, 0.10)).plan.sizes
(110,)
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .characteristic import Characteristic, characteristic
from .inspecting import Inspected, InspectedByVariables, inspect_lot, inspect_lot_by_variables
from .matched import matched_variables_plan, quality_accepted
from .nonconforming import ShareDecision, estimated_share, judge_share
from .plans import AttributePlan, double, multiple, single
from .search import FoundPlan, find_plan
from .sequential import SequentialCharacteristic, SequentialPlan, sequential_characteristic, sequential_plan
from .stages import Reading, StagedPlan, read_samples, staged_plan
from .standard import StandardPlan, code_letter, one_step_tighter, standard_plan
from .standard_variables import StandardVariablesPlan, standard_variables_plan, variables_code_letter
from .switching import Switching, after_lot, begin, resume
from .two_limits import TwoLimits, two_limits
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
    "InspectedByVariables",
    "Reading",
    "SequentialCharacteristic",
    "SequentialPlan",
    "ShareDecision",
    "StagedPlan",
    "StandardPlan",
    "StandardVariablesPlan",
    "Switching",
    "TwoLimits",
    "VariablesDecision",
    "VariablesPlan",
    "after_lot",
    "begin",
    "characteristic",
    "code_letter",
    "double",
    "estimated_share",
    "find_plan",
    "find_variables_plan",
    "inspect_lot",
    "inspect_lot_by_variables",
    "judge",
    "judge_share",
    "matched_variables_plan",
    "multiple",
    "one_step_tighter",
    "quality_accepted",
    "read_samples",
    "resume",
    "sequential_characteristic",
    "sequential_plan",
    "single",
    "staged_plan",
    "standard_plan",
    "standard_variables_plan",
    "two_limits",
    "variables_acceptance",
    "variables_code_letter",
    "variables_curve",
    "variables_plan",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)

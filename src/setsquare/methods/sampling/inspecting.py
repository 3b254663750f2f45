"""Lots judged by the plan that is due, one after the other: the tables and the switching rules together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..inputs import Column, of_kind, one_of
from ..results import Result
from .nonconforming import ShareDecision, judge_share
from .stages import Reading, StagedPlan, read_samples, staged_plan
from .standard import StandardPlan, one_step_tighter, standard_plan
from .standard_variables import StandardVariablesPlan, standard_variables_plan
from .switching import STATE, Switching, after_lot
from .variables import VariablesDecision, judge

Form = Literal["k", "M"]


@dataclass(frozen=True)
class Inspected(Result):
    """One lot judged by the plan that was due, and where the series stands after it."""

    plan: StandardPlan
    found: int
    accepted: bool
    after: Switching
    stages: StagedPlan
    reading: Reading

    def figure(self) -> dict[str, Any]:
        """Return the OC curve of the plan that was due, as an ECharts option."""
        return self.stages.figure()


@dataclass(frozen=True)
class InspectedByVariables(Result):
    """One lot judged by measured values and the plan that was due, and where the series stands after it."""

    plan: StandardVariablesPlan
    decision: VariablesDecision | ShareDecision
    accepted: bool
    after: Switching

    def figure(self) -> dict[str, Any]:
        """Return what the lot was decided by, as an ECharts option."""
        return self.decision.figure()


def inspect_lot(
    state: Switching,
    lot_size: int,
    found: int | Sequence[int],
    *,
    aql: float,
    level: str = "II",
    scheme: str = "single",
    steady: bool = True,
    reduced_wanted: bool = True,
) -> Inspected:
    """Judge a lot by the attribute plan that is due and move the state on (ISO 2859-1 and Z1.4).

    `found` counts nonconforming items (or nonconformities) in the sample; for a double or multiple `scheme` in each
    sample drawn, up to the one that decides. Raises ValueError as `standard_plan`, `staged_plan` and `after_lot` do, at
    ``found`` (also where the samples do not decide yet) and, for rules by variables, at ``state``.

    >>> from setsquare.methods.sampling import begin
    >>> inspect_lot(begin(), 1000, 2, aql=1.0).accepted
    True
    >>> inspect_lot(begin(), 1000, [2, 2], aql=1.0, scheme="double").accepted
    False
    """
    of_kind("state", state, Switching, STATE)
    if state.rules not in ("ISO 2859-1", "Z1.4"):
        raise ValueError("state: its rules are by variables; judge the lot by inspect_lot_by_variables")
    plan = standard_plan(lot_size, aql, level=level, severity=state.severity, standard=state.rules)
    stages = staged_plan(plan, scheme)
    reading = read_samples(stages, found)
    if reading.decision == "continue":
        raise ValueError(f"found: the lot is not decided after {reading.stage} samples; draw the next")
    accepted = reading.decision == "accept"
    number, tighter = _for_score(plan, stages, reading)
    after = after_lot(
        state,
        accepted,
        accept_number=number,
        accepted_one_step_tighter=accepted and tighter,
        in_gap=reading.in_gap,
        steady=steady,
        reduced_wanted=reduced_wanted,
    )
    return Inspected(plan, reading.found, accepted, after, stages, reading)


def inspect_lot_by_variables(
    state: Switching,
    lot_size: int,
    values: Column,
    *,
    aql: float,
    level: str = "II",
    lower: float | None = None,
    upper: float | None = None,
    sd: float | None = None,
    form: Form = "k",
    steady: bool = True,
    reduced_wanted: bool = True,
) -> InspectedByVariables:
    """Judge a lot by its measured values and the plan that is due, and move the state on (ISO 3951-1 and Z1.9).

    `form` k judges each limit by itself; M adds the estimated fractions beyond both. With `sd` the plan for known sigma
    is used. The number of values has to be the plan's n (`standard_variables_plan` with the state's severity tells it).

    Raises ValueError as `standard_variables_plan`, `judge` and `after_lot` do, at ``form``, at ``state`` (attributes).

    >>> from setsquare.methods.sampling import begin
    >>> lot = [9.9, 10.1, 10.0, 10.2, 9.8, 10.0, 9.9, 10.1, 10.0, 10.1]
    >>> inspect_lot_by_variables(begin("Z1.9"), 100, lot, aql=1.0, upper=10.5).accepted
    True
    """
    of_kind("state", state, Switching, STATE)
    if state.rules not in ("ISO 3951-1", "Z1.9"):
        raise ValueError("state: its rules are by attributes; judge the lot by inspect_lot")
    one_of("form", form, ("k", "M"))
    sigma = "unknown" if sd is None else "known"
    due = standard_variables_plan(
        lot_size, aql, level=level, severity=state.severity, sigma=sigma, standard=state.rules
    )
    decision: VariablesDecision | ShareDecision
    if form == "k":
        decision = read = judge(due.plan, values, lower=lower, upper=upper, sd=sd)
    else:
        decision = judge_share(due.plan, values, lower=lower, upper=upper, sd=sd)
        read = decision.statistics
    worst = min(q for q in (read.q_lower, read.q_upper) if q is not None)
    after = after_lot(
        state,
        decision.accepted,
        accepted_one_step_tighter=decision.accepted and worst >= due.tighter_k,
        steady=steady,
        reduced_wanted=reduced_wanted,
    )
    return InspectedByVariables(due, decision, decision.accepted, after)


def _for_score(plan: StandardPlan, stages: StagedPlan, reading: Reading) -> tuple[int, bool]:
    """Return the acceptance number and the stricter judgement as the switching score reads them."""
    if len(stages.sizes) > 1:
        return 2, reading.stage == 1
    tighter = one_step_tighter(plan)
    return plan.accept, tighter is not None and reading.found <= tighter

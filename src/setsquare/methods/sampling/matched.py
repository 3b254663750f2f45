"""Plans by variables that do what an ISO 2859-1 plan by attributes does, as ISO 3951-1 designs its k method."""

import dataclasses

from ..inputs import number as checked
from ..inputs import of_kind
from .standard import StandardPlan
from .variables import FoundVariablesPlan, find_variables_plan


def quality_accepted(plan: StandardPlan, probability: float) -> float:
    """Return the fraction nonconforming that the plan accepts with the given probability (binomial).

    P(X <= c) is a regularised incomplete beta function of the quality, which is inverted. Raises ValueError at
    ``plan`` where the sample cannot hold more than the acceptance number, so that it accepts everything, and at
    ``probability``.

    >>> from setsquare.methods.sampling import standard_plan
    >>> round(quality_accepted(standard_plan(1000, 1.0), 0.95), 4)
    0.0103
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    of_kind("plan", plan, StandardPlan, "a plan that standard_plan() looks up")
    if not 0.0 < checked("probability", probability) < 1.0:
        raise ValueError(f"probability: give more than 0 and less than 1, not {probability:g}")
    number = plan.plan.accept[0]
    if number >= plan.n:
        raise ValueError(f"plan: a sample of {plan.n} accepts every lot with acceptance number {number}")
    return float(special.betaincinv(number + 1, plan.n - number, 1.0 - probability))


def matched_variables_plan(plan: StandardPlan, *, sigma: str = "unknown") -> FoundVariablesPlan:
    """Return the smallest plan by variables at least as discriminating as a plan of ISO 2859-1 for the same lot.

    ISO 3951-1 builds its tables so that, for the same code letter and AQL, measuring gives nearly the OC curve of
    counting; here the curve goes through its points of 95 % and 10 % acceptance, met exactly as inequalities. The
    printed constants, which are under copyright and rounded and whose samples the standard chose by its own criteria,
    may differ a little: where a contract names the standard's tables, read n and k there and give them to
    `variables_plan`. Use the plans of the severity that `Switching` (rules "ISO 3951-1") asks for.

    Raises ValueError at ``plan`` (accepts everything), ``sigma``.

    >>> from setsquare.methods.sampling import standard_plan
    >>> matched_variables_plan(standard_plan(1000, 1.0), sigma="known").plan.n < 80
    True
    """
    of_kind("plan", plan, StandardPlan, "a plan that standard_plan() looks up")
    good, bad = quality_accepted(plan, 0.95), quality_accepted(plan, 0.10)
    found = find_variables_plan((good, 0.95), (bad, 0.10), sigma=sigma)
    method = f"matched to {plan.standard} {plan.severity} {plan.used_letter}, AQL {plan.aql:g}"
    return dataclasses.replace(found, plan=dataclasses.replace(found.plan, method=method))

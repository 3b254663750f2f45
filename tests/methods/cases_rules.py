"""How each reference case of run rules is computed here: from its data and parameters to its expected names."""

from collections.abc import Callable
from typing import Any

import numpy as np

from setsquare.methods import charts, rules
from tests.methods.reference import Case

REACHED = (
    ("Nelson (1984) and Western Electric (1956)", "rules.signals", "pub-rules-8-vs-9"),
    ("Westgard's definitions", "rules.signals rules.multirule", "pub-rules-westgard"),
    ("JASP 0.97.1, its test of rules 3 and 8", "rules.signals", "pub-jasp-rules-off-by-one"),
)


def one_based(found: Any) -> list[int]:
    return [int(place) + 1 for place in np.flatnonzero(found)]


def eight_or_nine(case: Case) -> dict[str, Any]:
    def found(name: str, of: rules.RuleSet, rule: int) -> bool:
        return bool(rules.signals(case["data"][name], of).completes(rule).any())

    return {
        "z8_we4": found("z8", rules.WESTERN_ELECTRIC, 4),
        "z8_nelson2": found("z8", rules.NELSON, 2),
        "z9_nelson2": found("z9", rules.NELSON, 2),
    }


def westgard(case: Case) -> dict[str, Any]:
    data = case["data"]

    def found(name: str, rule: str) -> list[int]:
        return one_based(rules.signals(data[name], rules.WESTGARD).completes(rule))

    def runs(of: rules.RuleSet) -> list[int]:
        judged = rules.multirule(data["runs_r4s"], rules=of.only("R-4s"))
        return [place + 1 for place, decision in enumerate(judged.decisions) if decision == "reject"]

    return {
        "r12s": found("z_1_2s", "1-2s"),
        "r13s": found("z_1_3s", "1-3s"),
        "r22s": found("z_2_2s", "2-2s"),
        "r22s_opposite": found("z_2_2s_opposite", "2-2s"),
        "r41s": found("z_4_1s", "4-1s"),
        "r10x": found("z_10x", "10-x"),
        "r10x_nine": found("z_9_same_side", "10-x"),
        "r4s_runs_range_gt_4": runs(rules.WESTGARD.changed("R-4s", sides="either")),
        "r4s_runs_one_above_2_and_one_below_minus2": runs(rules.WESTGARD),
    }


def jasp(case: Case) -> dict[str, Any]:
    asked = case["parameters"]
    chosen = rules.JASP_NELSON.changed(3, points=asked["rule3_k"] + 1).changed(8, points=asked["rule8_k"] + 1)
    found = rules.signals(charts.individuals(case["data"]["x"]).location, chosen)
    return {f"rule{rule}_points": one_based(found.completes(f"jasp-{rule}")) for rule in (3, 8)}


ADAPTERS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "pub-rules-8-vs-9": eight_or_nine,
    "pub-rules-westgard": westgard,
    "pub-jasp-rules-off-by-one": jasp,
}

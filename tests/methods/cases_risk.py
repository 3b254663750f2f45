"""The reference case of the risk family: what is asked, by our names."""

from collections.abc import Callable
from typing import Any

from setsquare.methods import risk
from tests.methods.reference import Case


def rpn(case: Case) -> dict[str, Any]:
    severity, occurrence, detection = zip(*case["data"]["s_o_d"], strict=True)
    return {"rpn": risk.priority_numbers(severity, occurrence, detection).numbers}


ADAPTERS: dict[str, Callable[[Case], dict[str, Any]]] = {"pub-fmea-rpn": rpn}
REACHED = (("a public FMEA test file", "risk.priority_numbers", "pub-fmea-rpn"),)

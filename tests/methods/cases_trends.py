"""The reference case of trends: what is asked, by our names."""

from collections.abc import Callable
from typing import Any

from setsquare.methods import trends
from tests.methods.reference import Case


def rate(case: Case) -> dict[str, Any]:
    found = trends.rate_trend(case["data"]["counts"], case["data"]["exposure"])
    return {"beta": found.slope, "se": found.error, "z": found.statistic, "p": found.p}


ADAPTERS: dict[str, Callable[[Case], dict[str, Any]]] = {"trend-poisson-offset-uti": rate}
REACHED = (
    ("R 4.2.2, glm, hospital infections of qicharts2", "trends.rate_trend", "trend-poisson-offset-uti"),
)

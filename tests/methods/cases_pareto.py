"""The reference cases of Pareto charts: what is asked, by our names."""

from collections.abc import Callable
from typing import Any

from setsquare.methods.pareto import pareto
from tests.methods.reference import Case


def chart(case: Case) -> dict[str, Any]:
    found = pareto(case["data"]["labels"], case["data"]["counts"])
    return {
        "order": list(found.labels),
        "cum": found.cumulative.tolist(),
        "pct": (100 * found.share).tolist(),
        "cum_pct": (100 * found.cumulative_share).tolist(),
    }


ADAPTERS: dict[str, Callable[[Case], dict[str, Any]]] = {"pub-qcc-pareto": chart, "pareto-defects": chart}
REACHED = (("R qcc 2.7 and its vignette, defects", "pareto.pareto", "pub-qcc-pareto pareto-defects"),)

"""Quality methods as a typed library: pure functions over plain values, without Django.

Each family is a subpackage that loads when it is first used; what it needs of scipy loads later still, with the first
call that needs it.

>>> import setsquare.methods as m
>>> round(m.capability.from_summary(10.0, 0.2, 50, lower=9.0, upper=11.0).pk.value, 4)
1.6667
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import (
        advise,
        capability,
        charts,
        comparison,
        constants,
        exams,
        measurement,
        names,
        pareto,
        plotting,
        reliability,
        risk,
        rules,
        run_lengths,
        sampling,
        tolerance,
        trends,
        verification,
    )

__all__ = [
    "advise",
    "capability",
    "charts",
    "comparison",
    "constants",
    "exams",
    "measurement",
    "names",
    "pareto",
    "plotting",
    "reliability",
    "risk",
    "rules",
    "run_lengths",
    "sampling",
    "tolerance",
    "trends",
    "verification",
]


def __getattr__(name: str) -> ModuleType:
    """Load a family when somebody first asks for it; of any other name say where it is."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    from .names import said  # noqa: PLC0415 - loads when first used

    raise AttributeError(said(__name__, name), name=name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

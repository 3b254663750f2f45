"""Reads the reference cases and compares: whole examples that others published or computed.

They stand in a file outside the project, because the data belong to others; without it there is no case. A module
`cases_<family>.py` holds `ADAPTERS`, which computes what each case of its family asks for, and `REACHED`, rows of
source, methods and names of cases (words apart by spaces), from which the page "Checked against" is made.
"""

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

Case = dict[str, Any]
Test = TypeVar("Test", bound=Callable[..., object])


def load() -> dict[str, Case]:
    """Return the reference cases by their names; none where their file is not there."""
    file = Path(os.environ.get("REFERENCE_CASES", Path(__file__).with_name("reference_cases.json")))
    if not file.is_file():
        return {}
    return {case["id"]: case for case in json.loads(file.read_text("utf-8"))["cases"]}


def reaching(adapters: Mapping[str, Any]) -> Callable[[Test], Test | None]:
    """Run a test with the name of each case that has an adapter; without the file there is no such test.

    (With an empty list of parameters pytest would report it as skipped.)
    """
    names = [name for name in adapters if name in load()]
    return pytest.mark.parametrize("name", names) if names else lambda _: None


def differences(case: Case, made: dict[str, Any]) -> list[str]:
    """Each expected value that ours is not near, with both."""
    allowed = case["tolerance"]
    return [
        line for key, value in case["expected"].items() for line in _unlike(key, value, made[key], allowed)
    ]


def _unlike(key: str, wanted: Any, ours: Any, allowed: dict[str, float]) -> list[str]:
    if isinstance(wanted, dict):
        return [
            line for name, value in wanted.items() for line in _inner(key, name, value, ours[name], allowed)
        ]
    if isinstance(wanted, list):
        assert len(wanted) == len(ours), key
        ends = [f"{key}_upper" if i == 2 and f"{key}_upper" in allowed else key for i in range(len(wanted))]
        return [
            line for end, a, b in zip(ends, wanted, ours, strict=True) for line in _unlike(end, a, b, allowed)
        ]
    if wanted is None:
        return [] if math.isnan(ours) else [f"{key}: {ours}, not missing"]
    if isinstance(wanted, str | bool):
        return [] if wanted == ours else [f"{key}: {ours}, not {wanted}"]
    return [] if abs(ours - wanted) <= _room(key, wanted, allowed) else [f"{key}: {ours}, not {wanted}"]


def _inner(key: str, name: str, wanted: Any, ours: Any, allowed: dict[str, float]) -> list[str]:
    return _unlike(key if key in allowed or name not in allowed else name, wanted, ours, allowed)


def _room(key: str, wanted: float, allowed: dict[str, float]) -> float:
    for name in (key, f"{key}_abs"):
        if name in allowed:
            return allowed[name]
    if key.startswith("pct") and "pct" in allowed:
        return allowed["pct"]
    if "abs" in allowed:
        return allowed["abs"]
    return allowed["rel"] * abs(wanted) if wanted else allowed["rel"]

"""A form of an assessment that is sent as it came leaves no entry."""

from typing import Any

import pytest

from tests.competence.bench import Bench
from tests.unchanged import sent_as_it_came

EDITING: dict[str, dict[str, Any]] = {
    "assessment.edit": {"note": "By what I saw."},
    "assessment.rate": {"ratings": [{"component": "G-1", "level": 2}]},
    "assessment.set_evidence": {},
    "assessment.answer": {"answer": "Thank you."},
}
"""Each command that sets facts alone, and what changes something."""


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(bench: Bench, key: str) -> None:
    answers = key == "assessment.answer"
    made = bench.submitted if answers else bench.begun
    record = made(bench.mark, "ada", "manager", G_1=1)
    change = EDITING[key] or {"records": [bench.agreed("ada", G_2=1).number]}
    sent_as_it_came(bench.ada if answers else bench.mark, record, key, change)

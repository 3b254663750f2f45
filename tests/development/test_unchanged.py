"""A form of a development plan that is sent as it came leaves no entry."""

from typing import Any

import pytest

from tests.development.conftest import Team, day
from tests.unchanged import sent_as_it_came

EDITING: dict[str, dict[str, Any]] = {
    "development_plan.edit": {"aim": "Sets up every machine."},
    "development_plan.set_targets": {"targets": []},
    "development_plan.set_actions": {"actions": [{"what": "Read", "kind": "reading", "due": day(5)}]},
}
"""Each command that sets facts alone, and what changes something."""


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(team: Team, key: str) -> None:
    sent_as_it_came(team.anna, team.plan(), key, EDITING[key])

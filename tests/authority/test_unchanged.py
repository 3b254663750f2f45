"""A form of an authority rule that is sent as it came leaves no entry."""

from typing import Any

import pytest

from tests.authority.conftest import Office
from tests.unchanged import sent_as_it_came

EDITING: dict[str, dict[str, Any]] = {"authority_rule.edit": {"independent": True}}
"""Each command that sets facts alone, and what changes something."""


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(office: Office, key: str) -> None:
    sent_as_it_came(office.hugo, office.draft(), key, EDITING[key])

"""A form of a framework or role profile that is sent as it came leaves no entry."""

from typing import Any

import pytest

from tests.competence.conftest import Desk
from tests.unchanged import sent_as_it_came

TURNING = {
    "code": "G-1",
    "title": "Turning",
    "levels": [{"level": 1, "text": "Turns.", "indicators": ["Holds it", "Measures it"]}, {"level": 2}],
}
EDITING: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "framework.edit": ({"licence": "Ours."}, None),
    "framework.set_scale": ({"scale": [{"code": "A", "name": "Can"}, {"code": "B", "name": "Excels"}]}, None),
    "framework.set_attributes": (
        {"attributes": [{"code": "AUT", "title": "Autonomy", "level": 1, "text": "Guided."}]},
        None,
    ),
    "framework.change_item": ({"title": "Milling"}, TURNING),
    "framework.move_item": ({"parent": ""}, {"code": "G-1", "parent": "G"}),
    "role_profile.edit": ({"purpose": "Makes parts."}, None),
    "role_profile.set_requirements": ({"requirements": []}, None),
    "role_profile.set_titles": ({"titles": ["Turner"]}, None),
}
"""Each command that sets facts alone, what changes something, and its form where it does not come filled."""


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(desk: Desk, key: str) -> None:
    change, form = EDITING[key]
    record = desk.small()
    if key.startswith("role_profile."):
        record = desk.profile((desk.released(record), "G-1", 1, 2, 6), titles=["Lathe hand", "Operator"])
    sent_as_it_came(desk.hanna, record, key, change, form)

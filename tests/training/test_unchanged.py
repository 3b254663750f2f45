"""A form of a course or session that is sent as it came leaves no entry."""

from typing import Any

import pytest

from tests.training.conftest import School, ago
from tests.training.test_badge_issuers import entered
from tests.training.test_badges import Academy
from tests.training.test_certificates import submit
from tests.unchanged import sent_as_it_came

EDITING: dict[str, dict[str, Any]] = {
    "course.edit": {"hours": "2.5"},
    "course.set_activity": {"activity": "https://lms.example/7"},
    "course.set_requirements": {"needed_by": [{"unit": "N", "days": 5}]},
    "badge_issuer.edit": {"title": "Another name"},
    "certificate.edit": {"issuer": "Red Crescent"},
    "certificate.rectify": {"external_number": "X-7"},
    "training_session.edit": {"place": "Room 4"},
}
"""Each command that sets facts alone, and what changes something."""


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(school: School, key: str) -> None:
    course = school.course("Measuring", {"role": "reader", "unit": "N"}, hours=4)
    if key.startswith("badge_issuer."):
        sent_as_it_came(school.cora, entered(school, Academy()), key, EDITING[key])
        return
    if key == "certificate.rectify":
        sent_as_it_came(school.cora, school.certified("anna", course, ago(3)), key, EDITING[key])
        return
    if key.startswith("certificate."):
        sent_as_it_came(school.anna, submit(school, school.anna, course), key, EDITING[key])
        return
    record = course if key.startswith("course.") else school.session(course)
    sent_as_it_came(school.cora, record, key, EDITING[key])

"""A form that is sent as it came leaves no entry: nothing was done."""

import pytest

from setsquare.kernel.commands.declaration import all_commands
from setsquare.kernel.records.models import Record
from tests.authority import test_unchanged as authority
from tests.competence import test_assessments_unchanged as assessments
from tests.competence import test_unchanged as competence
from tests.development import test_unchanged as development
from tests.documents.conftest import Works
from tests.quizzes import test_quizzes as quizzes
from tests.training import test_unchanged as training
from tests.unchanged import sent_as_it_came

EDITING = {
    "person.edit_own": ("ada", {"digest": "daily"}),
    "person.edit": ("root", {"title": "Author"}),
    "person.transfer": ("root", {"unit": "HP"}),
    "unit.edit": ("root", {"name": "Hamburg works"}),
    "unit.move": ("root", {"parent": "L"}),
    "role.edit": ("root", {"description": "Reads all that is in force."}),
    "role.set_permissions": ("root", {"permissions": ["documents.read"]}),
    "document_type.edit": ("cora", {"reading_days": 21}),
    "document.edit": ("cora", {"area": "Metrology"}),
    "document.set_audience": ("cora", {"audience": [{"unit": "HP"}]}),
    "revision.plan_reading": ("ada", {"days": 21}),
}
"""Each command that sets facts alone, who does it here, and what changes something."""


def subject_of(works: Works, thing: str) -> Record:
    match thing:
        case "person":
            return works.record(works.person("ada").file.record.number)
        case "unit":
            return Record.objects.select_related("owner", "unit").get(type="unit", title="Hamburg")
        case "role":
            return Record.objects.select_related("owner", "unit").get(
                type="role", role_file__role__code="reader"
            )
        case "document_type":
            return Record.objects.select_related("owner", "unit").get(document_type__code="procedure")
    return works.record(works.draft() + ("/1" if thing == "revision" else ""))


def test_every_command_that_sets_facts_alone_is_tried() -> None:
    declared = {command.key for command in all_commands() if command.edits}
    domains = (assessments, authority, competence, development, quizzes, training)
    tried = {*EDITING, *(key for domain in domains for key in domain.EDITING)}
    assert {key for key in declared if not key.startswith("change_request.")} == tried


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(works: Works, key: str) -> None:
    who, change = EDITING[key]
    sent_as_it_came(works.person(who), subject_of(works, key.partition(".")[0]), key, change)

"""A form that is sent as it came leaves no entry: nothing was done."""

from typing import Any

import pytest

from setsquare.kernel.commands.declaration import Actor, Situation, all_commands, command_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain, thing_of
from tests.documents.conftest import Works

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
    assert {key for key in declared if not key.startswith("change_request.")} == EDITING.keys()


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(works: Works, key: str) -> None:
    thing, name = key.split(".")
    who, change = EDITING[key]
    record, command = subject_of(works, thing), command_of(thing, name)
    actor = Actor(works.person(who))
    assert command.initial is not None
    form: dict[str, Any] = dict(plain(command.initial(Situation(actor, thing_of(thing), record))))
    notices = Notice.objects.count()
    before = Record.objects.get(pk=record.pk)

    outcome = carry_out(thing, name, actor, record=record, body=form, reason="As it is")
    after = Record.objects.get(pk=record.pk)
    assert (outcome.unchanged, outcome.conclusion) == (True, "Nothing was changed.")
    assert (after.version, after.changed, after.trail.count()) == (
        before.version,
        before.changed,
        before.version,
    )
    assert outcome.entry.seq == before.version and Notice.objects.count() == notices

    outcome = carry_out(thing, name, actor, record=record, body={**form, **change}, reason="Something new")
    assert not outcome.unchanged and outcome.record.version == before.version + 1

"""Nobody countersigns what is about them, or what they gain by."""

from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.authority.conftest import Office
from tests.changes.conftest import state_of
from tests.days import today

ABOUT = "This is about you; somebody else countersigns it"


def file_of(person: User) -> Record:
    return Record.objects.get(person_file__user=person)


def prepare(office: Office, person: User, name: str, **body: Any) -> Record:
    """Have Rita, whom the rule does not let, prepare what is done to somebody's file."""
    record = file_of(person)
    given: dict[str, Any] = {"body": body, "reason": "It is due.", "version": record.version, "waits": True}
    return carry_out("person", name, Actor(office.desk.rita), record=record, **given).record


def asked(deed: Record) -> set[str]:
    return set(Task.objects.filter(record=deed).values_list("assignee__username", flat=True))


@pytest.fixture
def administrators(office: Office) -> Office:
    """Have Ben and Carl administer and be qualified to countersign what Rita does to people."""
    for person in (office.desk.ben, office.desk.carl):
        bootstrap.grant(person, "administrator", "NW")
        office.qualify(person)
    keys = ["grant_role", "transfer", "delegate", "revoke_role"]
    office.in_force(commands=[f"person.{key}" for key in keys], unit="N", countersigned=True)
    return office


def test_nobody_countersigns_a_role_for_themself(administrators: Office):
    desk = administrators.desk
    deed = prepare(administrators, desk.ben, "grant_role", role="head", unit="N")
    assert asked(deed) == {"carl"}
    with pytest.raises(NotPermitted, match=ABOUT):
        desk.do(desk.ben, deed, "countersign")
    desk.do(desk.carl, deed, "countersign")
    assert state_of(deed) == "carried_out"


def test_nobody_countersigns_that_they_manage_somebody(administrators: Office):
    desk = administrators.desk
    deed = prepare(administrators, desk.anna, "transfer", unit="N", manager="ben")
    assert asked(deed) == {"carl"}
    with pytest.raises(NotPermitted, match=ABOUT):
        desk.do(desk.ben, deed, "countersign")


def test_who_alone_could_countersign_a_deed_about_themself_keeps_nobody_waiting(office: Office):
    """The button says from the outset that nobody may countersign it."""
    desk = office.desk
    bootstrap.grant(desk.ben, "administrator", "NW")
    office.qualify(desk.ben)
    office.in_force(commands=["person.grant_role"], unit="N", countersigned=True)
    with pytest.raises(NotPermitted, match="nobody may countersign it here"):
        prepare(office, desk.ben, "grant_role", role="head", unit="N", starts=str(today()))
    assert not Record.objects.filter(type="supervised_deed").exists()

"""Whoever breaks the glass as a substitute answers for it in their own name alone."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from tests.authority.conftest import Office
from tests.authority.test_supervised import SIGNED, assert_sealed
from tests.changes.conftest import IMPACT
from tests.days import today


@pytest.fixture(autouse=True)
def seal_directory(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_DIRECTORY = tmp_path / "seal"


def test_a_substitute_breaks_the_glass_in_their_own_name_alone(office: Office):
    desk = office.desk
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit", assessor="ben")
    office.qualify(desk.dora)
    office.in_force(commands=["change_request.assess"], break_glass=True)
    days = {"starts": today(), "ends": today()}
    desk.do(desk.ben, desk.ben.file.record, "delegate", substitute="hugo", **days)
    current = Record.objects.get(pk=change.pk)
    done = carry_out(
        "change_request",
        "assess",
        Actor(office.hugo),
        record=current,
        body=IMPACT,
        version=current.version,
        credentials=SIGNED,
        glass="The line stands still.",
    )
    assert done.entry.on_behalf_of is None and done.signature is not None
    assert done.signature.on_behalf_of is None
    assert done.entry.authority == {
        "glass": "The line stands still.",
        "rules": ["AR-001"],
        "asked": "ben",
        "asked_name": "Ben Example",
    }
    use = Record.objects.get(type="override")
    told = sentence_of(done.entry, thing_of("change_request"))
    assert "in their own name, though Ben Example was asked; by breaking the glass (AR-001)" in told
    assert (
        f"in your own name and not for Ben Example: your reason is reviewed as {use.number}"
        in done.conclusion
    )
    alarm = Notice.objects.filter(kind="alarm").first()
    assert alarm is not None
    said = alarm.text % alarm.values
    assert "in their own name, though Ben Example was asked." in said
    assert said.endswith(f"Why: The line stands still. It is reviewed as {use.number}."), "one full stop"
    assert Task.objects.get(record=change, assignee=desk.ben).done_by == office.hugo
    client = Client()
    client.force_login(desk.dora)
    page = client.get(f"/change-requests/{change.number}/signatures/").content.decode()
    assert f"in their own name alone, though Ben Example was asked; reviewed as {use.number}" in page
    page = client.get(f"/overrides/{use.number}/").content.decode()
    assert "Done in their own name, though asked was" in page and "Ben Example" in page
    assert_sealed(change, use)

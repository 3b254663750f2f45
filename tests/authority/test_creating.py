"""Rules are asked at every creating command, also where its unit is not given but follows."""

import datetime as dt
from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.checks import declarations_agree
from setsquare.kernel.commands.declaration import Actor, all_commands
from setsquare.kernel.commands.errors import CommandError, NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.store import receive
from setsquare.kernel.records.models import Record
from tests.authority.conftest import Office
from tests.days import today

FOLLOWS = sorted(one.key for one in all_commands() if one.creates and one.made_in is not None)
NOW = today()


@pytest.mark.once
def test_every_creating_command_says_where_it_makes_its_record() -> None:
    assert not [wrong.msg for wrong in declarations_agree(None) if wrong.id == "setsquare.E006"]
    for one in all_commands():
        if one.creates and one.who and one.perform.__module__.startswith("setsquare."):
            assert ("unit" in one.body.model_fields) != (one.made_in is not None), one.key


def given(key: str, who: User, by: dict[str, Record]) -> dict[str, Any]:
    person, day = who.username, NOW.isoformat()
    period = {"begins": day, "ends": (NOW + dt.timedelta(days=30)).isoformat()}
    return {
        "assessment.begin": {"person": person, "framework": by["framework"], "method": "self", "day": day},
        "assessment.create": {
            "person": person,
            "framework": by["framework"],
            "component": "A",
            "level": 1,
            "day": day,
        },
        "certificate.create": {"person": person, "course": by["course"], "issued": day},
        "certificate.submit": {"course": by["course"], "issued": day, "issuer": "Elsewhere"},
        "certificate.submit_badge": {"course": by["course"], "file": by["file"]},
        "development_plan.create": {"title": "More", "aim": "To know more.", **period},
        "quiz_attempt.start": {"quiz": by["quiz"]},
        "role.create": {"name": "Pilot", "code": "pilot"},
        "unit.create": {"name": "West", "code": "W", "kind": "department", "parent": "N"},
    }[key]


@pytest.fixture
def known(office: Office) -> dict[str, Any]:
    """A course, a framework and a quiz of the north, and a file."""
    hugo = office.hugo
    for role in ("administrator", "coordinator", "manager"):
        bootstrap.grant(hugo, role, "NW")
    for who in (hugo, office.desk.dora):
        bootstrap.grant(who, "director", "NW")
    said = {"title": "Care", "unit": "N"}
    made = {
        name: carry_out(name, "create", Actor(hugo), body=body).record
        for name, body in {
            "course": {**said, "kind": "read", "content": "All of it."},
            "framework": {**said, "purpose": "What people can do."},
            "quiz": said,
        }.items()
    }
    return {**made, "file": receive(hugo, b"{}", "badge.json", "application/json", "").blob_id}


@pytest.mark.parametrize("key", FOLLOWS)
def test_a_rule_is_asked_there(office: Office, known: dict[str, Any], key: str) -> None:
    """Hugo holds what the rule asks for, then no longer: he gets past it, then not."""
    top = key in ("role.create",)
    office.qualify(office.hugo)
    rule = office.draft(commands=[key], unit="NW" if top else "N")
    office.put_into_force(rule)
    body = given(key, office.hugo, known)
    thing, name = key.split(".")

    def told() -> str:
        try:
            carry_out(thing, name, Actor(office.hugo), body=body)
        except NotPermitted as refused:
            return str(refused.sentence)
        except CommandError:
            return ""
        return ""

    office.hugo.qualifications.all().delete()
    assert f"Rule {rule.number} asks for it" in told()
    office.qualify(office.hugo)
    assert "asks for it" not in told()

"""Who was given the right to agree by the very one who assessed, a short while ago, is no second person."""

import json
from typing import Any

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from tests.api.conftest import Caller
from tests.competence.bench import Bench, ago, asked, levels
from tests.competence.conftest import PASSWORD
from tests.organisation.test_alone import later

SENTENCE = (
    "Mark Example, who assessed or recorded this, gave you the right to do this within the last 30 days;"
    " somebody else looks at it: Hanna Example."
)


def grant(bench: Bench) -> User:
    bench.do(bench.mark, bench.kim.file.record, "grant_role", role="manager", unit="N")
    return bench.kim


def enter(bench: Bench) -> User:
    new = {"username": "hal", "name": "Hal Helper", "unit": "N", "roles": ["manager"], "invite": False}
    carry_out("person", "hire", Actor(bench.mark), body=new)
    hal = User.objects.get(username="hal")
    hal.may_sign = True  # as somebody else confirmed it
    hal.set_password(PASSWORD)
    hal.save()
    return hal


def widen(bench: Bench) -> User:
    bootstrap.add_role("helper", "Helper", "", ["organisation.read", "competence.read"])
    bootstrap.grant(bench.kim, "helper", "N")
    role = Record.objects.get(type="role", role_file__role__code="helper")
    kept = ["organisation.read", "competence.read", "competence.see", "competence.assess"]
    bench.do(bench.mark, role, "set_permissions", permissions=kept)
    return bench.kim


def bring_here(bench: Bench) -> User:
    bootstrap.add_unit("X", "Corner", "site", "NW")
    for person in (bench.kim, bench.mark):
        bootstrap.grant(person, "manager", "X")
    bench.do(None, bench.hanna.file.record, "grant_role", role="head", unit="X")
    bench.do(bench.mark, bench.ada.file.record, "transfer", unit="X", manager=None)
    return bench.kim


@pytest.fixture
def ruling(bench: Bench) -> Bench:
    """Have Mark administer, who assesses, and Ada report to nobody."""
    bootstrap.grant(bench.mark, "administrator", "NW")
    bench.do(None, bench.ada.file.record, "transfer", unit="N", manager=None)
    return bench


def recorded(bench: Bench, command: str) -> Record:
    """Have Mark assess Ada, or record that he did."""
    if command == "agree":
        return bench.submitted(bench.mark, "ada", "assessor", G_1=2)
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    return carry_out("assessment", "create", Actor(bench.mark), body={**past, "person": "ada"}).record


@pytest.mark.parametrize("give", [grant, enter, widen, bring_here])
@pytest.mark.parametrize("command", ["agree", "confirm"])
def test_a_helper_by_the_hand_of_who_assessed_is_no_second_one(
    ruling: Bench, give: Any, command: str
) -> None:
    helper = give(ruling)
    made = recorded(ruling, command)
    assert asked(made) == {f"{command}_assessment": ["hanna"]}
    with pytest.raises(NotPermitted) as refused:
        ruling.do(helper, made, command)
    assert str(refused.value) == SENTENCE
    assert levels(ruling.ada) == {}
    ruling.do(ruling.hanna, made, command)
    assert levels(ruling.ada) == {"G-1": 2}


def test_every_way_in_says_so(ruling: Bench, client: Client) -> None:
    kim, made = grant(ruling), recorded(ruling, "agree")
    client.force_login(kim)
    assert SENTENCE in client.get(f"/assessments/{made.number}/").content.decode()
    answer = Caller(kim, ("read", "write")).post(
        f"/assessments/{made.number}:agree", {"signature": {"password": PASSWORD}}
    )
    assert (answer.status_code, json.loads(answer.content)["detail"]) == (403, SENTENCE)


def test_where_nobody_else_may_the_helper_does(ruling: Bench) -> None:
    Grant.objects.filter(user=ruling.hanna).delete()
    kim, made = grant(ruling), recorded(ruling, "agree")
    assert asked(made) == {"agree_assessment": ["kim"]}
    ruling.do(kim, made, "agree")
    assert levels(ruling.ada) == {"G-1": 2}


def test_what_somebody_else_gave_or_was_given_long_ago_is_owed_to_nobody(
    ruling: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.grant(ruling.kim, "manager", "N")
    made = recorded(ruling, "agree")
    bootstrap.grant(ruling.hanna, "administrator", "NW")
    ruling.do(ruling.mark, ruling.ben.file.record, "grant_role", role="manager", unit="N")
    ruling.do(ruling.hanna, ruling.rob.file.record, "grant_role", role="manager", unit="N")
    ruling.do(ruling.kim, made, "agree")
    ruling.do(ruling.rob, recorded(ruling, "agree"), "agree")
    another = recorded(ruling, "agree")
    with pytest.raises(NotPermitted, match="gave you the right"):
        ruling.do(ruling.ben, another, "agree")
    ruling.do(ruling.hanna, ruling.ben.file.record, "grant_role", role="head", unit="N")
    ruling.do(ruling.ben, another, "agree")
    last = recorded(ruling, "agree")
    ruling.do(ruling.hanna, ruling.ben.file.record, "revoke_role", role="head", unit="N")
    with monkeypatch.context() as clock:
        clock.setattr("setsquare.domains.organisation.giving.timezone.now", later(days=31))
        ruling.do(ruling.ben, last, "agree")
    assert levels(ruling.ada) == {"G-1": 2}


def test_a_role_that_is_given_on_as_it_ends_is_no_gift(ruling: Bench) -> None:
    kim, made = grant(ruling), recorded(ruling, "agree")
    new = Grant.objects.get(user=kim, role__code="manager")
    old = Grant(user=kim, role=new.role, unit=new.unit, starts=new.starts, ends=new.starts)
    old.starts = ruling.hanna.grants.get().starts.replace(year=2020)
    old.save()
    ruling.do(kim, made, "agree")
    assert levels(ruling.ada) == {"G-1": 2}

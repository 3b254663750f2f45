"""What a rule would change is told before it is approved or withdrawn: alike on the screen, by API and command line."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.failures import FORBIDDEN
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from tests.authority.conftest import Office
from tests.authority.test_looking import bearer, many
from tests.changes.conftest import PASSWORD
from tests.days import today


def by_api(user: User, rule: Record) -> dict[str, Any]:
    answer = Client(headers=bearer(user)).get(f"/api/v1/authority-rules/{rule.number}:effect")
    assert answer.status_code == 200, answer.content
    (item,) = answer.json()["items"]
    return dict(item)


def names(people: list[dict[str, Any]]) -> set[str]:
    return {one["username"] for one in people}


def test_who_would_lose_and_gain_and_which_tasks_would_be_stranded(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Ben, Carl, Dora and Hugo hold the right to assess; the rule asks for a level that Ben alone has."""
    desk = office.desk
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    change = desk.request(title="Fewer steps")
    desk.do(desk.anna, change, "submit")
    office.qualify(desk.ben)
    rule = office.draft(commands=["change_request.assess"])
    told = by_api(desk.hugo, rule)
    assert (told["may_now"], told["may_then"], told["gains"], told["loses"]) == (4, 1, 0, 3)
    assert names(told["lose"]) == {"carl", "dora", "hugo"} and told["stranded"] == 0
    assert {task["person"]["username"] for task in told["tasks"]} == {"carl", "dora", "hugo"}

    client = Client()
    client.force_login(desk.hugo)
    page = client.get(f"/authority-rules/{rule.number}/effect/").content.decode()
    assert "Would lose it (3)" in page and "Moves on to who may" in page and "Ben Example" not in page
    assert run(["rule-effect", rule.number, "--json", "--as", "hugo"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == [told]

    office.put_into_force(rule)
    told = by_api(desk.hugo, rule)
    assert (told["may_now"], told["may_then"], told["gains"], told["loses"]) == (1, 4, 3, 0)
    assert (
        "What withdrawing this rule would change"
        in client.get(f"/authority-rules/{rule.number}/effect/").content.decode()
    )

    stricter = office.draft(
        commands=["change_request.assess"],
        needs=[{"subject": office.subject.number, "topic": "A1", "level": 5}],
    )
    told = by_api(desk.hugo, stricter)
    assert (told["may_now"], told["may_then"], told["loses"], told["stranded"]) == (1, 0, 1, 1)
    page = client.get(f"/authority-rules/{stricter.number}/effect/").content.decode()
    assert "Nobody could do this any more" in page and change.number in page

    higher = [{"subject": office.subject.number, "topic": "A1", "level": 5}]
    shared = office.draft(commands=["change_request.assess"], countersigned=True, of_supervisor=higher)
    for level, unattended in ((3, True), (5, False)):
        Qualification.objects.filter(user=desk.ben).update(level=level)
        told = by_api(desk.hugo, shared)
        assert told["unattended"] is unattended and told["may_then"] == 1, "nobody but Ben may do it alone"
        client.get(f"/authority-rules/{shared.number}/effect/")
    desk.do(desk.dora, rule, "withdraw", because="For a moment.")
    told = by_api(desk.hugo, shared)
    assert names(told["supervised"]) == {"carl", "dora", "hugo"} and not told["tasks"]
    Qualification.objects.filter(user=desk.ben).update(level=3)
    told = by_api(desk.hugo, shared)
    assert not told["supervised"] and len(told["tasks"]) == 3, "they lose it wholly"
    page = client.get(f"/authority-rules/{shared.number}/effect/").content.decode()
    assert "nobody here may countersign" in page
    rule = office.in_force(commands=["change_request.assess"])

    owned = office.draft(commands=["change_request.edit"])
    told = by_api(desk.hugo, owned)
    assert (told["may_now"], told["may_then"]) == (5, 1) and "anna" in names(told["lose"]), (
        "she owns the change"
    )

    desk.do(desk.hugo, rule, "revise", because="Simpler.")
    edition = Record.objects.get(number=f"{rule.number}/2")
    given = {"title": "T", "why": "W", "needs": [], "roles": ["controller"], "meanings": []}
    desk.do(desk.hugo, edition, "edit", commands=["change_request.assess"], **given)
    told = by_api(desk.hugo, edition)
    assert names(told["gain"]) == {"carl"} and names(told["lose"]) == {"ben"}

    desk.do(desk.dora, rule, "withdraw", because="No longer needed.")
    answer = Client(headers=bearer(desk.hugo)).get(f"/api/v1/authority-rules/{rule.number}:effect")
    assert answer.status_code == 409


def test_where_nobody_may_be_looked_at_it_says_so(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    rule = office.draft()
    Unit.objects.filter(paths_up__ancestor=rule.unit).update(closed_on=today())
    nowhere = "There is no open unit where this rule holds and of which you may see who may do what."

    client = Client()
    client.force_login(office.hugo)
    page = client.get(f"/authority-rules/{rule.number}/effect/")
    assert (page.status_code, nowhere in page.content.decode()) == (200, True)
    asked = Client(headers=bearer(office.hugo)).get
    told = {query: asked(f"/api/v1/authority-rules/{rule.number}:effect{query}") for query in ("", "?unit=N")}
    assert [(one.status_code, one.json()["detail"]) for one in told.values()] == [
        (403, nowhere),
        (422, "unit: There is no unit with the code “N”."),
    ]
    assert run(["rule-effect", rule.number, "--as", "hugo"]) == FORBIDDEN
    assert nowhere in capsys.readouterr().err


@pytest.mark.once
def test_only_who_could_is_counted_and_the_form_of_approval_says_so(office: Office):
    """Who assesses is up to the assessment; who verifies certificates runs training, and so is counted."""
    desk = office.desk
    rule = office.draft(commands=["certificate.verify", "assessment.submit"], needs=[], roles=["director"])
    answer = Client(headers=bearer(desk.hugo)).get(f"/api/v1/authority-rules/{rule.number}:effect").json()
    told = {item["command"]: item for item in answer["items"]}
    counted = ("by_the_record", "may_now", "may_then", "loses")
    assert [told["certificate.verify"][name] for name in counted] == [False, 1, 0, 1]
    assert names(told["certificate.verify"]["lose"]) == {"dora"}
    assert [told["assessment.submit"][name] for name in counted] == [True, None, None, None]
    assert told["assessment.submit"]["lose"] == []
    desk.do(desk.hugo, rule, "submit")
    client = Client()
    client.force_login(desk.dora)
    page = client.get(f"/authority-rules/{rule.number}/effect/?command=assessment.submit").content.decode()
    assert (
        "It cannot be told by role" in page and "Would lose" not in page and "Meet the rules then (1)" in page
    )
    form = client.get(f"/authority-rules/{rule.number}/do/approve/").content.decode()
    assert "1 would lose it, 0 would gain it (Certificate: Verify)" in form
    assert f'href="/authority-rules/{rule.number}/effect/?command=certificate.verify"' in form


def test_the_forms_say_beforehand_that_nobody_could_act_by_a_rule(office: Office, client: Client) -> None:
    """Else who submits it learns of it days later, from whoever gave their password in vain."""
    desk = office.desk
    told = "With this rule, nobody could do “Change request: Assess” any more in North"
    rule = office.draft(commands=["change_request.assess"])
    for who, name in ((desk.hugo, "submit"), (desk.dora, "approve")):
        client.force_login(who)
        form = client.get(f"/authority-rules/{rule.number}/do/{name}/").content.decode()
        assert f"{told}: it cannot be put into force like this." in form
        assert "4 would lose it, 0 would gain it (Change request: Assess)" in form
        if name == "submit":
            desk.do(who, rule, name)
    office.qualify(desk.ben)
    form = client.get(f"/authority-rules/{rule.number}/do/approve/").content.decode()
    assert told not in form and "3 would lose it" in form


def test_who_may_with_a_countersignature_is_not_told_as_having_lost_it_all(
    office: Office, client: Client
) -> None:
    desk = office.desk
    office.qualify(desk.ben)
    rule = office.draft(commands=["change_request.assess"], countersigned=True)
    client.force_login(desk.hugo)
    form = client.get(f"/authority-rules/{rule.number}/do/submit/").content.decode()
    told = "3 would lose it, 3 of whom could still do it with a countersignature; 0 would gain it"
    assert told in form


def test_the_tasks_of_an_effect_lead_to_their_records_and_its_units_stand_as_a_tree(
    office: Office, client: Client
) -> None:
    desk = office.desk
    bootstrap.add_unit("NA", "Annex", "site", "N")
    change = desk.request(title="Fewer steps")
    desk.do(desk.anna, change, "submit")
    office.qualify(desk.ben)
    rule = office.draft(commands=["change_request.assess"])
    client.force_login(desk.hugo)
    page = client.get(f"/authority-rules/{rule.number}/effect/").content.decode()
    assert f'<th scope="row"><a href="/change-requests/{change.number}/">{change.number}</a></th>' in page
    for where in (
        f"/authority-rules/{rule.number}/effect/",
        "/authority-rules/mine/",
        "/authority-rules/who/",
    ):
        assert '<option value="NA">\u2003Annex</option>' in client.get(where).content.decode(), where


def test_the_page_costs_the_same_however_many_people_there_are(office: Office, client: Client):
    desk = office.desk
    office.qualify(desk.ben)
    rule = office.draft(commands=["change_request.assess"])
    desk.do(desk.anna, desk.request(title="Fewer steps"), "submit")
    client.force_login(desk.hugo)
    counts = []
    for more in (0, 500):
        many(office, more)
        client.get(f"/authority-rules/{rule.number}/effect/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/authority-rules/{rule.number}/effect/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15, counts


def test_matrix_and_rights_are_told_on_the_command_line(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    office.qualify(office.desk.ben)
    office.in_force()
    assert run(["who-may", "change_request.create", "N", "--as", "anna"]) == 0
    assert "Ben Example" in capsys.readouterr().out
    assert run(["who-may", "change_request.create", "N", "--not", "--as", "anna"]) == 0
    assert office.needed() in capsys.readouterr().out
    assert run(["what-may-i", "N", "--json", "--as", "carl"]) == 0
    told = {one["command"]: one["why_not"] for one in json.loads(capsys.readouterr().out)["items"]}
    assert "you hold none" in told["change_request.create"] and told["revision.comment"] is None
    assert run(["who-may", "change_request.make", "N", "--as", "anna"]) == 1
    assert "There is no command" in capsys.readouterr().err
    assert run(["training", "--as", "anna"]) == 0

"""The forms of commands that rules are asked at: what they say stays there as the form comes back."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.authority.conftest import Office
from tests.authority.test_looking import BODY
from tests.authority.test_ways import course, holds
from tests.changes.conftest import IMPACT, PASSWORD

BREAKING = "You are breaking the glass"
NEW = "/change-requests/new/create/"


@pytest.fixture(autouse=True)
def seal_directory(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_DIRECTORY = tmp_path / "seal"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, address: str, status: int, **given: Any) -> str:
    answer = client.post(address, given)
    assert answer.status_code == status
    return answer.content.decode() if status != 303 else ""


@pytest.fixture
def assessed(office: Office) -> str:
    """Carl is asked to assess a change request, which a rule keeps him from but in an emergency."""
    change = office.desk.request(who=office.desk.anna)
    office.desk.do(office.desk.anna, change, "submit", assessor="carl")
    read = course(office)
    holds(office.desk.ben, read)
    office.in_force(commands=["change_request.assess"], needs=[{"subject": read.number}], break_glass=True)
    return f"/change-requests/{change.number}/do/assess/"


def test_a_refused_form_still_says_that_the_glass_is_being_broken(office: Office, assessed: str) -> None:
    """Whoever forgot the reason or mistyped the password goes on breaking the glass, and has to see it."""
    client = client_of(office.desk.carl)
    lacking = "This needs a current qualification in TC-001 Asking well; you hold none."
    version = Record.objects.get(type="change_request").version
    opened = client.get(f"{assessed}?glass=1").content.decode()
    assert BREAKING in opened and lacking in opened
    given = {**IMPACT, "_glass": "1", "_version": version, "password": PASSWORD}
    for more, said in (
        ({"glass": ""}, "Say why the glass has to be broken"),
        ({"glass": "The line stands still.", "password": "wrong"}, "password"),
    ):
        again = sent(client, assessed, 422, **{**given, **more})
        assert BREAKING in again and lacking in again and said in again, more
        assert 'name="_glass" value="1"' in again


def test_a_form_tells_with_links_what_leads_to_what_a_rule_asks_for(office: Office, assessed: str) -> None:
    course_link = '<a href="/courses/TC-001/">Read TC-001 Asking well and confirm it</a>'
    rule_link = '<a href="/authority-rules/AR-001/">See rule AR-001 Who asks for changes</a>'
    client = client_of(office.desk.carl)
    for address in (assessed, f"{assessed}?glass=1"):
        shown = client.get(address).content.decode()
        assert course_link in shown and rule_link in shown, address
    with_dialog = client.get(assessed, headers={"HX-Request": "true"}).content.decode()
    assert with_dialog.count(course_link) == with_dialog.count(rule_link) == 1


def test_what_was_sent_in_vain_is_told_with_the_same_links(office: Office) -> None:
    read = course(office)
    holds(office.desk.ben, read)
    office.in_force(needs=[{"subject": read.number}])
    again = sent(client_of(office.desk.carl), NEW, 422, **BODY, priority="normal")
    assert again.count('<a href="/courses/TC-001/">Read TC-001 Asking well and confirm it</a>') == 1
    assert '<a href="/authority-rules/AR-001/">See rule AR-001 Who asks for changes</a>' in again
    assert BREAKING not in again


def test_breaking_the_glass_for_a_new_record_stays_told_by_the_rules_of_its_unit(office: Office) -> None:
    office.qualify(office.desk.ben)
    office.in_force(countersigned=True, break_glass=True)
    given = {**BODY, "priority": "normal", "_glass": "1", "glass": "", "password": PASSWORD}
    again = sent(client_of(office.desk.carl), NEW, 422, **given)
    assert (
        BREAKING in again and f"This needs {office.needed()}; you hold none.".replace('"', "&#34;") in again
    )
    waits = sent(client_of(office.desk.carl), NEW, 422, **{**BODY, "title": ""}, priority="normal")
    assert "This needs a countersignature" in waits and BREAKING not in waits


def test_the_level_that_a_rule_asks_for_is_chosen_by_name(office: Office) -> None:
    rule = office.draft()
    form = client_of(office.hugo).get(f"/authority-rules/{rule.number}/do/edit/").content.decode()
    assert 'data-source="/choose/levels?q="' in form and ">3 Step 3</option>" in form
    posted = {
        "title": "Who asks",
        "why": "It takes skill.",
        "commands": "change_request.create",
        "needs.0.subject": office.subject.number,
        "needs.0.topic": "A1",
        "needs.0.level": "4",
        "_version": rule.version,
    }
    sent(client_of(office.hugo), f"/authority-rules/{rule.number}/do/edit/", 303, **posted)
    kept = Record.objects.get(pk=rule.pk).authority_rule.needs
    assert [(need["topic"], need["level"], need["grade"]) for need in kept] == [("A1", 4, "Step 4")]

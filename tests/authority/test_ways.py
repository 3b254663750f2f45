"""Who is refused is told how to get there: the course, or who assesses them; it costs nobody else a query."""

import html
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.authorising import decide
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from tests.api.conftest import Caller
from tests.authority.conftest import Office
from tests.authority.test_looking import BODY
from tests.authority.test_supervised import accepts
from tests.changes.conftest import IMPACT, PASSWORD

MANAGER = "Dora Example"


def course(office: Office, kind: str = "read", **given: Any) -> Record:
    """Have a course on offer."""
    body = {"title": "Asking well", "unit": "N", "kind": kind, "content": "Ask for what you need.", **given}
    made = carry_out("course", "create", Actor(office.desk.dora), body=body).record
    office.desk.do(office.desk.dora, made, "offer")
    return Record.objects.get(pk=made.pk)


def holds(person: User, subject: Record, topic: str = "", level: int = 1) -> None:
    """Have somebody qualified in something for good."""
    now = timezone.now()
    Qualification.objects.create(
        user=person, subject=subject, topic=topic, level=level, since=now, given=now, evidence=subject
    )


def refused(user: User, **given: Any) -> NotPermitted:
    with pytest.raises(NotPermitted) as why:
        carry_out("change_request", "create", Actor(user), body=BODY | given)
    return why.value


@pytest.fixture
def ruled(office: Office) -> Office:
    """A rule asks for a course and a component; Dora leads Ben, and nobody leads Carl."""
    read = course(office)
    leads = {"subject": office.subject.number, "topic": "A1", "level": 3}
    course(office, "classroom", title="Audit week", leads_to=[leads])
    needs = [{"subject": read.number}, {"subject": office.subject.number, "topic": "A1", "level": 3}]
    holds(office.desk.anna, read)
    office.qualify(office.desk.anna)
    office.in_force(needs=needs)
    User.objects.filter(username="ben").update(manager=office.desk.dora)
    return office


TOLD = (
    "What leads there: read TC-001 Asking well and confirm it; take TC-002 Audit week, which leads to it;"
    f" have yourself assessed in “Audits” by {MANAGER}."
)


def test_a_refusal_names_the_course_and_who_assesses(ruled: Office) -> None:
    ben = User.objects.get(username="ben")
    error = refused(ben)
    assert str(error).endswith(f"Rule AR-001 asks for it. {TOLD}")
    assert [(way.kind, way.number, way.people) for way in error.ways] == [
        ("course", "TC-001", ()),
        ("course", "TC-002", ()),
        ("assessment", "", (MANAGER,)),
    ]
    ruled.qualify(ben)
    assert str(refused(ben)).endswith("What leads there: read TC-001 Asking well and confirm it.")


def test_only_who_is_refused_costs_more_and_that_two_queries(ruled: Office) -> None:
    ben, carl = User.objects.get(username="ben"), User.objects.get(username="carl")
    ruled.qualify(ben)
    holds(ben, Record.objects.get(number="TC-001"))
    counts = {}
    for person in (ben, carl):
        situation = Situation(Actor(person), thing_of("change_request"), None, ruled.subject.unit_id)
        with CaptureQueriesContext(connection) as captured:
            decision = decide(situation, command_of("change_request", "create"))
            decide(situation, command_of("change_request", "create"))
        counts[person.username] = len(captured)
        assert bool(decision.ways) is bool(decision.lacks) is (person is carl)
    assert counts == {"ben": 1, "carl": 3}


def test_every_face_tells_the_ways(
    ruled: Office, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = User.objects.get(username="ben")
    caller = Caller(ben, ("read", "write"))
    answer = caller.post("/change-requests", BODY).json()
    assert answer["code"] == "forbidden" and TOLD in answer["detail"]
    first, _second, last = answer["ways"]
    assert (first["href"], first["for"]) == (
        "/api/v1/courses/TC-001",
        {"subject": "TC-001", "topic": "", "level": 1},
    )
    assert (last["people"], last["href"]) == ([MANAGER], None)
    found = caller.get("/authority-rules:mine?kept=true").json()["items"]
    assert [(one["command"], len(one["ways"])) for one in found] == [("change_request.create", 3)]
    client.force_login(ben)
    page = client.get("/authority-rules/mine/?kept=true").content.decode()
    assert '<a href="/courses/TC-001/">Read TC-001 Asking well and confirm it</a>' in page
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "ben")
    assert run(["what-may-i", "--kept"]) == 0
    assert "read TC-001 Asking well and confirm it" in " ".join(capsys.readouterr().out.split())
    assert run(["change-requests", "create", *(f"--{k}={v}" for k, v in BODY.items()), "--json"]) != 0
    assert len(json.loads(capsys.readouterr().err)["ways"]) == 3


def test_who_may_not_countersign_is_shown_the_same_ways_and_no_glass(
    ruled: Office, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also to what is asked of who countersigns alone; whose own deed it is reads only that."""
    desk = ruled.desk
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    read = Record.objects.get(number="TC-001")
    rita = desk.rita
    bootstrap.grant(rita, "head", "N")
    for person in (rita, desk.dora):
        holds(person, read)
    ruled.qualify(rita)
    ruled.qualify(desk.dora)
    given = {"commands": ["change_request.accept"], "countersigned": True, "break_glass": True}
    higher = [{"subject": ruled.subject.number, "topic": "A1", "level": 3}]
    ruled.in_force(**given, needs=[{"subject": read.number}], of_supervisor=higher)
    deed = accepts(ruled, change).record
    Qualification.objects.filter(user=desk.dora).delete()
    User.objects.filter(pk=desk.dora.pk).update(manager=rita)
    dora = User.objects.get(username="dora")

    told = (
        "This needs a current qualification in TC-001 Asking well; you hold none."
        f" This needs {ruled.needed()}; you hold none. Rule AR-002 asks for it."
        " What leads there: read TC-001 Asking well and confirm it; take TC-002 Audit week, which leads to it;"
        " have yourself assessed in “Audits” by Rita Root."
    )
    client.force_login(dora)
    page = html.unescape(client.get(f"/supervised-work/{deed.number}/").content.decode())
    assert '<a href="/courses/TC-001/">Read TC-001 Asking well and confirm it</a>' in page
    assert told in page and "break the glass" not in page.lower()
    with pytest.raises(NotPermitted) as refused_to:
        desk.do(dora, deed, "countersign")
    assert str(refused_to.value) == told and not refused_to.value.breakable
    caller = Caller(dora, ("read", "write"))
    answer = caller.post(
        f"/supervised-work/{deed.number}:countersign", {"signature": {"password": PASSWORD}}
    ).json()
    assert answer["detail"] == told and [way["kind"] for way in answer["ways"]] == [
        "course",
        "course",
        "assessment",
    ]
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "dora")
    assert run(["supervised-work", "countersign", deed.number, "--json"]) != 0
    assert json.loads(capsys.readouterr().err)["detail"] == told
    with pytest.raises(NotPermitted) as own:
        desk.do(ruled.hugo, deed, "countersign")
    assert str(own.value) == "You prepared this; somebody else countersigns it."


def test_what_one_may_is_of_ones_own_unit_and_can_be_searched(ruled: Office, client: Client) -> None:
    ben = User.objects.get(username="ben")
    caller = Caller(ben, ("read",))
    own = caller.get("/authority-rules:mine").json()["items"]
    assert own == caller.get("/authority-rules:mine?unit=N").json()["items"]
    assert caller.get("/authority-rules:mine?unit=XX").json()["errors"][0]["field"] == "unit"
    found = caller.get("/authority-rules:mine?q=change+request").json()["items"]
    assert found and len(found) < len(own)
    client.force_login(ben)
    page = client.get("/authority-rules/mine/?q=no+such+thing").content.decode()
    assert "No command that you may look at is called so." in page
    page = client.get("/authority-rules/mine/?q=request&kept=true").content.decode()
    assert page.count('class="cell-note"') == 1


def test_where_nobody_knows_a_way_who_does_is_named(ruled: Office) -> None:
    """The course is retired: nobody can take it any more."""
    ben = User.objects.get(username="ben")
    ruled.qualify(ben)
    read = Record.objects.get(number="TC-001")
    ruled.desk.do(ruled.desk.dora, read, "retire", because="It is over.")
    assert str(refused(ben)).endswith("Rule AR-001 asks for it; ask Hugo Example how to get there.")


def test_the_page_of_a_record_links_what_leads_to_a_command(office: Office, client: Client) -> None:
    ben = office.desk.ben
    read = course(office)
    holds(office.desk.anna, read)
    for one in (office.desk.dora, office.hugo, office.desk.carl):
        holds(one, read)
    change = office.desk.request(who=ben)
    office.in_force(commands=["change_request.submit"], needs=[{"subject": read.number}])
    client.force_login(ben)
    link = '<a href="/courses/TC-001/">Read TC-001 Asking well and confirm it</a>'
    page = client.get(f"/change-requests/{change.number}/").content.decode()
    assert page.count(link) == 1 and "What leads to “Submit”" in page
    dialog = client.get(
        f"/change-requests/{change.number}/do/submit/",
        headers={"HX-Request": "true", "HX-Target": "dialog-body"},
    )
    assert link in dialog.content.decode()
    holds(ben, read)
    assert link not in client.get(f"/change-requests/{change.number}/").content.decode()

"""Role profiles: what they ask for, who has them, how they are chosen, taken from a starter set, brought in and out."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.competence.models import RoleProfile
from setsquare.domains.competence.profile import asked
from setsquare.domains.competence.queries import holders, profiles_of
from setsquare.domains.competence.thing import PROFILES
from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.records.models import Record
from tests.api.conftest import Caller as ApiCaller
from tests.cases import ThingCase
from tests.competence.conftest import PASSWORD, Desk
from tests.days import HOME, today

TODAY = today()
DAY = dt.timedelta(days=1)


class TestRoleProfiles(ThingCase):
    thing = "role_profile"

    @pytest.fixture
    def prepared(self, desk: Desk) -> None:
        self.desk = desk
        self.frame = desk.released(desk.small())

    def make(self, number: int) -> Record:
        return self.desk.profile((self.frame, "G-1", 1, 2, 6), title=f"Operator {number}")

    def reader(self) -> User:
        return self.desk.hanna

    def stranger(self) -> User:
        return self.desk.nora

    def test_who_has_it_costs_the_same_however_many_and_is_shown_by_pages(self) -> None:
        record = self.desk.profile((self.frame, "G-1", 1), titles=["turner"])
        bootstrap.add_person("p0", "Person 000", "N", title="Turner")
        address = f"{self.base}{record.number}/holders/"
        few, _page = self.queries(address)
        for number in range(1, 60):
            bootstrap.add_person(f"p{number}", f"Person {number:03}", "N", title="Turner")
        many, page = self.queries(address)
        first = page.content.decode()
        assert few == many <= 15
        assert "Person 049" in first and "Person 050" not in first and "?after=" in first
        self.client.force_login(self.desk.rob)
        assert "Person 001" in self.client.get(address).content.decode()

    def test_components_are_chosen_from_the_framework_with_their_levels(self) -> None:
        other = self.desk.released(self.desk.framework("trade", title="Other"))
        record = self.desk.profile((self.frame, "G-1", 1, 2, 6))
        address = f"{self.base}{record.number}/do/set_requirements/"
        shown = self.client.get(address).content.decode()
        assert "Turning" in shown and "A · Can" in shown and "Machining" not in shown
        count, page = self.queries(f"{address}?framework={other.number}")
        assert count <= 15 and "Machining" in page.content.decode()
        form = {"framework": other.number, "component": ["MAK-1", "MAK-2", "CHK-1"], "_version": "1"}
        form |= {"required.0": "2", "required.2": "2", "desired.2": "1", "months.2": "3"}
        refused = self.client.post(address, form)
        told = refused.content.decode()
        assert refused.status_code == 422 and "Give a level above the needed one, or none." in told
        assert 'id="desired-2-error"' in told and '<option value="2" selected>' in told
        assert self.client.post(address, form | {"desired.2": "3"}).status_code == 303
        assert [tuple(row.values()) for row in asked(RoleProfile.objects.get(pk=record.pk))] == [
            (self.frame.number, "G-1", 1, 2, 6),
            (other.number, "CHK-1", 2, 3, 3),
            (other.number, "MAK-1", 2, None, None),
        ]
        page = self.client.get(f"{self.base}{record.number}/").content.decode()
        assert "Handles the unusual" in page and f"/frameworks/{other.number}/?q=CHK-1" in page
        count, page = self.queries(f"{self.base}side-by-side/?framework={other.number}")
        assert count <= 15 and "Measuring" in page.content.decode()


@pytest.fixture(autouse=True)
def _where_they_are() -> Iterator[None]:
    """Read days by the clocks of the organisation, as its people do."""
    with timezone.override(HOME):
        yield


@pytest.fixture
def frame(desk: Desk) -> Record:
    return desk.released(desk.small())


def profile_of(record: Record) -> RoleProfile:
    return RoleProfile.objects.select_related("record").get(pk=record.pk)


def test_a_profile_lives_from_draft_to_withdrawn_and_is_handed_over(desk: Desk, frame: Record) -> None:
    record = desk.profile()
    with pytest.raises(CommandError, match="It asks for nothing yet; say first what it asks for"):
        desk.do(desk.hanna, record, "put_in_force")
    rows = [{"framework": frame.number, "component": "G-1", "required": 1}]
    desk.do(desk.hanna, record, "set_requirements", requirements=rows)
    desk.do(desk.hanna, record, "set_titles", titles=["Head of N", "head of n"])
    desk.do(desk.hanna, record, "assign", person="rob")
    assert not profiles_of(desk.rob).exists()  # a draft asks nothing of anybody
    desk.do(desk.hanna, record, "put_in_force")
    assert list(profiles_of(desk.rob)) == [profile_of(record)]
    with pytest.raises(Refused, match="It is in force and has to ask for something"):
        desk.do(desk.hanna, record, "set_requirements", requirements=[], because="Less.")
    with pytest.raises(Refused) as unreasoned:
        desk.do(desk.hanna, record, "set_titles", titles=[])
    assert "reason" in unreasoned.value.fields
    desk.do(desk.mark, record, "withdraw", because="Nobody does this any more.")
    assert not profiles_of(desk.rob).exists()
    with pytest.raises(WrongState):
        desk.do(desk.mark, record, "assign", person="rob")
    state = PROFILES.state_of(Record.objects.get(pk=record.pk))
    assert state["titles"] == ["Head of N"]
    assert state["given_to"] == [{"person": "rob", "since": TODAY.isoformat(), "until": None}]


def test_a_person_has_profiles_by_job_title_in_the_unit_and_below_and_by_what_was_given(
    desk: Desk, frame: Record
) -> None:
    bootstrap.add_unit("NA", "North A", "department", "N")
    anna = bootstrap.add_person("anna", "Anna Example", "NA", title="TURNER")
    sven = bootstrap.add_person("sven", "Sven South", "S", title="Turner")
    bootstrap.add_person("ben", "Ben Example", "NA", title="Turner, senior")
    turner = desk.profile((frame, "G-1", 1), title="Turning", titles=["Turner", "Schichtführer"])
    tester = desk.profile((frame, "G-1", 2), title="Testing")
    for record in (turner, tester):
        desk.do(desk.hanna, record, "put_in_force")
    desk.do(desk.hanna, tester, "assign", person="anna", since=TODAY + DAY, until=TODAY + 3 * DAY)
    desk.do(desk.hanna, tester, "assign", person="sven")
    assert list(holders(profile_of(turner))) == [anna]
    found = ApiCaller(desk.hanna, ("read",)).get("/role-profiles?job_title=SCHICHTFÜHRER").json()["items"]
    assert [one["number"] for one in found] == [turner.number]
    assert list(holders(profile_of(tester))) == [sven]
    held = {day: [one.record.title for one in profiles_of(anna, TODAY + day * DAY)] for day in range(5)}
    both = ["Turning", "Testing"]
    assert held == {0: ["Turning"], 1: both, 2: both, 3: both, 4: ["Turning"]}
    assert set(holders(profile_of(tester), TODAY + 2 * DAY)) == {anna, sven}
    with pytest.raises(Refused) as early:
        desk.do(desk.hanna, tester, "assign", person="anna", since=TODAY, until=TODAY - DAY)
    assert early.value.fields == {"until": "It cannot end before it begins."}
    desk.do(desk.hanna, tester, "unassign", person="sven")
    with pytest.raises(Refused, match="Sven South was not given this profile"):
        desk.do(desk.hanna, tester, "unassign", person="sven")


def test_whoever_sees_a_profile_learns_of_people_only_whom_they_know(
    desk: Desk, frame: Record, client: Client
) -> None:
    record = desk.profile((frame, "G-1", 1))
    desk.do(desk.hanna, record, "put_in_force")
    desk.do(desk.hanna, record, "assign", person="nora")  # of South, whom Rob of North does not know
    desk.do(desk.hanna, record, "assign", person="mark")
    address = f"/role-profiles/{record.number}/"
    for who, knows_nora in (
        (desk.hanna, False),
        (desk.rob, False),
        (bootstrap.add_person("all", "All", "NW"), True),
    ):
        bootstrap.grant(who, "reader", "NW") if knows_nora else None
        client.force_login(who)
        page = client.get(f"{address}holders/").content.decode()
        assert "Mark Example" in page and ("Nora Nobody" in page) is knows_nora
    client.force_login(desk.rob)
    history = client.get(f"{address}history/").content.decode()
    assert "Nora" not in history and "Mark Example" not in history
    assert "given_to" not in ApiCaller(desk.rob, ("read",)).get(f"/role-profiles/{record.number}").json()
    tab = client.get(f"/people/{desk.mark.file.record.number}/profiles/").content.decode()
    assert f"{record.number} Operator" in tab
    client.force_login(desk.sol)
    assert client.get(address).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        (
            [{"component": "G-9", "required": 1}, {"component": "G", "required": 1}],
            {
                "requirements.0.component": "FW-001 has no component “G-9”.",
                "requirements.1.component": "FW-001 has no component “G”.",
            },
        ),
        (
            [{"required": 3}],
            {"requirements.0.required": "“G-1” is described at the levels 1, 2, not at 3."},
        ),
        (
            [{"required": 1, "desired": 5}],
            {"requirements.0.desired": "“G-1” is described at the levels 1, 2, not at 5."},
        ),
        (
            [{"required": 2, "desired": 1}],
            {"requirements.0.desired": "Give a level above the needed one, or none."},
        ),
        ([{"required": 1}, {"required": 2}], {"requirements.1.component": "“G-1” is asked for twice."}),
        ([{"required": 0}], {"requirements.0.required": "Give 1 or more."}),
        ([{"required": 1, "months": 121}], {"requirements.0.months": "Give 120 or less."}),
        ([{"framework": "FW-002", "required": 1}], {"requirements.0.framework": "FW-002 is not in force."}),
        (
            [{"framework": "FW-009", "required": 1}],
            {"requirements.0.framework": "There is no FW-009 that you can see."},
        ),
    ],
)
def test_what_a_profile_cannot_ask_for_is_refused_at_its_row_and_field(
    desk: Desk, frame: Record, rows: list[dict[str, Any]], wrong: dict[str, str]
) -> None:
    desk.framework()
    rows = [{"framework": frame.number, "component": "G-1", **row} for row in rows]
    body = {"title": "Operator", "unit": "N", "requirements": rows}
    with pytest.raises(Refused) as refused:
        carry_out("role_profile", "create", Actor(desk.hanna), body=body)
    assert refused.value.fields == wrong


def test_a_retired_component_stays_where_it_was_asked_for_and_is_not_asked_for_anew(
    desk: Desk, frame: Record
) -> None:
    record = desk.profile((frame, "G-1", 2))
    desk.do(desk.hanna, frame, "add_item", code="G-2", parent="G", title="Sawing", levels=[{"level": 1}])
    desk.do(desk.hanna, frame, "remove_item", code="G-1")
    desk.released(frame, summary="Sawing for turning.")
    rows = [
        {"framework": frame.number, "component": code, "required": rank}
        for code, rank in (("G-1", 2), ("G-2", 1))
    ]
    desk.do(desk.hanna, record, "set_requirements", requirements=rows)
    with pytest.raises(Refused) as refused:
        desk.profile((frame, "G-1", 2))
    sentence = f"“G-1” is no longer in {frame.number}; edition 2 left it out."
    assert refused.value.fields == {"requirements.0.component": sentence}


def test_profiles_are_written_where_the_permission_holds(desk: Desk, frame: Record) -> None:
    with pytest.raises(NotPermitted):
        desk.profile(who=desk.rob)
    with pytest.raises(NotPermitted):
        desk.profile(who=desk.sol)
    record = desk.profile((frame, "G-1", 1))
    for name, body in (("edit", {"title": "Mine"}), ("put_in_force", {}), ("assign", {"person": "rob"})):
        with pytest.raises(NotPermitted):
            desk.do(desk.rob, record, name, **body)
    with pytest.raises(Refused) as blank:
        desk.profile(title=" ")
    assert list(blank.value.fields) == ["title"]


def test_who_leaves_hands_profiles_over(desk: Desk, frame: Record) -> None:
    record = desk.profile((frame, "G-1", 1))
    leave = {"date": TODAY, "takes_over": "mark"}
    carry_out("person", "leave", Actor.system(), record=desk.hanna.file.record, body=leave)
    while deliver_waiting():
        pass
    assert Record.objects.get(pk=record.pk).owner == desk.mark


def test_a_starter_set_is_taken_upon_the_frameworks_that_have_its_components(desk: Desk) -> None:
    body: dict[str, Any] = {"set": "trades", "unit": "N"}
    trade = desk.released(desk.framework("trade"))
    with pytest.raises(Refused) as refused:
        carry_out(
            "role_profile", "take_starters", Actor(desk.hanna), body={**body, "frameworks": [trade.number]}
        )
    sentence = "These frameworks do not have LEA-2, LEA-3, QCTL, SOLV. Begin one from its starter set, and release it."
    assert refused.value.fields == {"frameworks": sentence}
    numbers = [trade.number]
    numbers += [
        desk.released(desk.framework(start)).number for start in ("quality_profession", "responsibility")
    ]
    outcome = carry_out(
        "role_profile", "take_starters", Actor(desk.hanna), body={**body, "frameworks": numbers}
    )
    assert outcome.conclusion.startswith("5 profiles were made as drafts from RP-001 on.")
    titles = list(
        Record.objects.filter(type="role_profile").order_by("number").values_list("title", flat=True)
    )
    assert titles == ["Operator", "Tester and inspector", "Warehouse operator", "Technician", "Line leader"]
    audit = desk.released(desk.framework("audit"))
    carry_out(
        "role_profile",
        "take_starters",
        Actor(desk.hanna),
        body={**body, "set": "quality", "frameworks": [*numbers, audit.number]},
    )
    assert Record.objects.filter(type="role_profile", state="draft").count() == 13
    assert RoleProfile.objects.filter(titles__title="Quality manager").get().requirements.count() == 18


TABLE = """title,unit,purpose,titles,framework,component,required,desired,months
Turner,N,Turns parts.,Turner; Lathe hand,FW-001,G-1,1,2,6
Tester,N,,,FW-001,G-1,2,,
Turner,N,,,FW-001,G-2,1,,
Apprentice,N,Learns.,,,,,,
"""


def test_a_table_makes_all_profiles_or_none_and_says_what_is_wrong_in_which_row(desk: Desk) -> None:
    frame = desk.small()
    desk.do(desk.hanna, frame, "add_item", code="G-2", parent="G", title="Sawing", levels=[{"level": 1}])
    desk.released(frame)

    def take(text: str, **more: Any) -> Any:
        return bring_in(PROFILES, Actor(desk.hanna), table_from(text.encode()), **more)

    bad = TABLE.replace("G-2,1", "G-2,7").replace("Turner,N,,,", "Turner,N,Saws.,,").replace("Tester,N", ",N")
    report = take(bad)
    assert {(one.line, one.column) for one in report.wrong} == {(4, "purpose"), (3, "title")}
    report = take(TABLE.replace("G-2,1", "G-2,7").replace("G-1,2,,", "G-9,2,,"))
    assert [(one.line, one.column, one.sentence) for one in report.wrong] == [
        (4, "required", "“G-2” is described at the levels 1, not at 7."),
        (3, "component", "FW-001 has no component “G-9”."),
    ]
    assert not Record.objects.filter(type="role_profile").exists()
    assert [one.title for one in take(TABLE, dry_run=True).made] == ["Turner", "Tester", "Apprentice"]
    assert [(one.line, one.title) for one in take(TABLE).made] == [
        (2, "Turner"),
        (3, "Tester"),
        (5, "Apprentice"),
    ]
    turner = Record.objects.get(type="role_profile", title="Turner")
    assert PROFILES.state_of(turner)["titles"] == ["Lathe hand", "Turner"]
    assert [row["component"] for row in asked(profile_of(turner))] == ["G-1", "G-2"]


def test_what_is_given_out_is_taken_in_again_by_page_api_and_command_line(
    desk: Desk, frame: Record, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    record = desk.profile((frame, "G-1", 1, 2, 6), titles=["Turner", "Hand"], purpose="Turns.")
    desk.do(desk.hanna, record, "put_in_force")
    desk.do(desk.hanna, record, "assign", person="rob")
    hanna = ApiCaller(desk.hanna, ("read", "write"))
    rows = json.loads(b"".join(hanna.get("/role-profiles:table?format=json").streaming_content))
    assert rows == [
        {
            "title": "Operator",
            "purpose": "Turns.",
            "unit": "N",
            "titles": "Hand; Turner",
            "framework": frame.number,
            "component": "G-1",
            "required": 1,
            "desired": 2,
            "months": 6,
        }
    ]
    answer = hanna.post("/role-profiles:import", {"rows": [{**rows[0], "title": "Again"}]})
    assert answer.status_code in (200, 201), answer.content
    assert hanna.get("/role-profiles:table?format=pdf").status_code == 422
    people = hanna.get(f"/role-profiles/{record.number}:holders").json()["items"]
    assert [(one["person"]["username"], one["by_title"], one["since"]) for one in people] == [
        ("rob", False, TODAY.isoformat())
    ]
    of_rob = hanna.get("/role-profiles:of?person=rob").json()["items"]
    assert [one["profile"]["number"] for one in of_rob] == [record.number]
    assert hanna.get("/role-profiles:of?person=nora").status_code == 422
    client.force_login(desk.hanna)
    csv = b"".join(client.get(f"/role-profiles/{record.number}/table/?format=csv").streaming_content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "hanna")
    assert run(["export", "role-profiles", record.number, "--requirements", "-o", "it.csv"]) == 0
    assert Path("it.csv").read_bytes() == csv
    assert run(["import", "role-profiles", "it.csv"]) == 0, capsys.readouterr()
    titles = Record.objects.filter(type="role_profile").order_by("number").values_list("title", flat=True)
    assert list(titles) == ["Operator", "Again", "Operator"]
    capsys.readouterr()
    assert run(["profiles", record.number, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["person"]["username"] == "rob"
    assert run(["profiles", "--person", "rob"]) == 0
    assert "Operator" in capsys.readouterr().out

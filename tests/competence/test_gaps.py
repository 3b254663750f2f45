"""Gaps of competence: what is lacking whom at which day, who sees it, and what it costs."""

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.gaps.asking import Asking, grace_begins, grace_ends
from setsquare.domains.competence.gaps.cells import stand
from setsquare.domains.competence.gaps.people import people_shown
from setsquare.domains.competence.gaps.standing import AsOf, Cell
from setsquare.domains.competence.gaps.standing_in import stand_ins
from setsquare.domains.competence.gaps.totals import coverage, numbers_of_holders, single_points
from setsquare.domains.competence.keeping import written
from setsquare.domains.competence.models import (
    Component,
    Framework,
    ProfileHolding,
    ProfileRequirement,
    RoleProfile,
)
from setsquare.domains.competence.queries import holders, profiles_of, why_held
from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.words import answer
from setsquare.faces.web.gaps.words import told
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.texts import keep_text
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.sentences import in_percent
from tests.competence.plant import DAY, Plant, ago, db, noon, plant, turners
from tests.sizes import look_at_sizes

__all__ = ["db", "plant", "turners"]  # fixtures


def test_gaps_at_three_days_reckoned_by_hand(plant: Plant) -> None:
    turner = plant.profile("Turner", "Turner", CUT=(2, 3), MEA=(2,), SET=(3,))
    plant.profile("Of no more use", "Turner", state="withdrawn", AUD=(4,))
    ProfileHolding.objects.create(profile=turner, person=plant.max, since=ago(100), until=ago(-50))
    plant.holds(plant.nic, "CUT", 2)
    plant.holds(plant.nic, "MEA", 3, until=ago(-30))
    plant.holds(plant.nic, "SET", 1, ended=ago(10))
    plant.holds(plant.nic, "SET", 2, since=10)
    plant.holds(plant.otto, "CUT", 3)
    plant.holds(plant.max, "SET", 4, since=90)
    assert plant.told("nic") == {"CUT": "met", "MEA": "soon", "SET": "below"}
    assert plant.told("nic", ago(20)) == {"CUT": "met", "MEA": "soon", "SET": "below"}
    assert plant.told("nic", ago(-40)) == {"CUT": "met", "MEA": "none", "SET": "below"}
    levels = [cell.level for cell in plant.stood(ago(20), "nic").cells.values()]
    assert sorted(levels) == [1, 2, 3]
    assert plant.told("nic", ago(500)) == dict.fromkeys(("CUT", "MEA", "SET"), "none")
    assert plant.told("nic", ago(1001)) == {}
    assert plant.told("otto") == {"CUT": "exceeded", "MEA": "none", "SET": "none"}
    assert plant.told("max") == {"CUT": "none", "MEA": "none", "SET": "exceeded"}
    assert plant.told("max", ago(101)) == plant.told("max", ago(-51)) == {}
    assert set(plant.told("max", ago(-50))) == {"CUT", "MEA", "SET"}
    cut = next(iter(plant.stood(None, "nic").cells.values()))
    assert (cut.gap, cut.could_grow, cut.desired) == (0, True, 3)


def test_a_title_counts_in_the_unit_of_its_profile_and_below_however_it_is_written(plant: Plant) -> None:
    """What the pages of profiles say of who has one, and what gaps are reckoned by, are the same."""
    everywhere = plant.profile("Shift leader", "schichtFÜHRER", SET=(1,))
    north = plant.profile("Turner", "turner", CUT=(2,))
    Record.objects.filter(pk=north.pk).update(unit=plant.nic.unit)
    north.record.refresh_from_db()
    User.objects.filter(pk=plant.otto.pk).update(title="SCHICHTFÜHRER")
    plant.otto.refresh_from_db()
    has = {"otto": [everywhere], "max": [everywhere], "nic": [north]}
    assert {name: list(profiles_of(plant.people[name])) for name in has} == has
    assert {one.username for one in holders(everywhere)} == {"max", "otto"}
    assert [one.username for one in holders(north)] == ["nic"]
    assert [held.by_title for held in why_held(everywhere, [plant.otto, plant.nic]).values()] == [True, False]
    assert (plant.told("nic"), plant.told("otto")) == ({"CUT": "none"}, {"SET": "none"})
    User.objects.filter(pk=plant.otto.pk).update(title="Turner")
    plant.otto.refresh_from_db()
    assert plant.told("otto") == {}
    everybody = User.objects.filter(pk__in=[one.pk for one in plant.people.values()])
    counts = numbers_of_holders(everybody, Asking(AsOf.of()))
    assert counts == {everywhere.pk: 1, north.pk: 1}


def test_time_to_reach_it_runs_from_when_the_profile_was_given(plant: Plant) -> None:
    newcomer = plant.profile("Newcomer", CUT=(2, 0, 6), MEA=(1,))
    ProfileHolding.objects.create(profile=newcomer, person=plant.max, since=ago(10))
    assert plant.told("max") == {"CUT": "grace", "MEA": "none"}
    due = grace_ends(ago(10), 6)
    cell = next(one for one in plant.stood(None, "max").cells.values() if one.standing == "grace")
    assert (cell.due, cell.gap) == (due, 2)
    assert plant.told("max", due)["CUT"] == "grace"
    assert plant.told("max", due + DAY)["CUT"] == "none"


def test_of_two_profiles_the_higher_level_counts_and_what_is_due_now_stays_due(plant: Plant) -> None:
    plant.profile("Turner", "turner", CUT=(2,), MEA=(3, 4))
    setter = plant.profile("Setter", CUT=(4, 0, 12), MEA=(1,))
    ProfileHolding.objects.create(profile=setter, person=plant.nic, since=ago(5))
    plant.holds(plant.nic, "MEA", 3)
    found = plant.stood(None, "nic")
    cut, mea = (found.cells[plant.nic.pk, one.pk] for one in found.components)
    assert (cut.required, cut.needed, cut.standing, cut.due) == (4, 2, "none", grace_ends(ago(5), 12))
    assert (mea.required, mea.standing, mea.could_grow) == (3, "met", True)
    plant.holds(plant.nic, "CUT", 2)
    assert plant.told("nic") == {"CUT": "grace", "MEA": "met"}


def test_each_sees_whose_competence_they_follow(plant: Plant) -> None:
    def seen(name: str) -> set[str]:
        return {one.username for one in people_shown(plant.people[name], Asking(AsOf.of()))}

    assert seen("ada") == {"ada", "lea", "max", "nic"}
    assert seen("lea") == {"lea", "max", "nic"}
    assert seen("max") == {"max", "nic"}
    assert seen("nic") == {"nic"}
    assert seen("otto") == {"otto"}


def test_who_may_see_nobody_else_is_told_so_and_not_that_nothing_is_asked(
    turners: Plant, client: Client
) -> None:
    said = "your roles do not let you see the competence of others, and you lead nobody"
    listed = ("", "components/", "roles/", "single-points/")
    ProfileHolding.objects.update(person=turners.nic)
    told = {}
    for name in ("lea", "otto", "ada", "rita"):
        client.force_login(User.objects.get(username=name))
        told[name] = [client.get(f"/competence/gaps/{page}").content.decode() for page in listed]
    assert [all(said in page for page in told[name]) for name in told] == [False, True, False, True]
    assert [any(said in page for page in told[name]) for name in told] == [False, True, False, True]
    assert ["Nothing is asked of you" in page for page in told["rita"]] == [True, True, True, False]
    assert not any("None of the people whose competence you follow" in page for page in told["rita"])
    assert not any("No single point of failure" in page for page in told["rita"] + told["otto"])
    assert said not in client.get("/competence/gaps/mine/").content.decode()


def test_a_training_coordinator_sees_what_people_lack(turners: Plant, client: Client) -> None:
    """So those can be asked to take a course who need it."""
    bootstrap.grant(turners.lea, "coordinator", "N")
    User.objects.update(manager=None)
    client.force_login(turners.lea)
    answers = {page: client.get(f"/competence/gaps/{page}") for page in ("", "components/", "people/nic/")}
    assert {page: one.status_code for page, one in answers.items()} == dict.fromkeys(answers, 200)
    assert "Nic Example" in answers[""].content.decode()
    assert client.get("/competence/gaps/people/otto/").status_code == 404
    assert client.get("/assessments/calibration/").status_code == 200


@pytest.mark.once
@pytest.mark.parametrize(
    "day", [dt.date(2026, 3, 31), dt.date(2028, 2, 29), dt.date(2026, 3, 1), dt.date(2026, 12, 30)]
)
@pytest.mark.parametrize("months", [1, 6, 12])
def test_grace_begins_where_it_would_not_have_ended(day: dt.date, months: int) -> None:
    first = grace_begins(day, months)
    assert grace_ends(first, months) >= day > grace_ends(first - DAY, months)


def test_totals_come_to_what_the_cells_say(plant: Plant) -> None:
    turner = plant.profile("Turner", "Turner", CUT=(2, 3), MEA=(2, 0, 3), SET=(3,))
    setter = plant.profile("Setter", "schichtFÜHRER", CUT=(4, 0, 12), SET=(1, 2))
    ProfileHolding.objects.create(profile=turner, person=plant.max, since=ago(20))
    ProfileHolding.objects.create(profile=setter, person=plant.nic, since=ago(20))
    plant.holds(plant.nic, "CUT", 2, until=ago(-30))
    plant.holds(plant.max, "SET", 2)
    plant.holds(plant.otto, "SET", 4, until=ago(-100))
    for day in (None, ago(15), ago(-35), ago(-70), ago(-400)):
        asking = Asking(AsOf.of(day))
        everybody = User.objects.filter(pk__in=[one.pk for one in plant.people.values()])
        found = stand(list(everybody), asking)
        told: dict[str, dict[str, int]] = {}
        codes = {one.pk: one.code for one in found.components}
        for (_person, component), cell in found.cells.items():
            counts = told.setdefault(codes[component], {})
            counts[cell.standing] = counts.get(cell.standing, 0) + 1
        assert {one.component.code: dict(one.counts) for one in coverage(everybody, asking)} == told
        short = {person for (person, _component), cell in found.cells.items() if cell.gap}
        lacking = people_shown(plant.ada, asking, only_gaps=True)
        assert {one.pk for one in lacking} == short - {plant.otto.pk}


def test_what_hangs_on_one_person_and_who_stands_in(plant: Plant) -> None:
    plant.profile("Turner", "Turner", CUT=(2,), MEA=(2,), SET=(3,))
    plant.holds(plant.nic, "CUT", 3)
    plant.holds(plant.max, "CUT", 2)
    plant.holds(plant.max, "MEA", 2, until=ago(-30))
    plant.holds(plant.max, "SET", 2)
    plant.holds(plant.otto, "SET", 4)
    everybody = User.objects.filter(pk__in=[one.pk for one in plant.people.values()])

    def thin(day: dt.date | None, *names: str) -> list[tuple[Any, ...]]:
        people = everybody.filter(username__in=names) if names else everybody
        found = single_points(people, Asking(AsOf.of(day)))
        return [(one.component.code, one.required, one.only and one.only.user.username) for one in found]

    assert thin(None) == [("MEA", 2, "max"), ("SET", 3, "otto")]
    assert thin(ago(-31)) == [("MEA", 2, None), ("SET", 3, "otto")]
    assert thin(None, "nic", "max") == [("SET", 3, None), ("MEA", 2, "max")]
    assert thin(None, "lea") == []
    found = plant.stood(None, "nic")
    asked = {one: found.cells[plant.nic.pk, one.pk] for one in found.components}
    others = everybody.exclude(pk=plant.nic.pk)
    ranked = stand_ins(asked, others, Asking(AsOf.of(None)), limit=5)
    assert [(one.person.username, one.met, one.total) for one in ranked] == [("max", 2, 3)]
    assert [(one.component.code, one.required, one.level) for one in ranked[0].lacks] == [("SET", 3, 2)]


PAGES = (
    "",
    "totals/",
    "components/",
    "roles/",
    "single-points/",
    "mine/",
    "people/nic/",
    "people/nic/stand-ins/",
    "roles/RP-001/",
    *(
        f"export/{what}/csv?profile=RP-001&person=nic"
        for what in ("people", "components", "role", "person", "stand-ins", "single-points")
    ),
)


def body(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return data.decode("utf-8-sig")


def test_pages_tell_of_nobody_whom_one_does_not_follow(turners: Plant, client: Client) -> None:
    told: dict[str, dict[str, str]] = {}
    for name in ("ada", "max", "otto"):
        client.force_login(turners.people[name])
        answers = {page: client.get(f"/competence/gaps/{page}") for page in PAGES}
        told[name] = {page: body(one) if one.status_code == 200 else "" for page, one in answers.items()}
    assert all(told["ada"].values())
    assert all(told["max"].values())
    for name, hidden in (("ada", ("Otto",)), ("max", ("Otto", "Ada", "Lea"))):
        assert not [
            page for page, text in told[name].items() if any(f"{one} Example" in text for one in hidden)
        ]
    assert "Nic Example" in told["ada"][""]
    refused = {page for page, text in told["otto"].items() if not text}
    of_nic = ("people/nic/", "export/person/", "export/stand-ins/")
    assert refused == {page for page in PAGES if page.startswith(of_nic)}
    of_others = ("Nic Example", "Max Example")
    assert not [page for page, text in told["otto"].items() if any(name in text for name in of_others)]


@pytest.mark.once
def test_shares_are_rounded_and_a_hundred_is_everybody() -> None:
    assert [in_percent(*one) for one in ((0, 0), (0, 6), (1, 6), (1, 8), (5, 8), (2, 2), (999, 1000))] == [
        *(0, 0, 17, 13, 63, 100, 99),
    ]
    assert in_percent(62.5, 100) == 63


def test_each_framework_has_a_radar_of_its_own_scale(turners: Plant, client: Client) -> None:
    scale = [{"rank": rank, "code": str(rank), "name": f"Can {rank}"} for rank in range(1, 6)]
    text = keep_text(written(Content.model_validate({"scale": scale})))
    Framework.objects.update(content=text)
    other = Framework.objects.create(
        record=turners.record("framework", "FW-002", "Others"), purpose="Others."
    )
    elsewhere = Component.objects.create(
        framework=other, code="X", kind="component", title="X", place=0, depth=0
    )
    ProfileRequirement.objects.create(profile=RoleProfile.objects.get(), component=elsewhere, required=7)
    client.force_login(turners.nic)

    def drawn() -> dict[str, Any]:
        page = body(client.get("/competence/gaps/mine/"))
        assert "Levels 1 Can 1 to 5 Can 5" in page
        [chart] = re.findall(r'id="gaps-radar-\d-data">(.*?)</script>', page)
        assert json.loads(chart)["codes"] == ["CUT", "MEA", "SET"], "what stands there on a phone"
        return {"most": (told := json.loads(chart))["most"]} | {
            one["name"]: one["values"] for one in told["series"]
        }

    assert drawn() == {"most": 5, "Required": [2, 2, 3], "Desired": [3, None, None], "Held": [2, 2, 0]}
    ProfileRequirement.objects.update(desired=None)
    assert drawn() == {"most": 5, "Required": [2, 2, 3], "Held": [2, 2, 0]}
    Framework.objects.filter(pk=other.pk).update(content=text)
    page = body(client.get("/competence/gaps/mine/"))
    charts = [json.loads(one) for one in re.findall(r'id="gaps-radar-\d-data">(.*?)</script>', page)]
    told = [(one["kind"], one["most"], one["labels"]) for one in charts if one["kind"] == "bar"]
    assert told == [("bar", 5, ["X"])], "what is too little for an area is drawn as bars"


def test_the_heat_map_says_it_in_words_and_narrows(turners: Plant, client: Client) -> None:
    client.force_login(turners.ada)
    page = body(client.get("/competence/gaps/?profile=RP-001"))
    assert page.count('<th scope="row"><a class="person"') == 2
    assert "2 of 2: Expires soon, held until" in page
    assert "0 of 3: Time left, due by" in page
    assert "0 of 2: Missing" in page
    assert page.count("Not asked for") == 0
    assert re.search(r'>[^<]+</a><span class="cell-note">CUT · [^<]+</span></th>', page)
    assert "Max Example" not in body(client.get("/competence/gaps/?q=nic"))
    later = Cell(3, 1, None, dt.date(2027, 11, 9), 0, None, None, "none")
    assert told(later) == "0 of 3: Missing, 1 needed now, 3 by 9 November 2027"
    for page in ("", "components/", "single-points/", "people/nic/"):
        wrong = body(client.get(f"/competence/gaps/{page}?at=2026-13-01"))
        assert 'aria-describedby="gaps-at-error"' in wrong and "“2026-13-01” is no day between 2000" in wrong
        assert "at=2026-13-01" not in wrong, "no link keeps it"
    refused = client.get("/competence/gaps/export/people/csv?at=2026-13-01")
    assert refused.status_code == 422 and "is no day" in refused.content.decode()
    later = body(client.get(f"/competence/gaps/?profile=RP-001&at={ago(-60)}"))
    assert "held until" not in later
    for wrong in ("?unit=S", "?profile=RP-009", "?unit=%00"):
        assert client.get(f"/competence/gaps/{wrong}").status_code in (200, 404)
    assert client.get("/competence/gaps/?unit=S").status_code == 404
    totals = body(client.get("/competence/gaps/totals/?profile=RP-001"))
    assert [part.split(" %")[0][-3:].strip(' >"') for part in totals.split("<td")[1:]] == ["100", "50", "0"]


def test_what_is_asked_of_most_people_on_the_page_stands_first(turners: Plant, client: Client) -> None:
    client.force_login(turners.ada)

    def columns() -> list[str]:
        return re.findall(r'</a><span class="cell-note">(\w+) · ', body(client.get("/competence/gaps/")))

    assert columns() == ["CUT", "MEA", "SET"]
    setter = turners.profile("Setter", "Setter", SET=(1,))
    ProfileHolding.objects.create(profile=setter, person=turners.lea, since=ago(20))
    assert columns() == ["SET", "CUT", "MEA"]


def test_tables_are_taken_away_as_they_stand(turners: Plant, client: Client) -> None:
    client.force_login(turners.ada)

    def table(what: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(body(client.get(f"/competence/gaps/export/{what}")))))

    people = table("people/csv?profile=RP-001")
    assert [row[:3] for row in people[1:]] == [
        ["Max Example", "max", "North"],
        ["Nic Example", "nic", "North"],
    ]
    assert people[0][3:] == ["CUT Doing CUT", "MEA Doing MEA", "SET Doing SET"]
    person = table("person/csv?person=nic")
    last = ago(-30).isoformat()
    assert [row[1:8] + row[9:] for row in person[1:]] == [
        ["CUT", "Doing CUT", "2", "3", "2", "0", "Met", ""],
        ["MEA", "Doing MEA", "2", "", "2", "0", "Expires soon", last],
        ["SET", "Doing SET", "3", "", "0", "3", "Missing", ""],
    ]
    components = table("components/csv")
    assert [row[1:6:2] for row in components[1:]] == [
        ["CUT", "2", "100"],
        ["MEA", "2", "50"],
        ["SET", "2", "0"],
    ]
    assert [row[1:] for row in table("stand-ins/csv?person=nic")[1:]] == []
    assert [row[1:] for row in table("single-points/csv")[1:]] == [
        ["SET", "Doing SET", "3", "Turner", "Nobody", ""],
        ["MEA", "Doing MEA", "2", "Turner", "Nic Example", last],
    ]
    assert f'<time datetime="{last}"' in body(client.get("/competence/gaps/single-points/"))
    workbook = client.get("/competence/gaps/export/people/xlsx")
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    assert client.get("/competence/gaps/export/people/pdf").status_code == 404


def test_pages_cost_the_same_however_many_people(turners: Plant, client: Client) -> None:
    client.force_login(turners.ada)
    pages = [page for page in PAGES if "export" not in page]
    counts: list[dict[str, int]] = []
    for least in (3, 1_000):
        missing = least - User.objects.filter(unit=turners.nic.unit).count()
        User.objects.bulk_create(
            User(
                username=f"p{at}",
                name=f"Person {at:04}",
                unit=turners.nic.unit,
                title="turner",
                joined=noon(ago(90)),
            )
            for at in range(max(missing, 0))
        )
        look_at_sizes()
        counts.append({})
        for page in pages:
            if len(counts) == 1:
                client.get(f"/competence/gaps/{page}")  # what is remembered is read once
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/competence/gaps/{page}").status_code == 200
            counts[-1][page] = len(captured)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 15, counts[0]
    first = body(client.get("/competence/gaps/"))
    assert first.count('<th scope="row"><a class="person"') == 25
    assert "after=" in first


def test_programs_read_the_same_and_no_more(turners: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    expires = timezone.now() + DAY
    secrets = {
        name: tokens.make(turners.people[name], "t", ("read",), expires)[1] for name in ("ada", "otto")
    }

    def get(name: str, query: str) -> Any:
        client = Client(headers={"Authorization": f"Bearer {secrets[name]}"})
        return json.loads(client.get(f"/api/v1/frameworks:{query}").content)

    def run(name: str, *words: str) -> Any:
        assert answer([*words, "--json", "--token", secrets[name]]) == 0
        return json.loads(capsys.readouterr().out)

    found = get("ada", "gaps?standing=none&gaps=true")["items"]
    told = {one["person"]["username"]: [cell["component"] for cell in one["components"]] for one in found}
    assert told == {"max": ["MEA"], "nic": ["SET"]}
    assert run("ada", "gaps", "--standing", "none", "--only-gaps")["items"] == found
    assert [one["person"]["username"] for one in get("otto", "gaps")["items"]] == ["otto"]
    assert run("otto", "gaps")["items"] == get("otto", "gaps")["items"]
    shares = [(one["component"], one["share"]) for one in get("ada", "coverage?profile=RP-001")["items"]]
    assert shares == [("CUT", 100), ("MEA", 50), ("SET", 0)]
    assert run("ada", "coverage", "--profile", "RP-001") == get("ada", "coverage?profile=RP-001")
    assert [one["last_day"] for one in get("ada", "single-points")["items"]] == [None, str(ago(-30))]
    assert answer(["single-points", "--token", secrets["ada"]]) == 0
    assert capsys.readouterr().out.rstrip().endswith(str(ago(-30)))
    thin = get("ada", f"single-points?at={ago(-31)}")["items"]
    assert [(one["component"], one["only"]) for one in thin] == [("MEA", None), ("SET", None)]
    assert run("ada", "single-points", "--at", str(ago(-31)))["items"] == thin
    ranked = get("ada", "stand-ins?person=max")["items"]
    assert [(one["person"]["username"], one["met"], one["of"]) for one in ranked] == [("nic", 2, 3)]
    assert run("ada", "stand-ins", "max")["items"] == ranked
    for query, field_ in (
        ("gaps?person=nic", "person"),
        ("stand-ins?person=nic", "person"),
        ("gaps?profile=RP-009", "profile"),
        ("coverage?at=soon", "at"),
        ("single-points?unit=X", "unit"),
        ("gaps?standing=well", "standing"),
    ):
        assert [one["field"] for one in get("otto", query)["errors"]] == [field_]
    assert answer(["stand-ins", "nic", "--token", secrets["otto"]]) != 0
    assert "among the people whose competence you follow" in capsys.readouterr().err
    assert "nic" in (answer(["gaps", "--token", secrets["ada"]]) or capsys.readouterr().out)

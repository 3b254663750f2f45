"""Who learns of a development plan: on pages, by the API, in search, registers, exports, counts and the trail."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts import tokens
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotFound, NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.everything import readable_by
from tests.development.conftest import PASSWORD, Team, day


@pytest.fixture
def plan(team: Team) -> Record:
    return team.agreed(title="Zymurgy for setters")


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("anna", True),
        ("max", True),
        ("mara", True),
        ("hanna", True),
        ("ben", False),
        ("sven", False),
        ("otto", False),
        ("rita", False),
    ],
)
def test_only_those_concerned_learn_of_it(
    team: Team, plan: Record, client: Client, name: str, sees: bool
) -> None:
    who = getattr(team, name)
    client.force_login(who)
    addresses = [
        f"/development-plans/{plan.number}/{part}" for part in ("", "history/", "tasks/", "do/note/")
    ]
    codes = [client.get(address).status_code for address in addresses]
    assert set(codes) == ({200} if sees else {404})
    course = client.get(f"/courses/{team.course}/links/").content.decode()
    lists = [client.get(address) for address in ("/development-plans/", "/search/?q=Zymurgy")]
    export = b"".join(client.get("/development-plans/export/csv").streaming_content).decode()
    for page in (*(answer.content.decode().replace('value="Zymurgy"', "") for answer in lists), export):
        assert (plan.number in page) is sees
    assert plan.number not in course
    _token, secret = tokens.make(who, "test", ("read",), timezone.now() + dt.timedelta(days=1))
    asked = {"headers": {"Authorization": f"Bearer {secret}"}}
    answer = client.get(f"/api/v1/development-plans/{plan.number}", **asked)
    assert answer.status_code == (200 if sees else 404)
    if sees:
        assert answer.json()["actions"]["1"]["what"] == "Take the course"
    listed = client.get("/api/v1/development-plans", **asked).json()["items"]
    assert [one["number"] for one in listed] == ([plan.number] if sees else [])
    if not sees:
        with pytest.raises(NotFound):
            team.do(who, plan, "note", text="Hello.")


def test_the_trail_of_everything_tells_of_plans_only_to_those_who_see_them(
    team: Team, plan: Record, client: Client
) -> None:
    client.force_login(team.otto)
    page = client.get("/trail/").content.decode()
    assert plan.number not in page and team.course in page
    assert not readable_by(team.otto).filter(record=plan).exists()
    assert readable_by(team.hanna).filter(record=plan).count() == 3


def test_a_link_opens_the_form_filled_in(team: Team, client: Client) -> None:
    client.force_login(team.mara)
    rows = (
        f"targets.0.subject={team.framework}&targets.0.topic=CHK-1&targets.0.level=3&targets.0.due={day(90)}"
    )
    page = client.get(f"/development-plans/new/create/?person=ben&title=Measuring&{rows}").content.decode()
    for said in ("Ben Example", 'value="Measuring"', 'value="CHK-1"', f'value="{day(90)}"', team.framework):
        assert said in page


def test_who_may_not_see_a_linked_record_reads_its_number_alone(team: Team, client: Client) -> None:
    given = {"title": "Secret moulding", "kind": "classroom", "unit": "NW"}
    draft = carry_out("course", "create", Actor(team.hanna), body=given).record
    action = {"what": "Help out", "kind": "project", "about": draft.number, "due": day(30)}
    made = team.plan(who=team.hanna, person="anna", actions=[action])
    client.force_login(team.anna)
    page = client.get(f"/development-plans/{made.number}/").content.decode()
    assert draft.number in page and "Secret moulding" not in page


def test_an_auditor_sees_the_plans_of_their_units_and_changes_none(
    team: Team, plan: Record, client: Client
) -> None:
    auditor = bootstrap.add_person("alma", "Alma Auditor", "NW", password=PASSWORD)
    bootstrap.grant(auditor, "auditor", "NW")
    client.force_login(auditor)
    page = client.get(f"/development-plans/{plan.number}/")
    assert page.status_code == 200
    with pytest.raises(NotPermitted):
        team.do(auditor, plan, "propose")

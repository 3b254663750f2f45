"""A revision in work is named only to those who may see it: in no field, list, table or history of its document."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.faces.cli.main import run
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.things import thing_of
from tests.days import today
from tests.documents.conftest import PASSWORD, Works

LISTED = "documents/?columns=number&columns=open_revision"


def by_program(user: User) -> Client:
    _token, secret = tokens.make(user, "asks", ("read",), timezone.now() + dt.timedelta(days=1))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def in_browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return bytes(answer.getvalue()).decode()


@pytest.fixture
def number(works: Works) -> str:
    """A document in force with a second revision in work, of which otto must not know."""
    number = works.in_force(audience=[{"unit": "HP"}])
    works.second(number)
    return number


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("ada", True), ("cora", True)])
def test_programs_are_told_of_it_as_far_as_they_see_it(
    works: Works, number: str, who: str, knows: bool
) -> None:
    client, api = by_program(works.person(who)), "/api/v1/documents"
    assert client.get(f"/api/v1/revisions/{number}/2").status_code == (200 if knows else 404)
    assert ("open_revision" in client.get(f"{api}/{number}").json()) is knows
    now = timezone.now().isoformat().replace("+00:00", "Z")
    for address in (
        f"{api}/{number}",
        f"{api}/{number}?at={now}",
        api,
        f"{api}/{number}/trail",
        f"{api}/{number}/trail:export?format=csv",
        f"{api}/{number}/trail:export?format=json",
        f"{api}:export?format=csv",
        f"{api}:export?format=json",
    ):
        assert (f"{number}/2" in told(client, address)) is knows, address
    found = client.get(f"{api}?open=yes").json()["items"]
    assert bool(found) is knows
    deeds = [one["command"] for one in client.get(f"{api}/{number}/trail").json()["items"]]
    assert ("new_revision" in deeds) is knows


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("ada", True)])
def test_pages_name_it_as_far_as_people_see_it(works: Works, number: str, who: str, knows: bool) -> None:
    client = in_browser(works.person(who))
    assert f"{number}/2" not in told(client, f"/documents/{number}/") or knows
    for address in (
        f"/documents/{number}/history/",
        f"/documents/{number}/history/export/csv",
        f"/documents/{number}/history/export/json",
        f"/documents/{number}/?at={today()}",
        f"/{LISTED}",
        f"/{LISTED.replace('/?', '/export/csv?')}",
    ):
        assert (f"{number}/2" in told(client, address)) is knows, address


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("ada", True)])
def test_the_command_line_names_it_as_far_as_people_see_it(
    works: Works,
    number: str,
    who: str,
    knows: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", who)
    for words in (
        ("documents", "show", number),
        ("documents", "show", number, "--json"),
        ("documents", "list", "--json"),
        ("documents", "list", "--csv"),
        ("documents", "history", number, "--json"),
        ("export", "documents", "--format", "json"),
        ("export", "documents", number, "--history", "--format", "csv"),
    ):
        capsys.readouterr()
        assert run(words) == 0, (words, capsys.readouterr())
        assert (f"{number}/2" in capsys.readouterr().out) is knows, words


def test_whoever_is_asked_about_it_knows_of_it(works: Works, number: str) -> None:
    document, otto = works.record(number), works.person("otto")
    assert "open_revision" in thing_of("document").hidden_from(otto, document).keys
    works.do("ada", "revision.submit", f"{number}/2", reviewers=["otto"], due=works.day(3))
    assert not thing_of("document").hidden_from(otto, works.record(number)).keys
    assert f"{number}/2" in told(by_program(otto), "/api/v1/documents")


def test_a_list_asks_once_for_all_rows(works: Works, number: str) -> None:
    client, browser = by_program(works.person("otto")), in_browser(works.person("otto"))
    told(browser, f"/{LISTED}")
    told(client, "/api/v1/documents")

    def asked(who: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            told(who, address)
        return len(captured)

    one = [asked(client, "/api/v1/documents"), asked(browser, f"/{LISTED}")]
    for title in ("Weights", "Lengths"):
        works.second(works.in_force(title=title, audience=[{"unit": "HP"}]))
    assert len(json.loads(told(client, "/api/v1/documents"))["items"]) == 3
    assert [asked(client, "/api/v1/documents"), asked(browser, f"/{LISTED}")] == one

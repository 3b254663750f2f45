"""What a person's record tells only themself and who administers there: their tokens and whether they may sign."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation.commands.access import issue_token
from setsquare.domains.organisation.thing import PEOPLE
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Stale
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.representation import deeds
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.writing.canonical import canonical
from tests.days import today
from tests.organisation.conftest import House

PRIVATE = {"tokens", "may_sign", "shown_to"}
PASSWORD = "a-quiet-river-42"
NAME = "Nightly export of measurements"


@pytest.fixture
def number(house: House) -> str:
    """Return the number of Anna's record, whose history tells of a token; its prefix is what nobody else shall see."""
    issue_token(Actor(house.anna), NAME, ["read"], today() + dt.timedelta(days=30))
    return str(house.anna.file.record.number)


def _by_api(user: User, path: str) -> Any:
    _token, secret = tokens.make(user, "asks", ("read",), timezone.now() + dt.timedelta(days=1))
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(f"/api/v1/people/{path}")
    assert answer.status_code == 200
    return json.loads(answer.getvalue())


def _states(user: User, number: str) -> list[dict[str, Any]]:
    today = timezone.now().isoformat().replace("+00:00", "Z")
    exported = _by_api(user, f"{number}/trail:export?format=json")
    return [_by_api(user, number), _by_api(user, f"{number}?at={today}"), *(row["state"] for row in exported)]


def test_the_interface_tells_them_to_whom_they_concern_alone(house: House, number: str) -> None:
    for user in (house.anna, house.sam, house.rita):
        assert all(state.keys() >= PRIVATE for state in _states(user, number))
        changes = [
            change["path"] for row in _by_api(user, f"{number}/trail")["items"] for change in row["changes"]
        ]
        assert "tokens" in changes
    for state in _states(house.ben, number):
        assert not state.keys() & PRIVATE
        assert state["username"] == "anna"
    told = _by_api(house.ben, f"{number}/trail")["items"]
    assert told and not {change["path"] for row in told for change in row["changes"]} & PRIVATE


def test_what_a_token_is_called_is_told_to_whom_it_concerns_alone(
    house: House, number: str, client: Client
) -> None:
    for user, sees in ((house.anna, True), (house.sam, True), (house.rita, True), (house.ben, False)):
        client.force_login(user)
        pages = [
            client.get(f"/people/{number}/history/").content.decode(),
            client.get(f"/people/{number}/?at={today()}").content.decode(),
            *(
                client.get(f"/people/{number}/history/export/{form}").getvalue().decode()
                for form in ("csv", "json")
            ),
            json.dumps(_by_api(user, f"{number}/trail"), ensure_ascii=False),
            json.dumps(_by_api(user, f"{number}/trail:export?format=json"), ensure_ascii=False),
        ]
        assert all("made a token" in page for page in pages), user
        assert [NAME in page for page in pages] == [sees] * len(pages), user


def test_what_was_signed_is_told_without_them(house: House, number: str) -> None:
    record = house.anna.file.record
    signed = canonical({"record": PEOPLE.state_of(record), "meaning": "seen"}).decode()
    entry = record.trail.order_by("-seq")[0]
    made = Signature(
        record=record, entry=entry, signer=house.rita, at=timezone.now(), signed=signed, digest="d"
    )
    for user, sees in ((house.anna, True), (house.rita, True), (house.ben, False)):
        values = deeds.signature(made, PEOPLE.hidden_from(user, record))
        state = json.loads(values["signed"])["record"]
        assert (state.keys() >= PRIVATE, not state.keys() & PRIVATE) == (sees, not sees)
        assert values.get("withheld") == (None if sees else sorted(PRIVATE))
        assert state["username"] == "anna" and values["digest"] == "d"


def test_pages_tell_them_to_whom_they_concern_alone(house: House, number: str, client: Client) -> None:
    prefix = house.anna.tokens.get().prefix
    history = f"/people/{number}/history/"
    for user, sees in ((house.anna, True), (house.sam, True), (house.ben, False)):
        client.force_login(user)
        told = client.get(history)
        exported = client.get(f"{history}export/json").getvalue().decode()
        then = client.get(f"/people/{number}/?at={today()}")
        assert told.status_code == then.status_code == 200
        shown = told.content.decode()
        assert [prefix in page for page in (shown, exported, then.content.decode())] == [sees] * 3


def test_the_command_line_tells_them_to_whom_they_concern_alone(
    house: House, number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    prefix = house.anna.tokens.get().prefix
    for user, sees in ((house.rita, True), (house.ben, False)):
        user.set_password(PASSWORD)
        user.save()
        monkeypatch.setenv("SETSQUARE_AS", user.username)
        for words in (
            ("people", "show", number, "--json"),
            ("people", "show", number, "--at", f"{today()}"),
            ("people", "history", number, "--json"),
            ("export", "people", number, "--history", "--format", "json"),
        ):
            capsys.readouterr()
            assert run(words) == 0, (words, capsys.readouterr())
            assert (prefix in capsys.readouterr().out) is sees, words


def test_who_comes_too_late_is_told_no_more(house: House, number: str) -> None:
    record = house.anna.file.record
    for user, sees in ((house.rita, True), (house.anna, True), (house.ben, False)):
        assert ("tokens" not in PEOPLE.hidden_from(user, record).keys) is sees
    with pytest.raises(Stale) as late:
        given = {"name": "Anna Weber", "title": "Head"}
        carry_out("person", "edit", Actor(house.rita), record=record, body=given, version=1, reason="x")
    assert "tokens" in {change.path for passage in late.value.passages for change in passage.changes}

"""One's own tokens of the API, made and revoked in the browser."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.commands.access import issue_token
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from tests.days import today
from tests.houses import database

PASSWORD = "a-quiet-river-42"


def build() -> User:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    return bootstrap.add_person("anna", "Anna Weber", "NW", password=PASSWORD)


db = database(anna=build)


@pytest.fixture
def anna(db, houses) -> User:
    return houses.of(build)


@pytest.fixture
def at_desk(anna, client) -> Client:
    client.force_login(anna, "setsquare.faces.web.signing_in.presence.PersonBackend")
    return client


def in_days(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def test_a_token_is_shown_once(at_desk, anna):
    form = {"name": "Nightly backup", "scopes": ["read", "write"], "expires": in_days(30)}
    page = at_desk.post("/me/tokens/", form)

    secret = re.search(r'value="(sqt_[^"]+)"', page.content.decode())[1]
    assert tokens.authenticate(secret).user == anna
    assert "no-store" in page["Cache-Control"]
    later = at_desk.get("/me/tokens/").content.decode()
    assert secret not in later
    assert f"sqt_{Token.objects.get().prefix}" in later
    assert "Nightly backup" in later


def test_a_token_is_limited_to_record_types(at_desk, anna):
    page = at_desk.get("/me/tokens/").content.decode()
    assert "Only on these types" in page
    assert "A token alone does not sign: you sign in the browser, or the program sends your password" in page
    form = {"name": "Import", "scopes": ["read", "write"], "types": ["document"], "expires": in_days(30)}
    made = at_desk.post("/me/tokens/", form)
    assert made.status_code == 200
    token = Token.objects.get()
    assert token.scopes == ["read:document", "write:document"]
    assert tokens.allows(token, tokens.Scope.WRITE, "document")
    assert not tokens.allows(token, tokens.Scope.WRITE, "change_request")
    assert not tokens.allows(token, tokens.Scope.READ, "person")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "has to be filled in"),
        ({"scopes": []}, "at least 1"),
        ({"scopes": ["everything"]}, "no scope"),
        ({"scopes": ["write:nonsense"]}, "There is no record type “nonsense”; there are: "),
        ({"types": ["nonsense"]}, "There is no record type “nonsense”; there are: "),
        ({"expires": in_days(-1)}, "in the future"),
        ({"expires": in_days(500)}, "at most 365 days"),
        ({"expires": "soon"}, "Give a date"),
    ],
)
def test_a_token_that_does_not_fit_is_refused_with_what_was_typed_kept(at_desk, change, sentence):
    form = {"name": "Import of drawings", "scopes": ["read"], "expires": in_days(30), **change}
    page = at_desk.post("/me/tokens/", form)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert change.get("name") == "" or "Import of drawings" in page.content.decode()
    assert not Token.objects.exists()


def test_a_token_is_revoked(at_desk, anna):
    token, secret = issue_token(Actor(anna), "Nightly backup", ["read"], today() + dt.timedelta(days=3))

    at_desk.post(f"/me/tokens/{token.prefix}/revoke/")

    assert tokens.authenticate(secret) is None
    told = at_desk.get("/me/tokens/").content.decode()
    assert "The token “Nightly backup” is revoked; what used it is refused from now on." in told
    assert "Nightly backup" not in at_desk.get("/me/tokens/").content.decode()


def test_nobody_revokes_a_token_of_somebody_else_here(at_desk, anna):
    rita = User.objects.get(username="rita")
    token, secret = issue_token(Actor(rita), "Nightly backup", ["read"], today() + dt.timedelta(days=3))

    at_desk.post(f"/me/tokens/{token.prefix}/revoke/")

    assert tokens.authenticate(secret) is not None


def test_the_generic_address_leads_to_ones_own_page(at_desk, anna):
    number = anna.file.record.number

    response = at_desk.get(f"/people/{number}/do/make_token/")

    assert (response.status_code, response["Location"]) == (303, "/me/tokens/")
    in_dialog = at_desk.get(
        f"/people/{number}/do/make_token/", headers={"hx-request": "true", "hx-target": "dialog-body"}
    )
    assert in_dialog["HX-Redirect"] == "/me/tokens/"
    assert Client().get("/me/tokens/").status_code == 302


def token_of(person: User) -> str:
    """Return the secret of a new token."""
    last = today() + dt.timedelta(days=3)
    return issue_token(Actor(person), "Nightly backup", ["read"], last)[1]


@pytest.mark.parametrize("ticked", [True, False])
def test_who_changes_the_password_chooses_whether_tokens_end(at_desk, anna, ticked):
    assert 'name="end_tokens"' not in at_desk.get("/accounts/password/change/").content.decode()
    secret = token_of(anna)
    assert (
        'name="end_tokens" value="true" checked' in at_desk.get("/accounts/password/change/").content.decode()
    )

    form = {"oldpassword": PASSWORD, "password1": "another-river-43", "password2": "another-river-43"}
    at_desk.post("/accounts/password/change/", form | ({"end_tokens": "true"} if ticked else {}))

    assert (tokens.authenticate(secret) is None) is ticked
    told = [entry.note["values"] for entry in anna.file.record.trail.filter(command="end_tokens", actor=anna)]
    assert told == ([{"names": "“Nightly backup”"}] if ticked else [])


def test_where_a_sign_in_was_disclosed_an_administrator_ends_all_of_it(at_desk, anna):
    """Password, passkeys and authenticator app, sessions and tokens at once; and not one's own by mistake."""
    rita, secret = User.objects.get(username="rita"), token_of(anna)
    TOTP.activate(anna, "JBSWY3DPEHPK3PXP")

    carry_out("person", "end_access", Actor(rita), record=anna.file.record, reason="A phone was stolen.")

    assert at_desk.get("/people/").status_code == 302
    assert tokens.authenticate(secret) is None
    assert not Authenticator.objects.exists()
    assert not User.objects.get(pk=anna.pk).has_usable_password()
    assert "ended by %(name)s" in Notice.objects.get(user=anna, kind="person").text
    with pytest.raises(NotPermitted, match="your own password"):
        carry_out("person", "end_access", Actor(rita), record=rita.file.record, reason="Mine.")


def test_a_password_set_on_the_machine_is_entered_and_ends_tokens(at_desk, anna, monkeypatch):
    secret = token_of(anna)
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "another-river-43")

    call_command("changepassword", "anna")

    assert tokens.authenticate(secret) is None
    assert at_desk.get("/people/").status_code == 302
    assert list(anna.file.record.trail.values_list("command", flat=True))[-2:] == [
        "note_access",
        "end_tokens",
    ]

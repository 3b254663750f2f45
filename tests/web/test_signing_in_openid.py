"""Signing in by a provider of OpenID Connect: a real one on loopback, spoken to by authorization code."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pydantic import SecretStr

from setsquare.domains.organisation import bootstrap
from setsquare.faces.web.signing_in.on_record import check_ways_in
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.worker import run_until_idle
from setsquare.project.configuration import OpenIdProvider
from tests.houses import Houses, database
from tests.servers import openid

ELSEWHERE = {"name": "Anna Weber", "title": "", "email": "weber@norma.example"}
ANNA = {"sub": "42", "email": "anna@norma.example", "email_verified": True, "name": "Anna W."}


@pytest.fixture(scope="module")
def shared() -> Iterator[openid.Provider]:
    with openid.running() as provider:
        yield provider


@pytest.fixture
def provider(shared: openid.Provider, settings: Any) -> openid.Provider:
    """The provider, as the settings file would name it."""
    shared.claims = dict(ANNA)
    settings.SOCIALACCOUNT_PROVIDERS = named(shared.url)
    return shared


def named(server: str) -> dict[str, Any]:
    given = {"id": "company", "name": "Company account", "server": server}
    one = OpenIdProvider(**given, client_id=openid.CLIENT, secret=SecretStr(openid.SECRET))
    return {"openid_connect": {"APPS": [one.app()]}}


def build() -> User:
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", username="rita", name="Rita Root", email="")
    return bootstrap.add_person(
        "anna", "Anna Weber", "NW", email="anna@norma.example", password="a-quiet-river-42"
    )


db = database(anna=build)


@pytest.fixture
def anna(db: None, houses: Houses) -> User:
    found: User = houses.of(build)
    return found


def second_administrator() -> User:
    """Have somebody who can confirm an access in which Rita had a hand."""
    zoe = bootstrap.add_person("zoe", "Zoe Example", "NW")
    bootstrap.grant(zoe, "administrator", "NW")
    return zoe


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the test does, as the browser would."""

    def redirect_request(self, *_parts: Any) -> None:
        return None


def at_provider(address: str) -> str:
    """Visit the provider as the browser does; returns where it sends the browser back to."""
    try:
        urllib.request.build_opener(Stay).open(address)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("the provider did not send back")


def begin(client: Client) -> str:
    """Press the button on the sign-in page; returns the address at the provider."""
    answer = client.post("/accounts/oidc/company/login/?next=/people/")
    assert answer.status_code == 302
    return str(answer["Location"])


def come_back(client: Client, address: str) -> Any:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_is_known_by_their_address_signs_in(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert re.search(r'action="/accounts/oidc/company/login/[^"]*"', page)
    assert "Company account" in page
    address = begin(client)
    assert address.startswith(f"{provider.url}/authorize?")
    assert "code_challenge_method=S256" in address

    answer = come_back(client, at_provider(address))

    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    assert client.session["_auth_user_id"] == str(anna.pk)
    assert User.objects.get(pk=anna.pk).has_usable_password(), "she still signs by it"
    again = Client()
    provider.claims = {"sub": "42", "email": "", "name": "Anna, by her id"}
    come_back(again, at_provider(begin(again)))
    assert is_in(again)
    assert User.objects.count() == 2
    assert User.objects.get(pk=anna.pk).name == "Anna Weber"
    assert list(check_ways_in()) == [], "her history tells of the link"
    SocialAccount.objects.update(user=User.objects.get(username="rita"))
    assert sorted(found.sentence for found in check_ways_in()) == [
        "The history of anna tells of an account of another service by which they sign in, but it is gone.",
        "The history of rita does not tell of an account of another service by which they sign in.",
    ]


def test_an_account_of_another_service_ends_with_every_way_to_sign_in(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    come_back(client, at_provider(begin(client)))
    second_administrator()
    rita = Actor(User.objects.get(username="rita"))
    carry_out("person", "edit", rita, record=anna.file.record, body=ELSEWHERE, reason="She moved.")
    carry_out("person", "end_access", rita, record=anna.file.record, reason="A stranger linked it.")

    again = Client()
    come_back(again, at_provider(begin(again)))

    assert not is_in(again) and not SocialAccount.objects.exists()
    assert list(check_ways_in()) == []


def test_an_account_that_was_linked_by_a_former_address_signs_nobody_in(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    """Else whoever changes an address for a moment comes in as that person for good."""
    come_back(client, at_provider(begin(client)))
    second_administrator()
    rita = Actor(User.objects.get(username="rita"))
    carry_out("person", "edit", rita, record=anna.file.record, body=ELSEWHERE, reason="She moved.")
    run_until_idle()

    again = Client()
    come_back(again, at_provider(begin(again)))

    assert not is_in(again) and not SocialAccount.objects.exists()
    assert list(check_ways_in()) == []


def test_an_address_that_one_administrator_wrote_there_signs_nobody_in_before_another_confirms_it(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    come_back(client, at_provider(begin(client)))
    zoe, rita = second_administrator(), User.objects.get(username="rita")
    carry_out("person", "edit", Actor(rita), record=anna.file.record, body=ELSEWHERE, reason="She moved.")
    run_until_idle()
    provider.claims = ANNA | {"sub": "66", "email": ELSEWHERE["email"]}

    stranger = Client()
    come_back(stranger, at_provider(begin(stranger)))
    assert not is_in(stranger) and not SocialAccount.objects.exists()

    carry_out("person", "confirm_access", Actor(zoe), record=anna.file.record)
    herself = Client()
    come_back(herself, at_provider(begin(herself)))
    assert herself.session["_auth_user_id"] == str(anna.pk)


def test_an_address_that_somebody_had_who_left_is_of_who_has_it_now(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    come_back(client, at_provider(begin(client)))
    bootstrap.leave(anna, anna.joined.date())
    follower = bootstrap.add_person("anne", "Anne Weber", "NW", email="anna@norma.example")
    provider.claims = ANNA | {"sub": "43"}

    again = Client()
    come_back(again, at_provider(begin(again)))

    assert again.session["_auth_user_id"] == str(follower.pk)
    assert not SocialAccount.objects.filter(user=anna, uid="43").exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "77", "email": "eve@norma.example", "email_verified": True},
        {"sub": "78", "email": "anna@norma.example", "email_verified": False},
        {"sub": "79", "email": "anna@norma.example"},
        {"sub": "80"},
    ],
)
def test_who_is_not_known_stays_out(
    client: Client, provider: openid.Provider, anna: User, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    answer = come_back(client, at_provider(begin(client)))

    if answer.status_code == 302:
        answer = client.get(answer["Location"])
    assert not is_in(client)
    assert answer.status_code == 200
    assert "account" in answer.content.decode().lower()
    assert User.objects.count() == 2


def test_a_wrong_state_code_or_refusal_signs_nobody_in(
    client: Client, provider: openid.Provider, anna: User
) -> None:
    back = at_provider(begin(client))
    stranger = Client()
    come_back(stranger, back)
    assert not is_in(stranger)
    path, query = urlsplit(back).path, openid.parse_query(urlsplit(back).query)
    for wrong in ({"state": "x"}, {"code": "x"}):
        fresh = Client()
        given = openid.parse_query(urlsplit(at_provider(begin(fresh))).query)
        answer = fresh.get(f"{path}?{urlencode({**given, **wrong})}")
        assert answer.status_code in (200, 401)
        assert not is_in(fresh), wrong
    provider.claims = None
    refused = Client()
    come_back(refused, at_provider(begin(refused)))
    assert not is_in(refused)
    come_back(client, back)
    assert is_in(client)
    again = Client()
    assert again.get(f"{path}?{urlencode(query)}").status_code in (200, 401)
    assert not is_in(again)


def test_who_left_stays_out(client: Client, provider: openid.Provider, anna: User) -> None:
    come_back(client, at_provider(begin(client)))
    assert is_in(client)
    body = {"date": "2026-01-01"}
    carry_out("person", "leave", Actor.system(), record=anna.file.record, body=body)

    assert client.get("/people/").status_code == 302
    fresh = Client()
    come_back(fresh, at_provider(begin(fresh)))
    assert not is_in(fresh)


def test_a_provider_that_is_silent_is_told_in_words(client: Client, settings: Any, db: None) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = named("http://localhost:9")
    answer = client.post("/accounts/oidc/company/login/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert "does not answer now" in answer.content.decode()
    assert not is_in(client)

"""Passkeys: signing in with one, and signing records with one."""

import json
import re

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.core.cache import cache
from django.test import Client
from fido2.webauthn import AuthenticatorData

from setsquare.domains.organisation import bootstrap
from setsquare.faces.web.signing_in import passkeys
from setsquare.faces.web.signing_in.on_record import check_ways_in
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.project.bench.passkey import PRESENT, SoftPasskey
from tests.houses import database

PASSWORD = "a-quiet-river-42"
IMPACT = {"quality": "None.", "regulatory": "None.", "training": "Reading.", "cost": "None.", "risk": "None."}


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


def build() -> User:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    dora = bootstrap.add_person("dora", "Dora Head", "NW", password=PASSWORD)
    bootstrap.grant(dora, "head", "NW")
    return dora


db = database(dora=build)


@pytest.fixture
def dora(db, houses) -> User:
    return houses.of(build)


@pytest.fixture
def change(dora) -> Record:
    """A change request that waits for Dora's decision."""
    anna = bootstrap.add_person("anna", "Anna Weber", "NW")
    bootstrap.grant(anna, "specialist", "NW")
    asked = {"title": "Shorter checks", "what": "Less.", "why": "Twice.", "unit": "NW"}
    record = carry_out("change_request", "create", Actor(anna), body=asked).record
    carry_out("change_request", "submit", Actor(anna), record=record)
    return carry_out("change_request", "assess", Actor(anna), record=record, body=IMPACT).record


def enter(client: Client, user: User) -> None:
    client.force_login(user, "setsquare.faces.web.signing_in.presence.PersonBackend")


def challenge(client: Client):
    return client.post("/signing/passkey/").json()


def decide(client: Client, change: Record, answer: str, name: str = "accept"):
    """Send the form of a decision, signed by a passkey's answer."""
    address = f"/change-requests/{change.number}/do/{name}/"
    version = Record.objects.get(pk=change.pk).version
    return client.post(address, {"passkey": answer, "reason": "It is worth it.", "_version": version})


def state_of(change: Record) -> str:
    return Record.objects.get(pk=change.pk).state


def test_a_passkey_signs(client, dora, change):
    key = SoftPasskey(dora)
    key.enrol()
    enter(client, dora)

    response = decide(client, change, key.answer(challenge(client)))

    assert response.status_code == 303
    signature = Signature.objects.get(record=change)
    assert (signature.signer, signature.method, signature.meaning) == (dora, "passkey", "accepted")
    assert Authenticator.objects.get().last_used_at is not None


def test_a_challenge_counts_once(client, dora, change):
    key = SoftPasskey(dora)
    key.enrol()
    enter(client, dora)
    answer = key.answer(challenge(client))
    wrong_state = decide(client, change, answer, "close")
    assert wrong_state.status_code in (403, 404, 422)
    stolen = dict(client.session)

    assert decide(client, change, answer).status_code == 303
    again = Client()
    enter(again, dora)
    session = again.session
    session[passkeys.CHALLENGE] = stolen.get(passkeys.CHALLENGE)
    session.save()
    other = carry_out(
        "change_request", "create", Actor(User.objects.get(username="anna")), body=_body()
    ).record
    carry_out("change_request", "submit", Actor.system(), record=other)
    carry_out("change_request", "assess", Actor.system(), record=other, body=IMPACT)

    assert decide(again, other, answer).status_code == 422
    assert decide(client, other, answer).status_code == 422
    assert state_of(other) == "assessed"
    assert Signature.objects.count() == 1


def test_a_passkey_that_is_removed_before_the_signature_is_made_signs_nothing(rf, dora):
    key = SoftPasskey(dora)
    key.enrol()
    with request_context(rf.get("/")):
        options, made = passkeys.handed_out(dora)
        answered = json.loads(key.answer(options))
        use = passkeys.check_signature(dora, answered, Credentials(challenge=made))
    Authenticator.objects.all().delete()
    assert use is not None and not use()


def _body() -> dict[str, str]:
    return {"title": "Another", "what": "Less.", "why": "Twice.", "unit": "NW"}


def _late(session) -> None:
    session[passkeys.CHALLENGE]["at"] -= passkeys.SECONDS + 1


def _of_another(session) -> None:
    session[passkeys.CHALLENGE]["user"] += 1


def _none(session) -> None:
    del session[passkeys.CHALLENGE]


@pytest.mark.parametrize("bend", [_late, _of_another, _none])
def test_a_challenge_that_is_late_foreign_or_missing_signs_nothing(client, dora, change, bend):
    key = SoftPasskey(dora)
    key.enrol()
    enter(client, dora)
    answer = key.answer(challenge(client))
    session = client.session
    bend(session)
    session.save()

    response = decide(client, change, answer)

    assert response.status_code == 422
    assert "not recognised" in response.content.decode()
    assert state_of(change) == "assessed"


@pytest.mark.parametrize(
    "bent",
    [
        lambda key, options: key.answer(options, flags=PRESENT),
        lambda key, options: key.answer(options, flags=AuthenticatorData.FLAG(0)),
        lambda key, options: key.answer(options, host="elsewhere.example"),
        lambda key, options: key.answer(
            {"publicKey": {**options["publicKey"], "challenge": "AAAAAAAAAAAAAAAAAAAAAA"}}
        ),
        lambda key, options: SoftPasskey(key.user, id=key.id).answer(options),
        lambda key, options: SoftPasskey(key.user).answer(options),
        lambda key, options: json.dumps({**json.loads(key.answer(options)), "response": {}}),
        lambda key, options: "[]",
        lambda key, options: "nonsense",
    ],
    ids=[
        "not verified",
        "not present",
        "other host",
        "other challenge",
        "other key",
        "unknown",
        "empty",
        "list",
        "text",
    ],
)
def test_a_bent_answer_signs_nothing(client, dora, change, bent):
    key = SoftPasskey(dora)
    key.enrol()
    enter(client, dora)

    response = decide(client, change, bent(key, challenge(client)))

    assert response.status_code == 422
    assert state_of(change) == "assessed"
    assert not Signature.objects.exists()


def test_somebody_elses_passkey_signs_nothing(client, dora, change):
    SoftPasskey(dora).enrol()
    foreign = SoftPasskey(User.objects.get(username="rita"))
    foreign.enrol()
    enter(client, dora)

    assert decide(client, change, foreign.answer(challenge(client))).status_code == 422
    assert state_of(change) == "assessed"


def test_who_has_no_passkey_is_told_so(client, dora):
    enter(client, dora)

    response = client.post("/signing/passkey/")

    assert response.status_code == 409
    assert "no passkey yet" in response.json()["detail"]
    assert Client().post("/signing/passkey/", headers={"accept": "application/json"}).status_code == 401
    assert client.get("/signing/passkey/").status_code == 405


def test_a_passkey_signs_in_without_a_name(client, dora):
    key = SoftPasskey(dora)
    key.enrol()
    options = client.post("/accounts/login/passkey/").json()

    response = client.post(
        "/accounts/2fa/webauthn/login/", {"credential": key.answer(options), "next": "/change-requests/"}
    )

    assert response["Location"] == "/change-requests/"
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_the_passkey_of_who_left_does_not_sign_in(client, dora):
    key = SoftPasskey(dora)
    key.enrol()
    bootstrap.leave(dora, dora.joined.date())
    options = client.post("/accounts/login/passkey/").json()

    client.post("/accounts/2fa/webauthn/login/", {"credential": key.answer(options)})

    assert "_auth_user_id" not in client.session


def test_a_passkey_that_no_history_tells_of_is_found(client, dora):
    """Put in by SQL it is found; set up by the person it is on record, until it ends with every way to sign in."""
    passkey = SoftPasskey(dora).enrol()
    assert [str(found.sentence) for found in check_ways_in()] == [
        "The history of dora does not tell of a passkey by which they sign in."
    ]
    authenticator_added.send(sender=Authenticator, request=None, user=dora, authenticator=passkey)
    assert list(check_ways_in()) == []
    Authenticator.objects.update(
        data={**passkey.data, "credential": SoftPasskey(dora).enrol().data["credential"]}
    )
    assert len(list(check_ways_in())) == 2, "another key under the name of the first"
    rita = User.objects.get(username="rita")
    carry_out("person", "end_access", Actor(rita), record=dora.file.record, reason="A phone was stolen.")
    assert list(check_ways_in()) == []


def test_with_a_passkey_the_password_alone_no_longer_signs_in(client, dora):
    key = SoftPasskey(dora)
    key.enrol()

    asked = client.post("/accounts/login/", {"login": "dora", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in client.session
    options = json.loads(re.search(r'id="passkey-options">(.*?)</script>', asked.content.decode())[1])
    client.post("/accounts/2fa/authenticate/", {"credential": key.answer(options)})

    assert client.session["_auth_user_id"] == str(dora.pk)


@pytest.mark.browser
def test_a_browser_adds_a_passkey_signs_in_and_signs_with_it(live_setsquare, browser):
    with live_setsquare.orm():
        first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
        rita = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
        bootstrap.grant(rita, "head", "NW")
        anna = bootstrap.add_person("anna", "Anna Weber", "NW")
        bootstrap.grant(anna, "specialist", "NW")
        record = carry_out("change_request", "create", Actor(anna), body=_body()).record
        carry_out("change_request", "submit", Actor(anna), record=record)
        carry_out("change_request", "assess", Actor(anna), record=record, body=IMPACT)
    page = browser.new_page()
    device = browser.new_cdp_session(page)
    device.send("WebAuthn.enable")
    abilities = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    kind = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **abilities}})

    page.goto(f"{live_setsquare.url}/accounts/login/")
    page.fill("[name=login]", "rita")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]:has-text('Sign in')")
    page.goto(f"{live_setsquare.url}/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "Laptop")
    page.click("[data-passkey=create]")
    page.wait_for_url("**/recovery-codes/")
    browser.clear_cookies()

    page.goto(f"{live_setsquare.url}/accounts/login/?next=/change-requests/{record.number}/do/accept/")
    page.click("[data-passkey=get]")
    page.wait_for_url("**/do/accept/")
    page.fill("[name=reason]", "It is worth it.")
    page.click("[data-passkey=get]")
    page.wait_for_url(f"**/change-requests/{record.number}/")

    with live_setsquare.orm():
        signature = Signature.objects.get(record__number=record.number)
        assert (signature.signer.username, signature.method) == ("rita", "passkey")
        assert list(check_ways_in()) == []
    assert browser.problems == []

"""Signing in and out: password, second factor, lockout, idle sessions, links to set a password."""

import datetime as dt
import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.commands.access import issue_token
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.notices.models import Notice
from tests.days import today
from tests.houses import database

PASSWORD = "a-quiet-river-42"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_rates_left_over():
    cache.clear()


def build() -> User:
    first = {"username": "rita", "name": "Rita Root", "email": "rita@norma.example", "password": PASSWORD}
    return bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)


db = database(rita=build)


@pytest.fixture
def rita(db, houses) -> User:
    return houses.of(build)


@pytest.fixture
def anna(rita) -> User:
    anna = bootstrap.add_person("anna", "Anna Weber", "NW", email="anna@norma.example", password=PASSWORD)
    bootstrap.grant(anna, "reader", "NW")
    return anna


def sign_in(client: Client, name: str = "anna", password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"login": name, "password": password, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text_of(response) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"<(script|svg).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    )


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("name", ["anna", "ANNA", "anna@norma.example", "Anna@Norma.example"])
def test_people_sign_in_by_name_or_address(client, anna, name):
    response = sign_in(client, name)

    assert response.status_code == 302
    assert is_in(client)


def test_they_come_back_to_where_they_were_going(client, anna):
    response = sign_in(client, next="/people/")
    assert response["Location"] == "/people/"

    other = Client()
    assert sign_in(other, next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "quite-another-1"), ("nobody", PASSWORD), ("", ""), ("anna", "")]
)
def test_wrong_ones_stay_out_and_keep_what_they_typed(client, anna, name, password):
    response = sign_in(client, name, password)

    assert response.status_code == 200
    assert not is_in(client)
    assert f'value="{name}"' in response.content.decode()
    assert password == "" or password not in response.content.decode()


def test_who_left_stays_out(client, anna):
    bootstrap.leave(anna, anna.joined.date())

    sign_in(client)

    assert not is_in(client)


def test_leaving_ends_the_sessions_that_are_open(client, anna):
    sign_in(client)
    assert client.get("/people/").status_code == 200

    bootstrap.leave(anna, anna.joined.date())

    assert client.get("/people/").status_code == 302


def test_nobody_enters_themself(client, db):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/email/").status_code == 404


def test_the_page_is_ours(client, anna):
    response = client.get(LOGIN + "?next=/people/")

    page = response.content.decode()
    assert "Norma Works" in text_of(response)
    assert 'name="next" value="/people/"' in page
    assert "data-passkey" in page
    assert "Forgot the password?" in page
    assert "no-store" in response["Cache-Control"]


def test_too_many_failures_lock_out_and_say_for_how_long(client, anna, settings):
    for _attempt in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, password="wrong").status_code == 200

    locked = sign_in(client, "anna@norma.example", "wrong")
    assert locked.status_code == 429
    assert "Try again in 15 minutes" in text_of(locked)
    assert locked["Retry-After"] == "900"

    right = sign_in(client)
    assert right.status_code == 429
    assert not is_in(client)
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_a_session_that_lies_idle_ends_and_says_so(client, anna, settings):
    sign_in(client)
    session = client.session
    session["seen"] = int(time.time()) - settings.SETSQUARE.sign_in.idle_minutes * 60 - 5
    session.save()

    response = client.get("/people/?q=anna")

    assert response.status_code == 302
    assert not is_in(client)
    page = client.get(response["Location"])
    assert "because nothing happened for 30 minutes" in text_of(page)
    assert 'name="next" value="/people/?q=anna"' in page.content.decode()
    assert sign_in(client, next="/people/?q=anna")["Location"] == "/people/?q=anna"


def test_signing_out(client, anna):
    sign_in(client)
    assert "Sign out" in text_of(client.get("/accounts/logout/"))

    client.post("/accounts/logout/")

    assert not is_in(client)


def test_a_changed_password_ends_other_sessions_and_is_told_by_mail(client, anna):
    other = Client()
    sign_in(client)
    sign_in(other)
    wrong = {"oldpassword": "nonsense", "password1": "short", "password2": "other"}
    refused = client.post("/accounts/password/change/", wrong)
    assert refused.status_code == 200
    assert refused.content.decode().count('class="field-error"') >= 2

    right = {"oldpassword": PASSWORD, "password1": "another-river-43", "password2": "another-river-43"}
    response = client.post("/accounts/password/change/", right)

    assert response["Location"] == "/me/"
    assert is_in(client)
    assert other.get("/people/").status_code == 302
    assert "Your password was changed" in mail.outbox[0].subject
    assert mail.outbox[0].to == ["anna@norma.example"]


def link_in(message) -> str:
    return urlsplit(re.search(r"https?://\S+/password/reset/key/\S+", message.body)[0]).path


def set_password(client: Client, path: str, password: str):
    form = client.get(path, follow=True)
    place = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(place, {"password1": password, "password2": password}, follow=True)


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, anna):
    """Whoever was in until then is out: other sessions and tokens end."""
    last = today() + dt.timedelta(days=3)
    _token, secret = issue_token(Actor(anna), "Nightly backup", ["read"], last)
    other = Client()
    sign_in(other)
    response = client.post("/accounts/password/reset/", {"email": "Anna@norma.example"}, follow=True)
    assert "Look into your mail" in text_of(response)
    deliver_waiting()
    assert len(mail.outbox) == 1
    path = link_in(mail.outbox[0])

    done = set_password(client, path, "another-river-43")

    assert "Your password is set" in text_of(done)
    assert not is_in(client)
    assert other.get("/people/").status_code == 302
    assert tokens.authenticate(secret) is None
    assert "sessions and tokens have ended" in mail.outbox[1].body
    assert "Your tokens were revoked" in Notice.objects.get(user=anna, kind="person").text
    assert sign_in(client, password="another-river-43").status_code == 302
    assert "no longer works" in text_of(Client().get(path, follow=True))


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, anna):
    response = client.post("/accounts/password/reset/", {"email": "who@norma.example"}, follow=True)
    deliver_waiting()

    assert "Look into your mail" in text_of(response)
    assert mail.outbox == []


def test_asking_for_a_link_is_the_same_work_whoever_has_the_address(anna):
    """Neither what is answered nor how long it takes tells who has an account: both do the same and mail nothing."""
    told = []
    for address in ("anna@norma.example", "who@norma.example"):
        client = Client()
        client.get("/accounts/password/reset/")
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/accounts/password/reset/", {"email": address})
        page = text_of(client.get(answer["Location"]))
        told.append((answer.status_code, answer["Location"], answer.content, page, len(queries)))
        assert not any("accounts_user" in query["sql"] for query in queries), "nobody is looked for"
    assert told[0] == told[1]
    assert mail.outbox == []


def test_whose_address_changed_is_no_longer_reached_at_the_old_one(client, rita, anna):
    zoe = bootstrap.add_person("zoe", "Zoe Example", "NW")  # who can confirm it afterwards
    bootstrap.grant(zoe, "administrator", "NW")
    sign_in(Client(), "anna@norma.example")
    new = {"name": "Anna Weber", "email": "weber@norma.example"}
    carry_out("person", "edit", Actor(rita), record=anna.file.record, body=new, reason="Moved.")
    deliver_waiting()
    assert [message.to for message in mail.outbox] == [["anna@norma.example"]]
    mail.outbox.clear()

    client.post("/accounts/password/reset/", {"email": "anna@norma.example"})
    deliver_waiting()
    sign_in(client, "anna@norma.example")

    assert mail.outbox == []
    assert not is_in(client)
    assert sign_in(client, "weber@norma.example").status_code == 302


def test_who_is_hired_sets_a_password_by_the_link_in_the_mail(client, rita):
    hired = {"username": "carla", "name": "Carla Rossi", "email": "carla@norma.example", "unit": "NW"}
    carry_out("person", "hire", Actor(rita), body=hired)
    deliver_waiting()

    assert "Your sign-in name is carla" in mail.outbox[0].body
    set_password(client, link_in(mail.outbox[0]), "a-river-of-mine-1")

    assert sign_in(client, "carla", "a-river-of-mine-1").status_code == 302


def test_a_password_that_is_easy_to_guess_is_refused_at_its_field(client, rita, anna):
    client.post("/accounts/password/reset/", {"email": "anna@norma.example"})
    deliver_waiting()

    refused = set_password(client, link_in(mail.outbox[0]), "password12")

    assert "too common" in text_of(refused)
    assert sign_in(client).status_code == 302


def test_who_has_no_address_is_handed_the_link_which_is_shown_once(client, rita):
    carl = bootstrap.add_person("carl", "Carl Nomail", "NW", password=PASSWORD)
    sign_in(client, "rita")
    address = f"/people/{carl.file.record.number}/do/invite/"
    assert "There is no e-mail address" in text_of(client.get(address))

    page = client.post(address, {"reason": "No e-mail at the line."})

    path = urlsplit(re.search(r'value="(http\S+/password/reset/key/\S+)"', page.content.decode())[1]).path
    assert page["Cache-Control"] == "no-store"
    assert not User.objects.get(pk=carl.pk).has_usable_password()
    set_password(Client(), path, "a-river-of-mine-1")
    assert sign_in(Client(), "carl", "a-river-of-mine-1").status_code == 302
    trail = carl.file.record.trail
    (shown,) = trail.filter(command="invite", actor=rita)
    assert (shown.reason, shown.note["text"]) == (
        "No e-mail at the line.",
        "it was shown on the screen, since there is no e-mail address",
    )
    assert [entry.note["text"] for entry in trail.filter(command="note_access")] == ["a password was set"]


def test_only_administrators_send_links(client, rita, anna):
    sign_in(client)
    address = f"/people/{rita.file.record.number}/do/invite/"

    assert "Your roles do not allow this" in text_of(client.get(address))
    client.post(address)
    deliver_waiting()

    assert mail.outbox == []


def set_up_totp(client: Client) -> str:
    """Set up an authenticator app as a person does, and return its secret."""
    form = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'name="secret" value="(\w+)"', form.content.decode())[1]
    assert "data:image/svg+xml" in form.content.decode()
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    assert "Recovery codes" in text_of(done)
    return secret


def test_an_authenticator_app_is_asked_for_after_the_password(
    client, anna, django_capture_on_commit_callbacks
):
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_totp(client)
    assert "An authenticator app was set up for your sign-in" in [message.subject for message in mail.outbox]
    assert "Set up" in text_of(client.get("/accounts/2fa/"))

    other = Client()
    response = sign_in(other, next="/people/")
    assert response["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(other)
    assert "One more step" in text_of(other.get(response["Location"]))
    cache.clear()
    done = other.post(response["Location"], {"code": code_of(secret)})

    assert done["Location"] == "/people/"
    assert is_in(other)


def test_a_recovery_code_lets_in_once(client, anna):
    sign_in(client)
    set_up_totp(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, flags=re.S)[1].split()
    assert len(codes) == 10
    assert client.get("/accounts/2fa/recovery-codes/download/").content.decode().split() == codes

    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert is_in(other) is expected


def test_wrong_codes_lock_out_like_wrong_passwords(client, anna, settings):
    Authenticator.objects.all().delete()
    TOTP.activate(anna, "JBSWY3DPEHPK3PXP")
    sign_in(client)

    answers = [
        client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code
        for _attempt in range(settings.AXES_FAILURE_LIMIT + 1)
    ]

    assert answers[-1] == 429
    right = client.post("/accounts/2fa/authenticate/", {"code": code_of("JBSWY3DPEHPK3PXP")})
    assert right.status_code == 429
    assert not is_in(client)


def test_changing_factors_asks_again_who_it_is(client, anna):
    sign_in(client)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - 3600, "username": "anna"}
    ]
    session.save()

    for page in ("totp/activate", "webauthn/add"):
        response = client.get(f"/accounts/2fa/{page}/")
        assert response.status_code == 302
        assert "reauthenticate" in response["Location"]
    asked = client.get(response["Location"])
    assert "Confirm that it is you" in text_of(asked)


def test_sessions_are_listed_and_the_others_ended(client, anna):
    other = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0"})
    sign_in(client)
    sign_in(other)
    for one in (client, other):
        one.get("/")

    page = text_of(client.get("/accounts/sessions/"))
    assert "Firefox, Windows" in page
    assert "This one" in page
    client.post("/accounts/sessions/")

    assert is_in(client)
    assert other.get("/people/").status_code == 302


def test_one_session_is_ended_alone(client, anna, rita):
    others = [Client(), Client()]
    stranger = Client()
    sign_in(stranger, "rita")
    for one in (client, *others):
        sign_in(one)
    for one in (client, *others, stranger):
        one.get("/")
    page = client.get("/accounts/sessions/").content.decode()
    assert page.count('name="session"') == 2
    key = others[0].session.session_key
    ended = UserSession.objects.get(session_key=key).pk
    foreign = UserSession.objects.get(session_key=stranger.session.session_key).pk

    answer = client.post("/accounts/sessions/", {"session": ended}, follow=True)
    client.post("/accounts/sessions/", {"session": foreign})
    client.post("/accounts/sessions/", {"session": "x"})

    assert "That session has ended." in answer.content.decode()
    assert others[0].get("/people/").status_code == 302
    assert [one.get("/people/").status_code for one in (client, others[1], stranger)] == [200, 200, 200]


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
        "tokens",
        "account_logout",
    ],
)
def test_every_page_of_security_answers(client, anna, name):
    sign_in(client)

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "Django" not in text_of(response)


def test_devices_show_the_organisation_and_the_sign_in_name(client, anna, rf):
    assert get_adapter().get_totp_issuer() == "Norma Works"
    assert get_adapter().get_totp_label(anna) == "anna"

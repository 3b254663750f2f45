"""What people are told while the database is busy, and what does not wait for it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import place
from setsquare.kernel.database.busy import is_busy
from setsquare.project.middleware.people import PersonalSettingsMiddleware
from setsquare.project.middleware.sessions import SEEN


@pytest.fixture
def client(db):
    unit = Unit.objects.create(code="BER", name="Berlin", kind="site", time_zone="Europe/Berlin")
    place(unit, None)
    anna = get_user_model().objects.create_user("anna", "a long enough password", name="Anna", unit=unit)
    client = Client(raise_request_exception=False)
    client.force_login(anna)
    session = client.session
    session[SEEN] = int(timezone.now().timestamp()) - 120
    session.save()
    return client


def locked(*_given, **_named):
    raise OperationalError("database is locked")


def broken(*_given, **_named):
    raise OperationalError("no such table: django_session")


def is_told(answer):
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "The database is busy" in answer.content.decode()
    return True


def test_a_page_is_read_though_its_use_cannot_be_noted(client, monkeypatch):
    seen = client.session[SEEN]
    with monkeypatch.context() as patched:
        patched.setattr(Session, "save", locked)
        assert client.get("/").status_code == 200
    assert client.session[SEEN] == seen
    assert client.get("/").status_code == 200
    assert client.session[SEEN] > seen


def test_what_else_a_session_keeps_is_not_forgotten_silently(client, monkeypatch):
    def keep(request):
        request.session["kept"] = True
        return HttpResponse()

    monkeypatch.setattr(get_resolver().url_patterns[0], "callback", keep)
    with monkeypatch.context() as patched:
        patched.setattr(Session, "save", locked)
        assert is_told(client.get("/metrics"))
    assert client.get("/metrics").status_code == 200
    assert client.session["kept"]


def test_a_session_that_was_ended_meanwhile_stays_ended(client, monkeypatch):
    def end(request):
        Session.objects.all().delete()
        return HttpResponse()

    monkeypatch.setattr(get_resolver().url_patterns[0], "callback", end)
    assert client.get("/metrics").status_code == 400
    assert not Session.objects.exists()


def test_programs_are_told_of_an_ended_session_as_a_problem(client, monkeypatch):
    address = "/api/v1/me"
    assert client.get(address).status_code == 200
    session = client.session
    session[SEEN] = int(timezone.now().timestamp()) - 120
    session.save()
    saved = Session.save

    def gone(self, *given, **named):
        Session.objects.all().delete()
        return saved(self, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "save", gone)
        answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["detail"].startswith("Your session was ended while this was under way.")


def test_programs_are_told_of_a_busy_database_as_a_problem(client, monkeypatch):
    monkeypatch.setattr(PersonalSettingsMiddleware, "__call__", locked)
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer["Retry-After"]) == ("busy", "2")


def test_a_busy_database_is_told_as_such(client, monkeypatch):
    monkeypatch.setattr(get_resolver().url_patterns[0], "callback", locked)
    assert is_told(client.get("/metrics"))
    part = client.get("/metrics", headers={"HX-Request": "true"})
    assert is_told(part) and part["Content-Type"] == "application/json"
    client.logout()
    monkeypatch.setattr(Session, "save", locked)
    given = {"login": "anna", "password": "a long enough password"}
    assert is_told(client.post("/accounts/login/", given))


def test_a_broken_database_is_not_called_busy(client, monkeypatch, settings):
    assert not is_busy(ValueError("locked"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite"):
        with monkeypatch.context() as patched:
            patched.setattr(get_resolver().url_patterns[0], "callback", broken)
            assert client.get("/metrics").status_code == 500
        monkeypatch.setattr(PersonalSettingsMiddleware, "__call__", broken)
        answer = client.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (500, "failure")


def looking_for_a_text_of_any_length(*_given, **_named):
    return HttpResponse(str(get_user_model().objects.filter(name__icontains="x" * 70_000).count()))


def test_a_text_too_long_to_be_looked_for_is_not_called_a_busy_database(client, monkeypatch, settings):
    on_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite")
    with monkeypatch.context() as patched:
        patched.setattr(get_resolver().url_patterns[0], "callback", looking_for_a_text_of_any_length)
        page = client.get("/metrics")
    monkeypatch.setattr(PersonalSettingsMiddleware, "__call__", looking_for_a_text_of_any_length)
    answer = client.get("/api/v1/me")

    if not on_sqlite:  # which looks for a text of any length
        assert (page.content, answer.content) == (b"0", b"0")
        return
    assert (page.status_code, answer.status_code) == (422, 422)
    assert "A value is too long or too large to be kept." in page.content.decode()
    assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", "invalid")


def test_nobody_has_a_sign_in_name_that_is_longer_than_any(client):
    given = {"login": "x" * 70_000, "password": "a long enough password"}
    client.logout()
    answer = client.post("/accounts/login/", given)
    assert (answer.status_code, b"error" in answer.content) == (200, True)

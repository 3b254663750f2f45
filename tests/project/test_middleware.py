"""What every request passes through."""

import json
import logging
import logging.config
from ipaddress import ip_network

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import timezone, translation

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import place
from setsquare.project import logs
from setsquare.project.middleware.proxies import TrustedProxyMiddleware
from setsquare.project.middleware.sessions import SEEN


@pytest.fixture
def anna(db):
    unit = Unit.objects.create(code="BER", name="Berlin", kind="site", time_zone="Europe/Berlin")
    place(unit, None)
    return get_user_model().objects.create_user("anna", name="Anna Weber", unit=unit, language="de")


# --- request id and log ---------------------------------------------------------------------------


def test_a_request_gets_an_id_and_returns_the_callers(client, db):
    made = client.get("/accounts/login/")["X-Request-ID"]
    assert len(made) == 32
    given = client.get("/accounts/login/", headers={"X-Request-ID": "trace-1234.abc"})
    assert given["X-Request-ID"] == "trace-1234.abc"


@pytest.mark.parametrize("harmful", ["short", "a" * 200, "has space 12", "line\\nbreak12", "<script>12"])
def test_a_harmful_id_is_replaced(client, db, harmful):
    assert client.get("/accounts/login/", headers={"X-Request-ID": harmful})["X-Request-ID"] != harmful


def test_a_request_is_one_line_of_json(client, db, caplog):
    caplog.set_level(logging.INFO, "setsquare.requests")
    client.get("/accounts/login/?next=/secret", headers={"X-Request-ID": "trace-1234"})
    formatter = logging.config.DictConfigurator(logs.plan("json", "INFO")).configure_formatter(
        logs.plan("json", "INFO")["formatters"]["structured"]
    )
    record = next(r for r in caplog.records if r.name == "setsquare.requests")
    line = json.loads(formatter.format(record))
    assert line["event"] == "request"
    assert line["request"] == "trace-1234"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/accounts/login/", 200)
    assert line["view"] == "account_login"
    assert "secret" not in str(line)


# --- reverse proxies ------------------------------------------------------------------------------


def through(peer: str, trusted: list[str], **headers: str):
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)
    middleware = TrustedProxyMiddleware(lambda seen: HttpResponse())
    middleware.trusted = [ip_network(network) for network in trusted]
    middleware(request)
    return request


@pytest.mark.parametrize(
    ("peer", "trusted", "chain", "client"),
    [
        ("10.0.0.1", ["10.0.0.1/32"], "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", ["10.0.0.0/8"], "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.1", [], "192.0.2.7", "10.0.0.1"),
        ("192.0.2.9", ["10.0.0.0/8"], "127.0.0.1", "192.0.2.9"),
        ("10.0.0.1", ["10.0.0.0/8"], "nonsense", "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.0/8"], "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ],
)
def test_the_clients_address_comes_from_trusted_proxies_alone(peer, trusted, chain, client):
    assert through(peer, trusted, HTTP_X_FORWARDED_FOR=chain).META["REMOTE_ADDR"] == client


def test_the_scheme_comes_from_trusted_proxies_alone():
    headers = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}
    assert through("10.0.0.1", ["10.0.0.1/32"], **headers).is_secure()
    assert not through("10.0.0.1", [], **headers).is_secure()


def test_forwarding_headers_go_no_further():
    headers = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_HOST": "evil.example"}
    assert not [name for name in through("10.0.0.1", [], **headers).META if "FORWARDED" in name]


# --- uploads --------------------------------------------------------------------------------------


def test_an_upload_over_the_limit_is_refused_with_a_sentence(client, settings, db):
    settings.UPLOAD_LIMIT = 100
    response = client.post("/accounts/login/", data=b"x" * 200, content_type="application/octet-stream")
    assert response.status_code == 413
    assert "larger than" in response.content.decode()


def test_the_api_refuses_it_as_a_problem(client, settings, db):
    settings.UPLOAD_LIMIT = 100
    response = client.post("/api/v1/documents", data=b"x" * 200, content_type="application/octet-stream")
    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"
    assert (response.json()["status"], response.json()["code"]) == (413, "too_large")


# --- sessions -------------------------------------------------------------------------------------


def test_an_idle_session_ends(client, anna, settings):
    client.force_login(anna)
    session = client.session
    session[SEEN] = int(timezone.now().timestamp()) - settings.SETSQUARE.sign_in.idle_minutes * 60 - 5
    session.save()
    response = client.get("/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]
    assert "_auth_user_id" not in client.session


def test_use_keeps_a_session_alive_without_writing_each_time(client, anna):
    client.force_login(anna)
    client.get("/")
    first = client.session[SEEN]
    client.get("/")
    assert client.session[SEEN] == first
    session = client.session
    session[SEEN] = first - 120
    session.save()
    client.get("/")
    assert client.session[SEEN] >= first


def test_who_is_not_signed_in_costs_no_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/nowhere/at/all/").status_code in (302, 404)


# --- language and time ----------------------------------------------------------------------------


def test_a_page_speaks_the_persons_language_and_their_sites_time(client, anna, monkeypatch):
    seen = {}

    def look(request):
        seen.update(language=translation.get_language(), zone=str(timezone.get_current_timezone()))
        return HttpResponse()

    client.force_login(anna)
    monkeypatch.setattr(get_resolver().url_patterns[0], "callback", look)
    client.get("/metrics")
    assert seen == {"language": "de", "zone": "Europe/Berlin"}
    anna.time_zone = "Asia/Tokyo"
    anna.save()
    client.get("/metrics")
    assert seen["zone"] == "Asia/Tokyo"


# --- headers --------------------------------------------------------------------------------------


def test_every_page_carries_the_headers_that_protect_it(client, db):
    response = client.get("/accounts/login/")
    policy = response["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in policy
    assert script.startswith("script-src 'self'")
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_an_unknown_host_is_refused(client, db):
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400

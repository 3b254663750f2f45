"""What load balancers, supervisors and Prometheus ask."""

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from setsquare.project import readiness
from setsquare.project.models import BackgroundWorker


@pytest.fixture(autouse=True)
def _ask_migrations_anew(monkeypatch):
    monkeypatch.setattr(readiness, "_migrated", False)


def metrics(response) -> dict[str, float]:
    families = text_string_to_metric_families(response.content.decode())
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_healthz_needs_no_database_no_session_and_no_known_host(client, django_assert_num_queries):
    client.cookies["session"] = "x"
    response = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_readyz_names_each_part(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["parts"] == {"database": "ok", "migrations": "ok", "files": "ok"}


def test_readyz_asks_one_query_once_the_migrations_are_known(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


class Silent:
    """A database that is down."""

    def cursor(self) -> None:
        raise DatabaseError("host db.internal is down")

    def close(self) -> None:
        """Do nothing: there is nothing open."""


def test_readyz_without_its_database(client, monkeypatch):
    monkeypatch.setattr(readiness, "connection", Silent())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "does not answer"
    assert "db.internal" not in response.content.decode()


def test_readyz_with_migrations_to_apply(client, db, monkeypatch):
    monkeypatch.setattr(readiness, "pending_migrations", lambda: ["records.0002_more"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["migrations"] == "1 to apply"


def test_readyz_when_files_cannot_be_stored(client, db, settings, tmp_path):
    (tmp_path / "files").write_text("a file where the store would be")
    settings.SETSQUARE = settings.SETSQUARE.model_copy(update={"data_directory": tmp_path})
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["files"] == "the file store does not exist"


def test_metrics_count_requests_and_tell_of_the_background_work(client, db):
    now = timezone.now()
    BackgroundWorker.objects.create(id="w", part="events", started=now, seen=now)
    client.get("/accounts/login/")
    response = client.get("/metrics")
    assert response.status_code == 200
    measured = metrics(response)
    for name in (
        "setsquare_requests_total",
        "setsquare_request_seconds_bucket",
        "setsquare_events_waiting",
        "setsquare_events_lag_seconds",
        "setsquare_tasks_open",
        "setsquare_jobs_waiting",
        "setsquare_worker_seconds_since_beat",
    ):
        assert name in measured
    assert 'view="account_login"' in response.content.decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "192.0.2.7"}, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
    ],
)
def test_metrics_without_a_token_are_for_this_machine(client, db, given, status):
    assert client.get("/metrics", **given).status_code == status


@pytest.mark.parametrize(
    ("header", "status"), [("Bearer right", 200), ("Bearer wrong", 403), ("", 403), ("Bearer réel", 403)]
)
def test_metrics_with_a_token_are_for_its_bearer(client, db, settings, header, status):
    update = {"metrics_token": SecretStr("right")}
    settings.SETSQUARE = settings.SETSQUARE.model_copy(update=update)
    given = {"HTTP_AUTHORIZATION": header, "REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", **given).status_code == status

"""What `setsquare check` finds, part by part, on the database system under test."""

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone
from pydantic import SecretStr

from setsquare.domains.organisation.permissions import known
from setsquare.kernel.accounts.models import Role
from setsquare.kernel.files.store import path_of, store
from setsquare.project import vitals
from setsquare.project.checks import clock, database, history, mail, rights, security, storage, work
from setsquare.project.checks.findings import Finding
from setsquare.project.configuration import Configuration, Mail
from setsquare.project.models import BackgroundWorker, Installation


@pytest.fixture
def configured(settings, tmp_path: Path) -> Configuration:
    given: Configuration = settings.SETSQUARE
    return given.model_copy(update={"mode": "production", "data_directory": tmp_path})


def levels(findings: list[Finding]) -> dict[str, str]:
    assert all(finding.mend for finding in findings if finding.level != "ok")
    return {finding.subject: finding.level for finding in findings}


# --- database -------------------------------------------------------------------------------------


def test_a_healthy_database_is_in_order(live_database, configured):
    look = database.sqlite if connection.vendor == "sqlite" else database.postgresql
    configured = configured.model_copy(update={"database_url": live_database})
    found = levels([*database.reachable(configured), *look(configured), *database.migrations(configured)])
    assert found["database"] == found["database version"] == found["migrations"] == "ok"
    assert levels(database.integrity(configured)) == {"database integrity": "ok"}


def test_what_a_test_server_lacks_is_found(live_database, configured):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
        assert levels(database.sqlite(configured))["database durability"] == "error"
        return
    found = levels(database.postgresql(configured))
    assert found["database durability"] == "error"  # the tests' server runs without fsync
    assert found["database rights"] == "warning"
    assert found["database checksums"] == "warning"


def test_a_dangling_reference_is_found(live_database, configured):
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'accounts_unit_pkey'::regclass"
            )
        assert "accounts_unit_pkey" in database.integrity(configured)[0].message
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("INSERT INTO accounts_unitpath (ancestor_id, descendant_id, depth) VALUES (77, 78, 1)")
    [finding] = database.integrity(configured)
    assert finding.level == "error"
    assert "accounts_unitpath" in finding.message


@pytest.fixture
def live_database(installations, django_db_blocker) -> Iterator[str]:
    """A database that is on a disk, as in real use."""
    live = installations.make(with_worker=False)
    with django_db_blocker.unblock(), live.orm():
        yield live.database
    installations.discard(live)


@pytest.mark.once
def test_a_wal_file_with_an_old_library_is_an_error(configured, monkeypatch, live_database):
    monkeypatch.setattr(database, "WAL_IS_SAFE", False)
    monkeypatch.setattr("setsquare.kernel.database.sqlite.base.journal_mode", lambda: "wal")
    connection.close()
    found = {finding.subject: finding for finding in database.sqlite(configured)}
    assert found["database journal"].level == "error"
    assert "older than 3.51.3" in found["database journal"].message


@pytest.mark.once
def test_a_network_file_system_is_an_error(configured, monkeypatch, live_database):
    monkeypatch.setattr(database, "file_system", lambda _path: "nfs4")
    assert levels(database.sqlite(configured))["database file"] == "error"


# --- mail -----------------------------------------------------------------------------------------


class Postbox:
    async def handle_DATA(self, server, session, envelope) -> str:
        return "250 OK"


@pytest.fixture
def smtp(settings) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(Postbox(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    yield port
    controller.stop()


def with_mail(configured: Configuration, port: int, **given: object) -> Configuration:
    section = Mail(host="127.0.0.1", port=port, security="none", sender="qms@example.org")
    return configured.model_copy(update={"mail": section.model_copy(update=given)})


@pytest.mark.once
def test_mail_is_tried_in_earnest(configured, smtp, settings):
    assert levels(mail.smtp(with_mail(configured, smtp))) == {"mail": "ok"}
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "anna", "wrong"
    assert levels(mail.smtp(with_mail(configured, smtp))) == {"mail": "error"}
    settings.EMAIL_PORT = 1
    [finding] = mail.smtp(with_mail(configured, 1))
    assert finding.level == "error"
    assert "does not answer" in finding.message


@pytest.mark.once
def test_no_mail_server_is_a_warning(configured):
    assert levels(mail.smtp(configured)) == {"mail": "warning"}


def test_a_trigger_that_is_gone_is_found(live_database, configured):
    assert levels(history.protected(configured)) == {"protected history": "ok"}
    name = "trail_entry_no_update" if connection.vendor == "sqlite" else "trail_entry_no_change"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON trail_entry" if connection.vendor != "sqlite" else ""))
    (found,) = history.protected(configured)
    assert (found.level, name in found.message) == ("error", True)


def test_a_file_that_is_gone_or_cut_is_found(db, configured, settings):
    settings.FILE_STORE = configured.files_directory
    whole, gone, cut = (store(text, "text/plain") for text in (b"whole", b"gone", b"cut short"))
    assert levels(history.files(configured)) == {"files": "ok"}
    path_of(gone).unlink()
    path_of(cut).write_bytes(b"cut")
    (found,) = history.files(configured)
    assert (found.level, found.message[:7]) == ("error", "2 of 3 ")
    assert whole.digest not in found.message


# --- file store, clock, safety ----------------------------------------------------------------------


@pytest.mark.once
def test_the_file_store_is_written_to(configured):
    assert levels(storage.writable(configured)) == {"file store": "ok"}
    assert list(configured.files_directory.iterdir()) == []
    assert storage.one_file_system(configured) == []
    assert levels(storage.room(configured))["disk space"] in ("ok", "warning", "error")


@pytest.mark.once
def test_a_file_store_that_cannot_be_made_is_an_error(configured, tmp_path):
    (tmp_path / "files").write_text("in the way")
    assert levels(storage.writable(configured)) == {"file store": "error"}


@pytest.mark.once
def test_little_room_is_found(configured, monkeypatch):
    monkeypatch.setattr(storage, "LITTLE", 2**62)
    assert levels(storage.room(configured)) == {"disk space": "warning"}
    monkeypatch.setattr(storage, "TOO_LITTLE", 2**62)
    assert levels(storage.room(configured)) == {"disk space": "error"}


@pytest.mark.once
def test_a_clock_that_stopped_is_found(configured):
    assert levels(clock.plausible(configured)) == {"clock": "ok"}
    with time_machine.travel(dt.datetime(2001, 1, 1, tzinfo=dt.UTC)):
        assert levels(clock.plausible(configured)) == {"clock": "error"}


@pytest.mark.django_db
def test_a_clock_that_differs_from_the_servers_is_found(configured):
    assert clock.agrees_with_database(configured) == []
    if connection.vendor == "postgresql":
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=5)):
            assert levels(clock.agrees_with_database(configured)) == {"clock": "error"}


@pytest.mark.once
def test_safety_in_production(configured):
    lax = configured.model_copy(update={"secret_key": SecretStr("short"), "debug": True})
    found = security.settings_are_strict(lax)
    assert {finding.level for finding in found} == {"error"}
    assert len(found) == 3
    demo = configured.model_copy(update={"mode": "demo"})
    assert levels(security.settings_are_strict(demo)) == {"mode": "warning"}


@pytest.mark.once
def test_a_readable_key_is_found(configured, tmp_path):
    key = tmp_path / "secret_key"
    key.write_text("x")
    key.chmod(0o644)
    assert levels(security.key_is_private(configured)) == {"secret key": "error"}
    key.chmod(0o600)
    assert security.key_is_private(configured) == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "subject", "level"),
    [
        ({"hosts": ("*",)}, "hosts", "error"),
        ({"address": "https://q.example", "hsts_seconds": 60}, "HSTS", "warning"),
        ({"address": "https://q.example"}, "reverse proxy", "error"),
    ],
)
def test_addresses(configured, given, subject, level):
    assert levels(security.web_addresses(configured.model_copy(update=given)))[subject] == level


# --- background work --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_missing_worker_is_found(configured):
    assert levels(work.worker(configured)) == {"worker": "warning"}
    now = timezone.now()
    row = BackgroundWorker.objects.create(id="w", part="events", started=now, seen=now)
    assert levels(work.worker(configured)) == {"worker": "ok"}
    row.seen = now - vitals.LEASE * 100
    row.save()
    assert (
        "1 hours ago" in work.worker(configured)[0].message
        or "minutes ago" in work.worker(configured)[0].message
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("purpose", "fitting", "other"), [("demo", "demo", "production"), ("production", "production", "demo")]
)
def test_a_database_that_is_for_something_else_is_found(configured, purpose, fitting, other):
    lax, strict = (configured.model_copy(update={"mode": mode}) for mode in ("demo", "production"))
    assert work.purpose_fits(lax) == work.purpose_fits(strict) == []
    Installation.objects.create(id=1, purpose=purpose)
    assert work.purpose_fits(configured.model_copy(update={"mode": fitting})) == []
    assert levels(work.purpose_fits(configured.model_copy(update={"mode": other}))) == {"purpose": "error"}


@pytest.mark.django_db
def test_nothing_late_is_in_order(configured):
    assert levels(work.backlog(configured)) == {"background work": "ok"}


@pytest.mark.django_db
def test_permissions_that_no_role_holds_are_named(configured):
    role = Role.objects.create(code="all", name="Everything")
    for code in known():
        role.permissions.create(permission=code)
    assert levels(rights.permissions(configured)) == {"permissions": "ok"}

    role.permissions.filter(permission__in=["authority.rules", "quizzes.read"]).delete()

    assert levels(rights.permissions(configured)) == {"permissions": "hint"}
    [finding] = rights.permissions(configured)
    assert finding.message == "No role holds authority.rules, quizzes.read: nobody may do what that allows."

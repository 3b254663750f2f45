"""The SQLite back end: durable settings, fair turns, nothing lost."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.utils import ConnectionHandler

from setsquare.kernel.database.sqlite import base
from setsquare.project.database_url import parse

pytestmark = pytest.mark.once

WRITER = Path(__file__).with_name("writer_process.py")


def connect(file: Path, **options: float) -> base.DatabaseWrapper:
    settings = parse(f"sqlite:///{file}").settings()
    settings["OPTIONS"] = options
    wrapper = ConnectionHandler({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    assert isinstance(wrapper, base.DatabaseWrapper)
    return wrapper


@pytest.fixture(autouse=True)
def _may_connect(django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite3"
    wrapper = connect(path)
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE number (value integer, single integer)")
        cursor.execute("CREATE TABLE turn (id integer PRIMARY KEY AUTOINCREMENT, ticket integer)")
        cursor.execute("INSERT INTO number VALUES (0, 0)")
    wrapper.close()
    return path


@pytest.fixture
def one(file: Path) -> Iterator[base.DatabaseWrapper]:
    wrapper = connect(file)
    yield wrapper
    wrapper.close()


@pytest.fixture
def other(file: Path) -> Iterator[base.DatabaseWrapper]:
    wrapper = connect(file, queue_timeout=0.05)
    yield wrapper
    wrapper.close()


def ask(wrapper: base.DatabaseWrapper, statement: str):
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def write(wrapper: base.DatabaseWrapper) -> None:
    with wrapper.cursor() as cursor:
        cursor.execute("UPDATE number SET value = value + 1")


def begin(wrapper: base.DatabaseWrapper) -> None:
    wrapper.ensure_connection()
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_a_commit_reaches_the_disk(one):
    assert ask(one, "PRAGMA synchronous") == 2
    assert ask(one, "PRAGMA foreign_keys") == 1


def test_the_journal_is_safe_with_this_library(one):
    wanted = "wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "persist"
    assert ask(one, "PRAGMA journal_mode") == wanted


def test_a_file_in_wal_mode_is_brought_back_with_an_old_library(file, monkeypatch):
    sqlite3.connect(file).execute("PRAGMA journal_mode = wal")
    monkeypatch.setattr(base, "WAL_IS_SAFE", False)
    wrapper = connect(file)
    assert ask(wrapper, "PRAGMA journal_mode") == "persist"
    wrapper.close()


def test_a_new_library_uses_wal(file, monkeypatch):
    monkeypatch.setattr(base, "WAL_IS_SAFE", True)
    wrapper = connect(file)
    assert ask(wrapper, "PRAGMA journal_mode") == "wal"
    wrapper.close()


def test_a_transaction_holds_the_turn_and_a_late_writer_is_told(one, other):
    begin(one)
    assert one.ticket is not None
    with pytest.raises(OperationalError, match="other work was still being written. Try again"):
        begin(other)
    one.commit()
    assert one.ticket is None
    begin(other)
    other.rollback()


def test_a_single_statement_waits_for_its_turn(one, other):
    begin(one)
    with pytest.raises(OperationalError, match="The database is busy"):
        write(other)
    one.rollback()
    write(other)
    assert ask(one, "SELECT value FROM number") == 1


def test_reading_takes_no_turn(one, other):
    begin(one)
    assert ask(other, "SELECT value FROM number") == 0
    one.rollback()


def test_a_rollback_a_failure_and_a_close_give_the_turn_back(one, other):
    begin(one)
    one.rollback()
    assert one.ticket is None
    begin(one)
    one.close()
    assert one.ticket is None
    begin(other)
    other.rollback()


def test_a_foreign_lock_gives_the_turn_back(file, one):
    stranger = sqlite3.connect(file, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    impatient = connect(file, timeout=0.05)
    with pytest.raises(OperationalError, match="locked"):
        begin(impatient)
    assert impatient.ticket is None
    stranger.execute("ROLLBACK")
    stranger.close()
    begin(one)
    one.rollback()
    impatient.close()


def test_a_database_in_memory_needs_no_turn():
    wrapper = connect(Path(":memory:"))
    begin(wrapper)
    assert wrapper.ticket is None
    wrapper.rollback()


def test_several_processes_lose_nothing_and_keep_their_order(file):
    processes = [
        subprocess.Popen(
            [sys.executable, str(WRITER), str(file), "40"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    reader = sqlite3.connect(file)
    assert reader.execute("SELECT value, single FROM number").fetchone() == (200, 200)
    tickets = [row[0] for row in reader.execute("SELECT ticket FROM turn ORDER BY id")]
    assert len(tickets) == 200
    assert tickets == sorted(tickets)
    reader.close()


def test_what_may_be_left_undone_does_not_wait_long(one, file):
    patient = connect(file)
    with one.cursor() as cursor, patient.waiting_at_most(0.05):
        cursor.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), patient.cursor() as late:
            late.execute("UPDATE number SET value = 2")
        cursor.execute("ROLLBACK")
    assert patient._queue_timeout == base.QUEUE_TIMEOUT
    assert patient.connection.execute("PRAGMA busy_timeout").fetchone() == (base.BUSY_TIMEOUT * 1000,)
    patient.close()

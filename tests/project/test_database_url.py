"""Addresses of databases."""

import pytest

from setsquare.project.database_url import parse

pytestmark = pytest.mark.once


def test_sqlite_relative_and_absolute():
    assert parse("sqlite:///data/store.sqlite3").name == "data/store.sqlite3"
    assert parse("sqlite:////var/lib/store%201.sqlite3").name == "/var/lib/store 1.sqlite3"


def test_postgresql_in_full():
    found = parse("postgresql://anna:p%3Aw@db.example:5433/qms?sslmode=verify-full")
    settings = found.settings(statement_timeout=30, connection_age=600)
    assert (settings["HOST"], settings["PORT"], settings["USER"], settings["PASSWORD"]) == (
        "db.example",
        "5433",
        "anna",
        "p:w",
    )
    assert settings["OPTIONS"]["sslmode"] == "verify-full"
    assert settings["OPTIONS"]["options"] == (
        "-c plan_cache_mode=force_generic_plan -c jit=off -c statement_timeout=30000"
    )
    assert settings["CONN_MAX_AGE"] == 600


def test_postgresql_by_socket():
    found = parse("postgresql:///qms?host=/run/postgresql")
    assert (found.name, found.host) == ("qms", "/run/postgresql")


def test_a_pool_replaces_lasting_connections():
    settings = parse("postgresql://db.example/qms").settings(connection_age=600, pool=True)
    assert settings["OPTIONS"]["pool"] is True
    assert settings["CONN_MAX_AGE"] == 0


def test_the_password_is_not_shown():
    assert "secret" not in repr(parse("postgresql://anna:secret@db.example/qms"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://db/qms", "is not the address of a database that Setsquare knows"),
        ("qms.sqlite3", "is not the address of a database that Setsquare knows"),
        ("sqlite://qms.sqlite3", "names no file after sqlite:///"),
        ("sqlite:///", "names no file after sqlite:///"),
        ("postgresql://db.example", "names no database after the host"),
        ("postgresql://db.example:abc/qms", "has a port that is not a number"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(url, reason):
    with pytest.raises(ValueError, match=reason):
        parse(url)

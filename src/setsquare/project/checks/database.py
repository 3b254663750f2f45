"""The database: reachable, recent, durable, whole, migrated."""

import os
import sqlite3
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from setsquare.kernel.database.sqlite.base import WAL_IS_SAFE
from setsquare.project import readiness
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

OLDEST_POSTGRESQL = 15
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph"}
)


def reachable(settings: Configuration) -> list[Finding]:
    """Whether the database answers at all; without that nothing else about it can be said."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as refused:
        place = (
            settings.store.name
            if settings.store.vendor == "sqlite"
            else settings.store.host or "this machine"
        )
        return [
            error(
                "database",
                f"It does not answer ({' '.join(str(refused).split())}).",
                f"See that it runs and that database_url is right (it points to {place}).",
            )
        ]
    return [ok("database", f"{connection.display_name} answers.")]


def sqlite(settings: Configuration) -> list[Finding]:
    """Version, durability and place of a SQLite file."""
    with connection.cursor() as cursor:
        journal = _value(cursor, "PRAGMA journal_mode")
        synchronous = int(_value(cursor, "PRAGMA synchronous"))
    found = [ok("database version", f"SQLite {sqlite3.sqlite_version}.")]
    if journal == "wal" and not WAL_IS_SAFE:
        found.append(
            error(
                "database journal",
                f"The file is in WAL mode and SQLite {sqlite3.sqlite_version} is older than 3.51.3, "
                "which can corrupt it.",
                "Stop every process that has the file open and start Setsquare: it changes the mode itself. "
                "Or install a newer SQLite.",
            )
        )
    else:
        found.append(ok("database journal", f"Journal mode {journal}."))
    if synchronous < 2:
        found.append(
            error(
                "database durability",
                "synchronous is below FULL: a power failure can lose what was confirmed.",
                'Remove "synchronous" from any init_command of the database settings.',
            )
        )
    else:
        found.append(ok("database durability", "Each commit reaches the disk (synchronous=FULL)."))
    return [*found, *_sqlite_file(Path(settings.store.name))]


def _sqlite_file(file: Path) -> list[Finding]:
    found = []
    kind = file_system(file)
    if kind in NETWORK_FILE_SYSTEMS:
        found.append(
            error(
                "database file",
                f"It lies on a network file system ({kind}), whose locks SQLite cannot rely on.",
                "Move data_directory to a local disk, or use PostgreSQL.",
            )
        )
    if file.exists() and file.stat().st_mode & 0o007:
        found.append(
            warning("database file", "Other accounts of this machine can read it.", f"chmod o-rwx {file}")
        )
    return found


def postgresql(_settings: Configuration) -> list[Finding]:
    """Version, durability and rights of a PostgreSQL server."""
    with connection.cursor() as cursor:
        return [
            _postgresql_version(int(_value(cursor, "SHOW server_version_num"))),
            *_postgresql_durability(cursor),
            *_postgresql_habits(cursor),
        ]


def _postgresql_version(number: int) -> Finding:
    version = f"{number // 10000}.{number % 10000}"
    if number >= OLDEST_POSTGRESQL * 10000:
        return ok("database version", f"PostgreSQL {version}.")
    return error(
        "database version",
        f"PostgreSQL {version} is too old.",
        f"Move to PostgreSQL {OLDEST_POSTGRESQL} or newer (pg_upgrade, or dump and restore).",
    )


def _postgresql_durability(cursor: CursorWrapper) -> list[Finding]:
    off = [name for name in DURABILITY if _value(cursor, f"SHOW {name}") in ("off", "local")]
    if not off:
        return [ok("database durability", f"{', '.join(DURABILITY)} are on.")]
    return [
        error(
            "database durability",
            f"{name} is off: a crash can lose or damage what was confirmed.",
            f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
        )
        for name in off
    ]


def _postgresql_habits(cursor: CursorWrapper) -> list[Finding]:
    found = []
    if _value(cursor, "SHOW data_checksums") != "on":
        found.append(
            warning(
                "database checksums",
                "Data checksums are off: silent damage of the disk goes unnoticed.",
                "Stop the server and run pg_checksums --enable.",
            )
        )
    encoding = _value(cursor, "SHOW server_encoding")
    if encoding != "UTF8":
        found.append(
            error("database encoding", f"It is {encoding}.", "Make the database anew with ENCODING 'UTF8'.")
        )
    if _value(cursor, "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user") == "true":
        found.append(
            warning(
                "database rights",
                "Setsquare connects as a superuser, who can slip past the rules that protect the trail.",
                "Give Setsquare a role of its own (CREATE ROLE setsquare LOGIN) that owns only its database.",
            )
        )
    return found


def integrity(_settings: Configuration) -> list[Finding]:
    """A quick look for damage: pages and references on SQLite, invalid indexes on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            verdict = _value(cursor, "PRAGMA quick_check(1)")
            cursor.execute("PRAGMA foreign_key_check")
            dangling = cursor.fetchone()
            damage = "" if verdict == "ok" else verdict
            if not damage and dangling:
                damage = f"a row of {dangling[0]} points to a row of {dangling[2]} that does not exist"
        else:
            cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid LIMIT 1")
            row = cursor.fetchone()
            damage = f"the index {row[0]} is not valid" if row else ""
    if damage:
        return [
            error(
                "database integrity",
                f"The database is damaged: {damage}.",
                "Stop Setsquare, keep a copy of the database as it is, and restore the last good backup.",
            )
        ]
    return [ok("database integrity", "No damage found.")]


def migrations(_settings: Configuration) -> list[Finding]:
    """Whether the database fits this version."""
    pending = readiness.pending_migrations()
    if pending:
        return [
            error(
                "migrations",
                f"{len(pending)} to apply, the first is {pending[0]}.",
                "Back up, then run `setsquare manage migrate`.",
            )
        ]
    return [ok("migrations", "All applied.")]


def file_system(path: Path) -> str:
    """The kind of file system on which ``path`` lies or would lie (Linux); empty when it cannot be told."""
    target = os.path.realpath(path)
    best, kind = "", ""
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    for line in mounts:
        _device, point, name, *_rest = line.split(" ")
        point = point.replace("\\040", " ")
        if len(point) >= len(best) and (target == point or target.startswith(point.rstrip("/") + "/")):
            best, kind = point, name
    return kind


def _value(cursor: CursorWrapper, statement: str) -> str:
    cursor.execute(statement)
    return str(cursor.fetchone()[0])

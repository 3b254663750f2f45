"""Whether this process can do work: the database answers and is migrated, and files can be stored.

The reasons name no host, path or account, for ``/readyz`` is open to anybody.
"""

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

_migrated = False


def parts() -> dict[str, str]:
    """Each part and, where it is not ready, why; an empty text means ready."""
    database = _database()
    return {
        "database": database,
        "migrations": database and "unknown, the database does not answer" or _migrations(),
        "files": _files(),
    }


def pending_migrations() -> list[str]:
    """Migrations that are part of this version and not applied, as ``app.name``."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, backwards in plan if not backwards]


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "does not answer"
    return ""


def _migrations() -> str:
    global _migrated
    if not _migrated:
        count = len(pending_migrations())
        if count:
            return f"{count} to apply"
        _migrated = True
    return ""


def _files() -> str:
    directory = settings.SETSQUARE.files_directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return "the file store does not exist"
    return "" if os.access(directory, os.W_OK | os.X_OK) else "the file store cannot be written"

"""A database that is migrated once in a run, and copied for whoever needs one: to migrate one takes ten seconds.

Workers of pytest-xdist find one another by a directory. The first that needs the database migrates it, others wait.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tests.servers import postgresql

IN_MEMORY = "file:setsquare?mode=memory&cache=shared"


@dataclass
class Migrated:
    """The database that is copied, on the system under test."""

    directory: Path
    """Where the workers of a run meet."""
    cluster_url: str
    """An address in the PostgreSQL cluster; empty for SQLite."""

    @property
    def name(self) -> str:
        """Its file, or its name in the cluster."""
        return name_of(self.directory) if self.cluster_url else str(self.directory / "migrated.sqlite3")

    def open(self, worker: str) -> None:
        """Have Django's connection use a copy: in memory where that is SQLite."""
        with self._made_or_alone() as made:
            if not made:
                self._make()
        if self.cluster_url:
            own = f"{self.name}_{worker}"
            self.copy(own)
            _use(own)
            return
        _use(IN_MEMORY)
        with closing(sqlite3.connect(self.name)) as file:
            file.backup(connection.connection)

    def close(self) -> None:
        """Have Django's connection let go of its copy, and remove that."""
        own = connection.settings_dict["NAME"]
        connection.close()
        if self.cluster_url:
            self.drop(own)

    def copy(self, name: str) -> None:
        """Make a database of this name, or a file, that is like it."""
        if self.cluster_url:
            postgresql.execute(self.cluster_url, f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        else:
            shutil.copy(self.name, name)

    def drop(self, name: str) -> None:
        """Remove a database from the cluster, whoever uses it."""
        postgresql.execute(self.cluster_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def _made_or_alone(self) -> Iterator[bool]:
        """Whether it is made; until the end of the block no other worker makes it."""
        with (self.directory / "migrated").open("a+") as note:
            fcntl.flock(note, fcntl.LOCK_EX)
            made = os.fstat(note.fileno()).st_size > 0
            yield made
            if not made:
                note.write("It is made.\n")

    def _make(self) -> None:
        if self.cluster_url:
            postgresql.execute(self.cluster_url, f'CREATE DATABASE "{self.name}"')
        _use(self.name if self.cluster_url else IN_MEMORY)
        call_command("migrate", interactive=False, verbosity=0)
        if self.cluster_url:
            connection.close()  # nobody may be connected to what is copied
            return
        with closing(sqlite3.connect(self.name)) as file:  # in one go: a disk takes long for each migration
            connection.connection.backup(file)


def name_of(directory: Path) -> str:
    """Return the name in a cluster that serves several runs at once."""
    return f"migrated_{directory.name.rpartition('-')[2]}"


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()

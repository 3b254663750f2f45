"""The connection: durable, enforcing foreign keys, and writing in turn.

``OPTIONS`` understood beside Django's own: ``queue_timeout`` (seconds a writer waits for its turn, default 30).
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base as django_sqlite
from django.db.backends.sqlite3 import operations
from django.db.utils import DataError, OperationalError

from setsquare.kernel.database.queue import QueueTimeout, WriteQueue

WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)
"""Older libraries can corrupt a database in WAL mode when a checkpoint resets the log (fixed in 3.51.3)."""

QUEUE_TIMEOUT = 30.0
BUSY_TIMEOUT = 20.0
CACHE_KIBIBYTES = 32 * 1024
JOURNAL_BYTES = 64 * 1024 * 1024  # what a long import made larger is cut back to this
MMAP_BYTES = 1024 * 1024 * 1024
LONGEST_PATTERN = 49_000
"""Bytes of a text that is looked for by LIKE; SQLite takes patterns of up to 50,000."""

_WRITES = re.compile(
    r"\s*(insert|update|delete|replace|create|alter|drop|reindex|vacuum|analyze)\b", re.IGNORECASE
)


def journal_mode() -> str:
    """The journal that is durable and safe with the SQLite library in use.

    ``persist`` keeps the rollback journal's file and only voids its header, so a commit costs no change of the
    directory: two to three times the commits a second of ``truncate``, as durable with synchronous=FULL.
    """
    return "wal" if WAL_IS_SAFE else "persist"


def side_file(database: str | Path) -> str:
    """The file beside the database on which writers queue."""
    return f"{database}.queue"


class DatabaseOperations(operations.DatabaseOperations):
    """Django's operations, less what SQLite would refuse in words that sound like a fault of the database."""

    def prep_for_like_query(self, x: Any) -> str:
        """Return a text as part of a pattern; raises DataError where it is too long to be looked for."""
        prepared = str(super().prep_for_like_query(x))
        if len(prepared.encode()) > LONGEST_PATTERN:
            raise DataError(f"A text of {len(prepared)} characters is too long to be looked for.")
        return prepared

    prep_for_iexact_query = prep_for_like_query


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """A connection to one SQLite file. Every transaction is BEGIN IMMEDIATE, taken in turn."""

    ops_class = DatabaseOperations

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        self._queue_timeout = QUEUE_TIMEOUT
        self._queue: WriteQueue | None = None  # none for a database in memory

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, less our own options."""
        parameters = super().get_connection_params()
        self._queue_timeout = float(parameters.pop("queue_timeout", QUEUE_TIMEOUT))
        parameters.setdefault("timeout", BUSY_TIMEOUT)
        self.transaction_mode = "IMMEDIATE"
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Open the file and set what makes it durable and quick to read."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        connection.execute("PRAGMA temp_store = MEMORY")
        if not self.is_in_memory_db():
            self._queue = WriteQueue(side_file(conn_params["database"]))
            connection.execute(f"PRAGMA journal_mode = {journal_mode()}")
            connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
            connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        return connection

    def create_cursor(self, name: str | None = None) -> "QueuedCursor":
        """Open a cursor that queues for a write made outside a transaction."""
        cursor: QueuedCursor = self.connection.cursor(factory=QueuedCursor)
        cursor.wrapper = self
        return cursor

    @property
    def ticket(self) -> int | None:
        """The number of the turn to write that this connection holds; ``None`` when it holds none."""
        return None if self._queue is None else self._queue.ticket

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn to write for one statement outside a transaction; inside one it is held already."""
        if self._queue is None or self._queue.held:
            yield
            return
        self._enter()
        try:
            yield
        finally:
            self._queue.leave()

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Wait no longer than this, for what may as well be left undone."""
        self.ensure_connection()
        before, self._queue_timeout = self._queue_timeout, min(seconds, self._queue_timeout)
        [usual] = self.connection.execute("PRAGMA busy_timeout").fetchone()
        self.connection.execute(f"PRAGMA busy_timeout = {min(int(seconds * 1000), usual)}")
        try:
            yield
        finally:
            self._queue_timeout = before
            if self.connection is not None:
                self.connection.execute(f"PRAGMA busy_timeout = {usual}")

    def _enter(self) -> None:
        if self._queue is None:
            return
        try:
            self._queue.enter(self._queue_timeout)
        except QueueTimeout as late:
            raise OperationalError(
                f"The database is busy: {late.waited:.0f} seconds passed and other work was still being written. "
                "Try again in a moment; if it lasts, look for a long import or a stuck process."
            ) from late

    def _leave(self) -> None:
        if self._queue is not None:
            self._queue.leave()

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            self.cursor().execute("BEGIN IMMEDIATE")
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()


class QueuedCursor(django_sqlite.SQLiteCursorWrapper):
    """Django's cursor, which waits for its turn before a write in autocommit mode."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        if self.connection.in_transaction or not _WRITES.match(query):
            return super().execute(query, params)
        with self.wrapper.turn():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """Run one statement for each set of parameters."""
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        with self.wrapper.turn():
            return super().executemany(query, param_list)

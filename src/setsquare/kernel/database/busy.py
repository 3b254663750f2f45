"""When the database is busy: telling that from other faults, and not waiting for what may be left undone."""

from contextlib import AbstractContextManager, nullcontext

from django.db import OperationalError, connection


def is_busy(error: BaseException | None) -> bool:
    """Tell whether an error means that the database cannot answer now but may in a moment."""
    if not isinstance(error, OperationalError):
        return False
    if connection.vendor != "sqlite":
        return True  # not reached, out of connections, or waited too long for a lock; a wrong query is none of these
    return "locked" in str(error) or "busy" in str(error)


def waiting_at_most(seconds: float) -> AbstractContextManager[None]:
    """Wait no longer than this for the turn to write; where the database has no turns, as long as always."""
    shortened = getattr(connection, "waiting_at_most", None)
    if shortened is None:
        return nullcontext()
    waiting: AbstractContextManager[None] = shortened(seconds)
    return waiting

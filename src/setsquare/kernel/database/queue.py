"""A first-come, first-served queue of the processes that want to write to one SQLite file.

SQLite's own busy handler sleeps and tries again, so under load a writer can be passed over for seconds.
Here each writer draws a ticket and waits until all earlier tickets are gone. The tickets are byte-range locks
of the operating system (open file description locks, Linux), so a process that is killed leaves the queue by
itself and nothing has to be cleaned up.

The queue gives order, not safety: SQLite's own locks still guard the file, and a program that does not know
the queue (a backup, the ``sqlite3`` shell) only makes the others wait.
"""

import errno
import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable

_LOCK = struct.Struct("@hhqqi4x")  # struct flock on 64-bit Linux: type, whence, start, length, pid
_COUNTER = struct.Struct("<Q")
_MUTEX = 0  # byte locked while a ticket is drawn
_FIRST = 64  # ticket n is the byte _FIRST + n; bytes 0..7 hold the counter itself


class QueueTimeout(Exception):
    """The turn did not come in time. ``waited`` is in seconds."""

    def __init__(self, waited: float) -> None:
        super().__init__(f"waited {waited:.0f} seconds")
        self.waited = waited


class _Place:
    """One ticket in the queue, bound to one open file description."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.ticket = 0

    def draw(self) -> None:
        """Take the next ticket. Held for microseconds, so it waits without a limit."""
        self._lock(fcntl.F_WRLCK, _MUTEX, 1)
        try:
            counter = os.pread(self._file, _COUNTER.size, 0)
            self.ticket = (_COUNTER.unpack(counter)[0] if len(counter) == _COUNTER.size else 0) + 1
            os.pwrite(self._file, _COUNTER.pack(self.ticket), 0)
            self._lock(fcntl.F_WRLCK, _FIRST + self.ticket, 1)
        finally:
            self._lock(fcntl.F_UNLCK, _MUTEX, 1)

    def is_next(self) -> bool:
        """Whether all earlier tickets are gone; does not wait."""
        try:
            self._lock(fcntl.F_RDLCK, _FIRST, self.ticket, wait=False)
        except OSError as refused:
            if refused.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise
        return True

    def wait(self) -> None:
        """Wait until all earlier tickets are gone: each holds its own byte, this asks for all of them."""
        self._lock(fcntl.F_RDLCK, _FIRST, self.ticket)

    def leave(self) -> None:
        """Give the ticket back. Unlocks first, for a forked child may still share the open file."""
        self._lock(fcntl.F_UNLCK, 0, 0)
        os.close(self._file)

    def _lock(self, kind: int, start: int, length: int, *, wait: bool = True) -> None:
        request = _LOCK.pack(kind, os.SEEK_SET, start, length, 0)
        fcntl.fcntl(self._file, fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK, request)


class WriteQueue:
    """The queue of one database file, as one connection sees it. Not shared between threads."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._place: _Place | None = None

    @property
    def held(self) -> bool:
        """Whether this connection is the one that may write now."""
        return self._place is not None

    @property
    def ticket(self) -> int | None:
        """The number drawn for the turn that is held; later arrivals have higher ones."""
        return None if self._place is None else self._place.ticket

    def enter(self, timeout: float) -> None:
        """Wait for the turn, at most ``timeout`` seconds; then raise :class:`QueueTimeout`."""
        if self._place is not None:
            return
        place = _Place(self._path)
        place.draw()
        if not place.is_next():
            started = time.monotonic()
            if not _finishes_within(timeout, place.wait, abandoned=place.leave):
                raise QueueTimeout(time.monotonic() - started)
        self._place = place

    def leave(self) -> None:
        """Let the next one write. Harmless when the turn is not held."""
        place, self._place = self._place, None
        if place is not None:
            place.leave()


def _finishes_within(timeout: float, wait: Callable[[], None], *, abandoned: Callable[[], None]) -> bool:
    """Run ``wait``, which blocks in the kernel and cannot be given a limit, on a thread of its own.

    When the time is up the thread is left behind; it calls ``abandoned`` as soon as its wait is over.
    """
    done, guard, given_up = threading.Event(), threading.Lock(), False

    def run() -> None:
        wait()
        with guard:
            done.set()
            if given_up:
                abandoned()

    threading.Thread(target=run, name="setsquare-write-queue", daemon=True).start()
    if done.wait(timeout):
        return True
    with guard:
        given_up = not done.is_set()
        return not given_up

"""Keeps a crew of processes running: starts them, restarts one that fails, stops them all together.

Each runs in a session of its own, so that Ctrl-C reaches this process alone, which then ends the others in
order; on Linux they are ended by the kernel should this process be killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from setsquare.project.terminal import complain

GRACE = 15.0
"""Seconds a process has to end by itself after SIGTERM."""
STEADY = 60.0
"""Seconds after which a process counts as running well, and its next failure as the first."""
LONGEST_PAUSE = 30.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Member:
    """A process to keep running. An ``essential`` one that ends again and again stops the whole crew."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    essential: bool = False
    wait: float = 0.0
    """Seconds to let the others go first at the start, where the machine is small; until `Crew.hurry` at the latest."""


@dataclass
class _Running:
    member: Member
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float | None = 0.0
    """When to start it; ``None`` while it runs."""


@dataclass
class Crew:
    """Members that run together until a signal or a failure of an essential one."""

    members: Sequence[Member]
    when_started: Callable[[], None] | None = None
    """Called once on a thread of its own after the start, to wait for readiness and greet."""
    attempts: int = 5
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[_Running] = field(default_factory=list)

    def run(self) -> int:
        """Run until told to stop; returns 0 after a signal, 1 when an essential member keeps failing."""
        previous = {number: signal.signal(number, self._on_signal) for number in STOPS}
        code = 0
        try:
            now = time.monotonic()
            self._running = [_Running(member, start_at=now + member.wait) for member in self.members]
            self._look_after()
            if self.when_started:
                threading.Thread(target=self.when_started, name="greeting", daemon=True).start()
            while not self._stop.wait(0.2):
                if not self._look_after():
                    code = 1
                    break
        finally:
            self._end()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return code

    def hurry(self) -> None:
        """Start those that still let the others go first: the others are up."""
        for running in self._running:
            if running.process is None and running.start_at is not None:
                running.start_at = 0.0

    def stop(self) -> None:
        """Ask the crew to stop; :meth:`run` returns soon after."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the crew was asked to stop."""
        return self._stop.is_set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _look_after(self) -> bool:
        """Start what is due and note what ended; false when the crew cannot go on."""
        now = time.monotonic()
        for running in self._running:
            if running.start_at is not None:
                if now >= running.start_at:
                    running.process, running.started, running.start_at = _start(running.member), now, None
                continue
            code = running.process.poll() if running.process else None
            if code is None:
                continue
            running.failures = 1 if now - running.started > STEADY else running.failures + 1
            if running.member.essential and running.failures >= self.attempts:
                times = f"{running.failures} times in a row"
                complain(f"setsquare: {running.member.name} ended {times}; giving up.")
                return False
            pause = min(LONGEST_PAUSE, 0.5 * 2 ** (running.failures - 1))
            complain(
                f"setsquare: {running.member.name} ended ({_manner(code)}); starting it again in {pause:g} s."
            )
            running.start_at = now + pause
        return True

    def _end(self) -> None:
        alive = [r.process for r in self._running if r.process is not None and r.process.poll() is None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_session(process)
                process.wait()


def _start(member: Member) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the command is ours
        list(member.command),
        env=dict(member.environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork, for the child must not take locks


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End a process that did not heed SIGTERM, and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


def _manner(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

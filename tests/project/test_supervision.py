"""A crew of processes: started, restarted, and ended together."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from setsquare.project.supervision import Crew, Member

pytestmark = pytest.mark.once

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)",
)


def until(true: Callable[[], bool]) -> None:
    """Wait until something holds; the limit only keeps a broken test from hanging."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def crew_in_another_process(tmp_path: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """A supervisor with two sleepers that note their process ids."""
    script = textwrap.dedent(
        f"""
        import os, sys
        from setsquare.project.supervision import Crew, Member
        note = "import os, time; open({str(tmp_path)!r} + '/' + str(os.getpid()), 'w'); time.sleep(600)"
        member = lambda name: Member(name, (sys.executable, "-c", note), os.environ)
        sys.exit(Crew([member("one"), member("two")]).run())
        """
    )
    return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL), tmp_path


def test_a_signal_ends_all_and_the_exit_code_is_0(tmp_path):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        place = tmp_path / str(number)
        place.mkdir()
        supervisor, _ = crew_in_another_process(place)
        until(lambda place=place: len(list(place.iterdir())) == 2)
        pids = [int(file.name) for file in place.iterdir()]
        supervisor.send_signal(number)
        assert supervisor.wait(60) == 0
        assert not any(map(alive, pids))


def test_killing_the_supervisor_leaves_no_orphans(tmp_path):
    supervisor, place = crew_in_another_process(tmp_path)
    until(lambda: len(list(place.iterdir())) == 2)
    pids = [int(file.name) for file in place.iterdir()]
    supervisor.kill()
    supervisor.wait()
    until(lambda: not any(map(alive, pids)))


def test_a_member_that_dies_is_started_again(tmp_path):
    supervisor, place = crew_in_another_process(tmp_path)
    until(lambda: len(list(place.iterdir())) == 2)
    first = int(next(place.iterdir()).name)
    os.kill(first, signal.SIGKILL)
    until(lambda: len(list(place.iterdir())) == 3)
    supervisor.terminate()
    assert supervisor.wait(60) == 0


def test_an_essential_member_that_keeps_failing_ends_the_crew(capfd):
    failing = Member("web server", (sys.executable, "-c", "raise SystemExit(3)"), os.environ, essential=True)
    code = Crew([failing, Member("other", SLEEPER, os.environ)], attempts=2).run()
    assert code == 1
    told = capfd.readouterr().err
    assert "web server ended (exit code 3); starting it again" in told
    assert "web server ended 2 times in a row; giving up" in told


def test_a_member_that_does_not_heed_the_signal_is_killed(monkeypatch):
    monkeypatch.setattr("setsquare.project.supervision.GRACE", 0.2)
    crew = Crew([Member("stubborn", STUBBORN, os.environ)])
    started = threading.Event()
    crew.when_started = started.set

    def stop() -> None:
        started.wait()
        time.sleep(0.5)
        crew.stop()

    threading.Thread(target=stop).start()
    assert crew.run() == 0
    [running] = crew._running
    assert running.process is not None
    assert not alive(running.process.pid)


def test_a_member_that_waits_is_started_as_soon_as_the_others_are_up(tmp_path):
    late = tmp_path / "late"
    note = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    crew = Crew([Member("late", (sys.executable, "-c", note, str(late)), os.environ, wait=600)])

    def up() -> None:
        crew.hurry()
        deadline = time.monotonic() + 20
        while not late.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        crew.stop()

    crew.when_started = up
    assert crew.run() == 0
    assert late.exists()


def test_a_member_that_waits_is_started_after_the_others(tmp_path):
    note = "import sys, pathlib; pathlib.Path(sys.argv[1]).touch(); import time; time.sleep(600)"
    early, late = tmp_path / "early", tmp_path / "late"
    crew = Crew(
        [
            Member("late", (sys.executable, "-c", note, str(late)), os.environ, wait=1),
            Member("early", (sys.executable, "-c", note, str(early)), os.environ),
        ]
    )

    def stop() -> None:
        until(late.exists)
        crew.stop()

    threading.Thread(target=stop).start()
    assert crew.run() == 0
    assert crew._running[0].started > crew._running[1].started
    assert early.exists()

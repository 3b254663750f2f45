"""The real server: started, asked, killed and stopped."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from setsquare.kernel.accounts.models import Unit
from setsquare.project.models import BackgroundWorker


def until(true: Callable[[], bool]) -> None:
    """Wait until something holds; the limit only keeps a broken test from hanging."""
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def processes(of: int) -> dict[int, str]:
    """The living processes that descend from one, with their command lines."""
    parents, lines = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(entry.name)], lines[int(entry.name)] = int(fields[1]), line
    found: dict[int, str] = {}
    waiting = [of]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, above in parents.items() if above == parent]
        found |= {pid: lines[pid] for pid in children}
        waiting += children
    return found


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_it_serves_works_and_stops_without_a_trace(live_setsquare):
    live = live_setsquare
    assert live.process is not None
    assert status(f"{live.url}/healthz") == 200
    assert status(f"{live.url}/accounts/login/") == 200
    assert status(f"{live.url}/metrics") == 200
    with live.orm():
        until(lambda: BackgroundWorker.objects.count() == 2)
    crew = processes(live.process.pid)
    assert sum("granian" in line for line in crew.values()) >= 2
    assert sum("--part" in line for line in crew.values()) == 2
    assert live.stop() == 0
    assert not [pid for pid in crew if Path(f"/proc/{pid}").exists()]
    with live.orm():
        assert BackgroundWorker.objects.count() == 0  # the workers took their leave


def test_a_worker_that_is_killed_is_started_again(live_setsquare):
    live = live_setsquare
    assert live.process is not None

    def worker() -> int:
        found = [pid for pid, line in processes(live.process.pid).items() if "--part events" in line]
        return found[0] if found else 0

    until(lambda: worker() != 0)  # the workers let the web server go first
    first = worker()
    os.kill(first, signal.SIGKILL)
    until(lambda: worker() not in (0, first))
    killed = timezone.now()
    with live.orm():
        until(lambda: BackgroundWorker.objects.filter(part="events", started__gt=killed).exists())
    assert "worker for events ended (signal SIGKILL); starting it again" in live.log.read_text()
    assert status(f"{live.url}/healthz") == 200


def test_a_power_cut_loses_nothing_and_leaves_nobody_behind(live_setsquare):
    live = live_setsquare
    assert live.process is not None
    with live.orm():
        Unit.objects.create(code="BER", name="Berlin", kind=Unit.Kind.SITE)
    crew = processes(live.process.pid)
    live.kill()
    until(lambda: not [pid for pid in crew if Path(f"/proc/{pid}").exists()])
    live.start()
    with live.orm():
        assert Unit.objects.get().name == "Berlin"


def test_a_port_in_use_is_one_sentence(live_setsquare):
    done = live_setsquare.command("serve", check=False)
    assert done.returncode == 1
    assert f"Port {live_setsquare.port} is in use by another program" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_given_at_the_start_stands_in_the_address_that_is_printed(installations):
    live = installations.make(with_worker=False)
    given = ("SETSQUARE_ADDRESS", "SETSQUARE_PORT")
    environment = {name: value for name, value in live.environment.items() if name not in given}
    line = [sys.executable, "-m", "setsquare.project.main", "serve", "--no-worker", "--port", str(live.port)]
    process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        greeting = next(line for line in process.stdout if line.startswith("Setsquare serves"))
        assert greeting.startswith(f"Setsquare serves http://localhost:{live.port} ")
        assert status(f"http://localhost:{live.port}/accounts/login/") == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        installations.discard(live)


def test_ctrl_c_reaches_all(installations, django_db_blocker):
    live = installations.make()
    try:
        live.start()
        assert live.process is not None
        crew = processes(live.process.pid)
        live.process.send_signal(signal.SIGINT)
        assert live.process.wait(60) == 0
        assert not [pid for pid in crew if Path(f"/proc/{pid}").exists()]
    except subprocess.TimeoutExpired:
        live.kill()
        raise
    finally:
        live.process = None
        installations.discard(live)

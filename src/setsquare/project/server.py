"""The processes of an installation: granian for the web, the worker for events and jobs."""

import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from setsquare.project.configuration import Configuration
from setsquare.project.supervision import Crew, Member
from setsquare.project.terminal import Refused

EVENTS = "events"
JOBS = "jobs"
LET_GO_FIRST = 8.0
"""Seconds for which the workers let the web server go first: four processes that load at once keep a person waiting."""


def web(settings: Configuration, environment: Mapping[str, str]) -> Member:
    """The web server: several processes, each with some threads."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", settings.listen, "--port", str(settings.port)),
        *("--workers", str(settings.workers), "--blocking-threads", str(settings.threads)),
        *("--blocking-threads-idle-timeout", "600", "--workers-kill-timeout", "10"),
        *("--respawn-failed-workers", "--no-ws", "--log-level", "warning"),
        "setsquare.project.wsgi:application",
    ]
    return Member("web server", command, environment, essential=True)


def workers(environment: Mapping[str, str], wait: float = 0.0) -> list[Member]:
    """The background worker: one process delivers events and runs the clock, the other runs long jobs.

    Both ``wait`` some seconds for what else starts.
    """
    command = (sys.executable, "-m", "setsquare.project.main", "worker", "--part")
    return [
        Member("worker for events", [*command, EVENTS], environment, wait=wait),
        Member("worker for jobs", [*command, JOBS], environment, wait=wait + 1),
    ]


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse with a sentence when nothing can listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        raise Refused(f"Port {port} may not be used without special rights: choose one above 1023.") from None
    except socket.gaierror:
        raise Refused(f"{host} is not an address of this machine: change the setting listen.") from None
    except OSError:
        raise Refused(
            f"Port {port} is in use by another program: stop that one or choose another port, "
            f"for example `make run PORT={port + 1}` or `setsquare serve --port {port + 1}`."
        ) from None


def environment_of_children(settings: Configuration) -> dict[str, str]:
    """The environment of the processes; the web server's processes share their counts by a directory."""
    counts = settings.data_directory.absolute() / "run" / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(counts)}


def wait_until_up(settings: Configuration, crew: Crew, seconds: float = 60) -> bool:
    """Wait until the server answers ``/healthz``; false when it does not in time or the crew stops."""
    host = "127.0.0.1" if settings.listen in ("0.0.0.0", "::", "") else settings.listen  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not crew.stopping:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def collect_static_files(root: Path) -> None:
    """Bring the hashed and compressed static files up to date with this version, when they are not."""
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415 - needs Django to be set up
    from django.core.management import call_command  # noqa: PLC0415

    listing = sorted(
        f"{path} {storage.size(path)} {storage.get_modified_time(path).timestamp()}"
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    mark, wanted = root / ".collected", "\n".join(listing)
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=root.exists())
    mark.write_text(wanted, "utf-8")

"""A PostgreSQL server of the tests' own: made in a temporary directory, gone with the test process."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

USER = "setsquare"
LAX = ("fsync", "synchronous_commit", "full_page_writes")  # nothing of a test has to outlive a power cut
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class Missing(Exception):
    """PostgreSQL is not installed."""


@dataclass
class Cluster:
    """A running server; connect by its socket directory."""

    directory: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The address of the database that every cluster has."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The address of one database of the cluster."""
        return f"postgresql://{USER}@/{database}?host={self.directory}"

    def stop(self) -> None:
        """End the server and remove its files."""
        self.process.send_signal(signal.SIGINT)  # a fast shutdown
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def programs() -> Path | None:
    """Where the server's programs lie: the newest of Debian's places, or the search path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    return next((p for p in [*reversed(places), *candidates] if (p / "initdb").exists()), None)


def start() -> Cluster:
    """Make and start a cluster; as root it runs as `postgres` or `nobody`, for PostgreSQL refuses root."""
    place = programs()
    if place is None:
        raise Missing("PostgreSQL is not installed: apt-get install postgresql")
    directory = Path(tempfile.mkdtemp(prefix="setsquare-pg-"))
    account = _account()
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    data = directory / "data"
    initdb = [place / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run([*map(str, initdb)], check=True, stdout=subprocess.DEVNULL, cwd=directory, **identity)
    options = ["listen_addresses=", f"unix_socket_directories={directory}", "max_connections=100"]
    options += [f"{name}=off" for name in LAX]
    log = open(directory / "log", "wb")  # noqa: SIM115 - the server keeps it
    process = subprocess.Popen(
        [str(place / "postgres"), "-D", str(data), *(part for option in options for part in ("-c", option))],
        stdout=log,
        stderr=log,
        cwd=directory,
        start_new_session=True,  # Ctrl-C is for pytest, which then stops the server
        preexec_fn=lambda: _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT),
        **identity,
    )
    cluster = Cluster(directory, process)
    _wait(cluster)
    return cluster


def execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def _account() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("PostgreSQL does not run as root, and there is neither an account postgres nor nobody")


def _wait(cluster: Cluster) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            psycopg.connect(cluster.url).close()
            return
        except psycopg.OperationalError:
            if cluster.process.poll() is not None or time.monotonic() > deadline:
                log = (cluster.directory / "log").read_text("utf-8", "replace")
                cluster.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
            time.sleep(0.05)

"""The real server, run as `setsquare serve` runs it, on loopback and on a database of its own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections
from django.test import override_settings

from setsquare.project import database_url
from tests.servers.migrated import Migrated


@dataclass
class LiveSetsquare:
    """One installation in a directory of its own. `start` and `stop` may be called again and again."""

    directory: Path
    database: str
    """Its DATABASE_URL."""
    with_worker: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """Further environment, such as {"SETSQUARE_METRICS_TOKEN": "..."}."""

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        """What the processes printed."""
        return self.directory / "log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which its commands run."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SETSQUARE_")}
        return kept | {
            "SETSQUARE_MODE": "test",
            "SETSQUARE_DATA_DIRECTORY": str(self.directory),
            "SETSQUARE_ADDRESS": self.url,
            "SETSQUARE_PORT": str(self.port),
            "SETSQUARE_WORKERS": "1",
            "DATABASE_URL": self.database,
            **self.settings,
        }

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a `setsquare` command on this installation."""
        line = [sys.executable, "-m", "setsquare.project.main", *arguments]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, check=check)

    def start(self) -> None:
        """Start the server, with the worker unless left out, and wait until it answers."""
        self.port = self.port or free_port()
        line = [sys.executable, "-m", "setsquare.project.main", "serve"]
        line += [] if self.with_worker else ["--no-worker"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(line, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 180
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)

    def stop(self) -> int:
        """Stop it as an administrator would; returns the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(40)
        self.process = None
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
        while self._answers():  # the kernel ends the children
            time.sleep(0.05)

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Point the ORM and the file store of the test's process at this installation."""
        test_connection = connections["default"]
        settings = dict(test_connection.settings_dict) | database_url.parse(self.database).settings()
        own = type(test_connection)(settings, "default")
        connections["default"] = own
        try:
            with override_settings(FILE_STORE=self.directory / "files"):
                yield
        finally:
            own.close()
            connections["default"] = test_connection

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False


@dataclass
class Installations:
    """Makes installations on the database system under test."""

    directory: Path
    migrated: Migrated

    @property
    def cluster_url(self) -> str:
        """An address in the PostgreSQL cluster; empty for SQLite."""
        return self.migrated.cluster_url

    def make(self, *, with_worker: bool = True, **settings: str) -> LiveSetsquare:
        """A new installation with an empty, migrated database; not started."""
        made = self._installation(with_worker, settings)
        self.migrated.copy(_name(made.database))
        return made

    def discard(self, live: LiveSetsquare) -> None:
        """Stop it and remove what it wrote."""
        live.stop()
        if self.cluster_url:
            self.migrated.drop(_name(live.database))
        shutil.rmtree(live.directory, ignore_errors=True)

    def _installation(self, with_worker: bool, settings: dict[str, str]) -> LiveSetsquare:
        name = f"live_{secrets.token_hex(6)}"
        directory = self.directory / name
        directory.mkdir()
        if self.cluster_url:
            server, _slash, host = self.cluster_url.partition("/postgres?")
            database = f"{server}/{name}?{host}"
        else:
            database = f"sqlite:///{directory}/setsquare.sqlite3"
        return LiveSetsquare(directory, database, with_worker, free_port(), settings=settings)


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _name(url: str) -> str:
    return database_url.parse(url).name

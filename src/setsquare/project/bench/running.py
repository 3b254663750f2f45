"""One run of the benchmark: seed, serve, measure, print."""

import argparse
import dataclasses
import datetime as dt
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from setsquare.project import installation
from setsquare.project.bench.measuring import Call, Client, Figures, measure, measure_many, queries
from setsquare.project.commands.settings import load, start_django
from setsquare.project.server import collect_static_files
from setsquare.project.terminal import Refused, say

WRITERS = 8
CLIENTS = 8


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of the table: what was measured, beside the floor that it is compared with."""

    name: str
    figures: Figures
    floor: Figures
    queries: int | None = None
    by_rate: bool = False
    """Whether requests a second are compared, as of several clients at once, and not the median time."""

    @property
    def ratio(self) -> float:
        """Return how many times dearer than the floor it is."""
        if self.by_rate:
            return self.floor.rate / self.figures.rate
        return self.figures.p50 / self.floor.p50


def bench(options: argparse.Namespace) -> int:
    """Seed unless kept, serve, measure and print; returns the exit code."""
    settings = _prepare(options)
    start_django()
    _seed(options)
    visitor = _sign_in(options.port)
    collect_static_files(settings.data_directory / "static")
    server = _serve(options.port, settings.workers, settings.threads)
    try:
        lines = [
            *_measure_pages(visitor, options.records, options.requests),
            *_measure_commands(visitor, options.requests),
        ]
    finally:
        server.terminate()
        server.wait(15)
    _print(lines, options)
    return 0


def _prepare(options: argparse.Namespace) -> Any:
    directory = Path(options.data)
    installation.make_directory(directory)
    os.environ.update(
        SETSQUARE_MODE="demo",
        SETSQUARE_DATA_DIRECTORY=str(directory.absolute()),
        SETSQUARE_ADDRESS=f"http://localhost:{options.port}",
        SETSQUARE_SECRET_KEY="bench only, never served to anybody else, and long enough",  # noqa: S106
        SETSQUARE_LOG_LEVEL="ERROR",
    )
    os.environ.pop("SETSQUARE_CONFIG", None)
    return load(again=True)


def _seed(options: argparse.Namespace) -> None:
    from setsquare.kernel.records.models import Record  # noqa: PLC0415  Django is set up by now
    from setsquare.project.bench.seeding import seed, top_up  # noqa: PLC0415  likewise

    installation.migrate()
    if Record.objects.exists():
        if options.keep:
            top_up()
            return
        raise Refused("The database is not empty: give --keep to measure what is there, or another --data.")
    started = time.perf_counter()
    tell: Callable[[str], None] = (lambda _: None) if options.json else say
    tell(f"Seeding {options.records:,} records ...")
    seed(options.records, tell)
    tell(f"Seeded in {time.perf_counter() - started:.0f} seconds.")


def _sign_in(port: int) -> "Visitor":
    """Return the person who measures, signed in by session, token and passkey."""
    from django.conf import settings as django_settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from django.utils.crypto import get_random_string  # noqa: PLC0415

    from setsquare.faces.web.signing_in.presence import SessionStore  # noqa: PLC0415
    from setsquare.kernel.accounts import tokens  # noqa: PLC0415
    from setsquare.kernel.accounts.models import User  # noqa: PLC0415
    from setsquare.project.bench.passkey import SoftPasskey  # noqa: PLC0415
    from setsquare.project.bench.seeding import PERSON, waiting  # noqa: PLC0415

    person = User.objects.get(username=PERSON)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "setsquare.faces.web.signing_in.presence.PersonBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    _, secret = tokens.make(
        person, f"bench {time.time()}", ["read", "write"], timezone.now() + dt.timedelta(days=1)
    )
    kept = {
        django_settings.SESSION_COOKIE_NAME: session.session_key,
        django_settings.CSRF_COOKIE_NAME: get_random_string(32),  # a browser has it since its first page
    }
    cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
    passkey = SoftPasskey(person, "localhost", port=port)
    passkey.enrol()
    approvals = list(waiting().values_list("record__number", "record__version"))
    return Visitor(port, cookie, secret, approvals, passkey)


def _serve(port: int, workers: int, threads: int) -> "subprocess.Popen[bytes]":
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--log-level", "error"),
        "setsquare.project.bench.wsgi:application",
    ]
    server = subprocess.Popen(command)  # noqa: S603  our own program
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return server
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise Refused("The server to be measured did not start.")


@dataclasses.dataclass(frozen=True)
class Visitor:
    """Who measures: their ways in, and what waits for their approval."""

    port: int
    cookie: str
    token: str
    approvals: list[tuple[str, int]]
    """The revisions that wait for it, each with its version."""
    passkey: Any

    def page(self, path: str) -> Call:
        """Return the call of a page."""
        return Call(path, headers={"Cookie": self.cookie})

    def order(self, path: str, body: dict[str, Any]) -> Call:
        """Return a call that has something done."""
        return Call(f"/api/v1/{path}", "POST", {"Authorization": f"Bearer {self.token}"}, body)

    def creation(self, n: int) -> Call:
        """Return the n-th call that makes a change request."""
        body = {"title": f"Made {n}", "what": "What.", "why": "Why.", "unit": "ORG"}
        return self.order("change-requests", body)

    def approval(self, n: int, signature: dict[str, Any]) -> Call:
        """Return the call that approves the n-th revision."""
        number, version = self.approvals[n]
        call = self.order(f"revisions/{number}:approve", {"signature": signature})
        return dataclasses.replace(call, headers={**call.headers, "If-Match": f'"{version}"'})

    def approval_by_passkey(self, n: int) -> Call:
        """Return the call that approves the n-th revision by passkey; fetching its challenge is not measured."""
        made = Client(self.port).answer(self.order("me:signing_challenge", {}))
        passkey = json.loads(self.passkey.answer(made["options"]))
        return self.approval(n, {"passkey": passkey, "challenge": made["challenge"]})


def _measure_pages(visitor: Visitor, records: int, count: int) -> list[Line]:
    from setsquare.project.bench.words import COMMON_WORD, RARE  # noqa: PLC0415

    port = visitor.port
    pages = {
        "register": "/documents/",
        "filtered register": "/documents/?state=effective&unit=S3",
        "inbox": "/",
        "record page": f"/documents/B-{records // 5 - 2:06}/",
        "search, rare word": f"/search/?q={RARE}",
        "search, common word": f"/search/?q={COMMON_WORD}",
    }
    floor = Call("/floor/rows")
    lines = []
    for name, path in pages.items():
        call = visitor.page(path)
        one, below = measure(port, lambda _, call=call: call, floor, count=count)  # type: ignore[misc]
        lines.append(Line(name, one, below, queries(port, call)))
        before = measure_many(port, lambda _: floor, count=count * 4, clients=CLIENTS)
        many = measure_many(  # every thread of the server has a connection of its own, and has planned its queries
            port,
            lambda _, call=call: call,  # type: ignore[misc]
            count=count * 2,
            clients=CLIENTS,
            warm_up=15,
        )
        after = measure_many(port, lambda _: floor, count=count * 4, clients=CLIENTS)
        below = dataclasses.replace(before, rate=(before.rate + after.rate) / 2)
        lines.append(Line(f"{name}, {CLIENTS} clients", many, below, by_rate=True))
    return lines


def _measure_commands(visitor: Visitor, count: int) -> list[Line]:
    from setsquare.project.bench.seeding import PASSWORD  # noqa: PLC0415

    def by_password(n: int) -> Call:
        return visitor.approval(-1 - n, {"password": PASSWORD})

    port, floor = visitor.port, Call("/floor/insert")
    made, inserts = measure(port, visitor.creation, floor, count=min(count, 100))
    lines = [Line("create", made, inserts)]
    half = len(visitor.approvals) // 2
    for method, calls in (("passkey", visitor.approval_by_passkey), ("password", by_password)):
        signed, below = measure(port, calls, floor, count=min(half, 40), warm_up=0)
        lines.append(Line(f"approve, signed by {method}", signed, below))
    writers = measure_many(port, visitor.creation, count=WRITERS * 25, clients=WRITERS, warm_up=0)
    return [*lines, Line(f"create, {WRITERS} writers", writers, inserts, by_rate=True)]


def _print(lines: list[Line], options: argparse.Namespace) -> None:
    from django.db import connection  # noqa: PLC0415

    if options.json:
        rows = [
            {
                "name": line.name,
                "ratio": line.ratio,
                "queries": line.queries,
                **dataclasses.asdict(line.figures),
            }
            for line in lines
        ]
        say(json.dumps({"database": connection.vendor, "records": options.records, "lines": rows}, indent=1))
        return
    say(f"\n{options.records:,} records on {connection.vendor}; times in milliseconds\n")
    head = f"{'':32}{'p50':>8}{'p95':>8}{'worst':>8}{'a second':>10}{'queries':>9}{'bytes':>9}{'floor':>8}{'ratio':>7}"
    say(head)
    for line in lines:
        f = line.figures
        asked = "" if line.queries is None else str(line.queries)
        say(
            f"{line.name:32}{f.p50:8.1f}{f.p95:8.1f}{f.worst:8.1f}{f.rate:10.0f}{asked:>9}{f.size:9}"
            f"{line.floor.p50:8.2f}{line.ratio:7.1f}"
        )
    say(
        "\nThe floor is a bare Django view over the same database: 25 rows of an indexed table, or one row inserted."
        "\nThe ratio is that of the medians; with several clients, that of the requests a second."
    )

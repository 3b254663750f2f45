"""What all tests share: the database they run on, a real server, a browser.

`pytest --database postgresql` starts a private PostgreSQL server (or uses SETSQUARE_TEST_DATABASE_URL, whose role
has to be a superuser of a server for tests); without the option everything runs on SQLite in memory.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest

from tests.servers import migrated, postgresql

DATABASES = ("sqlite", "postgresql")
MEETING_PLACE = "SETSQUARE_TEST_DIRECTORY"
"""Names the directory that the workers of a run share."""


def _wanted() -> str:
    """The option --database, which is needed before pytest parses options: settings are read only once."""
    for index, word in enumerate(sys.argv):
        if word.startswith("--database="):
            return word.partition("=")[2]
        if word == "--database":
            return sys.argv[index + 1] if index + 1 < len(sys.argv) else ""
    return os.environ.get("SETSQUARE_TEST_DATABASE", "sqlite")


def _prepare() -> None:
    """Set the environment of this process, and by inheritance of the workers of pytest-xdist."""
    data = tempfile.mkdtemp(prefix="setsquare-test-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    (Path(data) / "static").mkdir()  # where WhiteNoise looks
    for name in [name for name in os.environ if name.startswith("SETSQUARE_") and "_TEST_" not in name]:
        del os.environ[name]
    os.environ |= {
        "SETSQUARE_MODE": "test",
        "SETSQUARE_DATA_DIRECTORY": data,
        "DJANGO_SETTINGS_MODULE": "setsquare.project.settings",
    }
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the first process has chosen the database
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {"SETSQUARE_TEST_DATABASE": _wanted(), MEETING_PLACE: data}
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):  # each process that tests start would compile all of it
        os.environ["PYTHONPYCACHEPREFIX"] = f"{data}/compiled"
    if _wanted() == "postgresql":
        given = os.environ.get("SETSQUARE_TEST_DATABASE_URL")
        if not given:
            cluster = postgresql.start()
            atexit.register(cluster.stop)
            given = cluster.url
        else:
            atexit.register(migrated.drop, given, migrated.name_of(Path(data)))
        os.environ["DATABASE_URL"] = given


_prepare()
django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, connections  # noqa: E402 - only after the set-up
from django.utils import translation  # noqa: E402

from setsquare.kernel.sealing import keys  # noqa: E402
from tests.houses import Houses  # noqa: E402
from tests.servers.live import Installations, LiveSetsquare  # noqa: E402
from tests.servers.migrated import Migrated  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DATABASES, help="the database system to test on (default: sqlite)")


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.getoption("--database")
    if chosen and chosen != os.environ["SETSQUARE_TEST_DATABASE"]:
        raise pytest.UsageError(f"--database {chosen} was read too late: write it on the command line itself")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and leave what no database touches to the run on SQLite."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if os.environ["SETSQUARE_TEST_DATABASE"] != "sqlite":
        once = [item for item in items if not _touches_a_database(item)]
        config.hook.pytest_deselected(items=once)
        items[:] = [item for item in items if item not in set(once)]


OPENERS = {"db", "transactional_db", "installations"}
"""Fixtures without which the database is blocked."""


def _touches_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    opened = OPENERS.intersection(getattr(item, "fixturenames", ()))
    return bool(opened or item.get_closest_marker("django_db"))


def pytest_report_header() -> str:
    return f"database: {os.environ['SETSQUARE_TEST_DATABASE']}"


# --- tables that are append-only ------------------------------------------------------------------


@contextmanager
def _without_append_only(wrapper: Any) -> Iterator[None]:
    """Let the flush after a transactional test empty the tables that refuse it otherwise."""
    with wrapper.cursor() as cursor:
        if wrapper.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


@pytest.fixture(scope="session", autouse=True)
def _flushable() -> None:
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_all(self: Any, sql_list: list[str]) -> None:
        with _without_append_only(self.connection):
            flush(self, sql_list)

    operations.execute_sql_flush = flush_all


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    """Begin each test in English and with nothing kept of another: people have the same ids, and its log is gone."""
    translation.activate("en")
    cache.clear()
    (keys.directory() / "checkpoint").unlink(
        missing_ok=True
    )  # of a process that outlived its test by a moment
    yield
    translation.deactivate()
    (keys.directory() / "checkpoint").unlink(missing_ok=True)


# --- an organisation to begin with ----------------------------------------------------------------

HOUSES = Houses()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Undo what is kept of an organisation before a test that begins with none."""
    if "houses" not in getattr(item, "fixturenames", ()):
        HOUSES.leave()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[Migrated]:
    """Have the tests of this process use a database of their own; it replaces pytest-django's fixture."""
    found = Migrated(Path(os.environ[MEETING_PLACE]), os.environ.get("DATABASE_URL", ""))
    with django_db_blocker.unblock():
        found.open(os.environ.get("PYTEST_XDIST_WORKER", "alone"))
    yield found
    with django_db_blocker.unblock():
        found.close()


@pytest.fixture(scope="session")
def houses(django_db_setup: None) -> Iterator[Houses]:
    """The organisations that tests begin with, see `tests.houses`."""
    yield HOUSES
    HOUSES.leave()


# --- a real server --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def installations(tmp_path_factory: pytest.TempPathFactory, django_db_setup: Migrated) -> Installations:
    """Makes installations of their own for tests that start, stop or kill a server."""
    return Installations(tmp_path_factory.mktemp("installations"), django_db_setup)


@pytest.fixture
def live_setsquare(installations: Installations, django_db_blocker: Any) -> Iterator[LiveSetsquare]:
    """A running server with an empty database; `with live_setsquare.orm():` prepares and inspects its data."""
    live = installations.make()
    with django_db_blocker.unblock():
        try:
            live.start()
            yield live
        finally:
            installations.discard(live)
            connections.close_all()


# --- a browser ------------------------------------------------------------------------------------

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium, started once; a missing one fails the tests that need it, with what to install."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to load, and few tests need it

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    # Playwright's loop runs on this thread, which Django would take for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """A browser context of its own for one test: `page = browser.new_page()`. Console errors fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(15_000)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    context.problems = problems
    yield context
    context.close()


@pytest.fixture
def repository() -> Path:
    """The root of the source."""
    return Path(__file__).resolve().parent.parent

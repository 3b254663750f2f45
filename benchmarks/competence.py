"""Measures competence, training and authority at 5,000 people x 200 requirements: ``python benchmarks/competence.py``.

200 components and 200 courses. By default twenty profiles ask for ten components each and some people have two
profiles, and each person needs about forty courses and has a development plan; a thousand sessions are planned or
over. With ``--full`` everybody is asked for everything, a million cells of each. It fills a database of its own: a new
SQLite file, or the empty PostgreSQL database that ``DATABASE_URL`` names; with ``--data`` that is kept and not filled
again. Page and floor, a bare view, are asked by turns in one process through all of the application but the socket. A
line is the number of queries, the milliseconds of processor time of this process, those by the clock (half of the
answers, and 95 of 100, took no longer) and how many floors that is. What comes after a first screen, as it counts
everybody, is marked with a star. Last come commands: how many queries each takes without any rule of authority, and
with rules that ask for qualifications, a role and a countersignature.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


def main() -> None:
    """Fill the database, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--requirements", type=int, default=200, help="components, and as many courses")
    parser.add_argument("--profiles", type=int, default=20)
    parser.add_argument("--full", action="store_true", help="everybody is asked for everything")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--only", default="", help="pages with this in their name or address")
    parser.add_argument("--data", help="a directory to keep")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        _start(asked.data or temporary)
        commands = _seeded(asked)
        _measure(asked)
        for line in commands:
            print(line)


def _start(data: str) -> None:
    Path(data).mkdir(parents=True, exist_ok=True)
    os.environ.update(
        SETSQUARE_MODE="demo",
        DJANGO_SETTINGS_MODULE="setsquare.project.settings",
        SETSQUARE_DATA_DIRECTORY=data,
        SETSQUARE_ADDRESS="http://localhost",
        SETSQUARE_SECRET_KEY="bench only, never served to anybody else, and long enough",  # noqa: S106
        SETSQUARE_LOG_LEVEL="ERROR",
    )
    from setsquare.project import installation  # noqa: PLC0415 - after the environment is set
    from setsquare.project.commands.settings import load, start_django  # noqa: PLC0415
    from setsquare.project.server import collect_static_files  # noqa: PLC0415

    settings = load(again=True)
    start_django()
    collect_static_files(settings.data_directory / "static")
    installation.migrate()


def _seeded(asked: argparse.Namespace) -> list[str]:
    """Fill the database unless it is filled; return what the commands cost that are carried out meanwhile."""
    from setsquare.domains.competence.models import Framework  # noqa: PLC0415 - Django is set up by now
    from setsquare.kernel.accounts.models import User  # noqa: PLC0415
    from setsquare.kernel.database.sizes import look_at_sizes  # noqa: PLC0415

    if Framework.objects.exists():
        return []
    import competence_people  # noqa: PLC0415
    import competence_rules  # noqa: PLC0415
    import competence_sessions  # noqa: PLC0415

    began = time.perf_counter()
    competence_people.seed(asked)
    competence_sessions.seed_sessions(User.objects.get(username="bench"))
    look_at_sizes()
    print(
        f"{asked.people:,} people, {asked.requirements} components and courses; seeded in "
        f"{time.perf_counter() - began:.0f} s",
        file=sys.stderr,
    )
    return competence_rules.with_and_without()


def _pages() -> dict[str, str]:
    return {**_of_training(), **_of_competence(), **_of_authority()}


def _of_training() -> dict[str, str]:
    return {
        "training matrix": "/courses/matrix/",
        "training matrix, one unit": "/courses/matrix/?unit=U3",
        "training matrix, only who lacks": "/courses/matrix/?lacking=1",
        "training matrix, all people *": "/courses/matrix/totals/",
        "training matrix of roles": "/courses/matrix/roles/",
        "training matrix of roles, table *": "/courses/matrix/roles/table/",
        "my training": "/courses/mine/",
        "courses": "/courses/",
        "a course that 5,000 need": "/courses/C-000/",
        "given by and to whom *": "/courses/C-000/given/",
        "sessions": "/training-sessions/",
        "sessions, to come": "/training-sessions/?state=planned",
        "a session of 1,000": "/training-sessions/TS-00000/",
        "a certificate": "/certificates/CERT-000001/",
        "certificates": "/certificates/",
        "certificates, mine": "/certificates/?person=me",
    }


def _of_competence() -> dict[str, str]:
    ahead = f"{dt.date.today() + dt.timedelta(days=90):%Y-%m-%d}"  # noqa: DTZ011 - a day of this machine
    return {
        "heat map": "/competence/gaps/",
        "heat map, in 90 days": f"/competence/gaps/?at={ahead}",
        "heat map, only gaps": "/competence/gaps/?gaps=1",
        "heat map, one unit": "/competence/gaps/?unit=U3",
        "heat map, coverage of all *": "/competence/gaps/totals/",
        "components": "/competence/gaps/components/",
        "a component": "/competence/gaps/components/FW-001/C-000/",
        "roles": "/competence/gaps/roles/",
        "a role": "/competence/gaps/roles/RP-000/",
        "single points of failure": "/competence/gaps/single-points/",
        "a person": "/competence/gaps/people/p00005/",
        "stand-ins of a person": "/competence/gaps/people/p00005/stand-ins/",
        "my gaps": "/competence/gaps/mine/",
        "my competence": "/assessments/mine/",
        "calibration": "/assessments/calibration/",
        "assessments": "/assessments/",
        "assessments to confirm": "/assessments/?state=recorded",
        "an assessment": "/assessments/AS-00000/",
        "competence of a person": "/assessments/of/p00025/",
        "frameworks": "/frameworks/",
        "a framework": "/frameworks/FW-001/",
        "role profiles": "/role-profiles/",
        "a role profile": "/role-profiles/RP-000/",
        "holders of a profile": "/role-profiles/RP-000/holders/",
        "development plans": "/development-plans/",
        "a development plan": "/development-plans/DP-00001/",
        "my development plans": "/development-plans/?person=me",
        "plans that I mentor": "/development-plans/?mentor=me",
    }


def _of_authority() -> dict[str, str]:
    from setsquare.kernel.records.models import Record  # noqa: PLC0415

    rules = Record.objects.filter(type="authority_rule").order_by("number")
    in_force, draft = (rules.filter(state=state)[0].number for state in ("in_force", "draft"))
    may = "/authority-rules/who/?command=change_request.create&unit=W&show="
    return {
        "people": "/people/",
        "authority rules": "/authority-rules/",
        "an authority rule": f"/authority-rules/{in_force}/",
        "who may, no command": "/authority-rules/who/",
        "who may": f"{may}may",
        "who may not": f"{may}may_not",
        "what may I": "/authority-rules/mine/",
        "effect of a draft": f"/authority-rules/{draft}/effect/?command=change_request.create&unit=W",
        "effect on open tasks": f"/authority-rules/{draft}/effect/?command=change_request.assess&unit=W",
        "effect of withdrawing": f"/authority-rules/{in_force}/effect/?command=change_request.create&unit=W",
    }


class Took(NamedTuple):
    """Milliseconds: of processor time, and by the clock."""

    processor: float
    clock: float


def _measure(asked: argparse.Namespace) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client, RequestFactory  # noqa: PLC0415

    from setsquare.kernel.accounts.models import User  # noqa: PLC0415
    from setsquare.project.bench.wsgi import rows  # noqa: PLC0415

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        User.objects.get(username="bench"), "setsquare.faces.web.signing_in.presence.PersonBackend"
    )
    bare = RequestFactory().get("/floor/rows")
    print(f"{connection.vendor}; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':30}{'queries':>9}{'processor':>11}{'p50':>9}{'p95':>9}{'floors':>9}{'kB':>7}")
    for name, address in _pages().items():
        if asked.only not in name + address:
            continue
        size = len(_got(client, address).content) / 1_000
        queries = queries_of(lambda a=address: client.get(a))
        pairs = [
            (_took(lambda a=address: client.get(a)), _took(lambda: rows(bare))) for _ in range(asked.repeats)
        ]
        pages, floors = zip(*pairs, strict=True)
        clock = sorted(one.clock for one in pages)
        middle = statistics.median(clock)
        floor = statistics.median(one.clock for one in floors)
        processor = statistics.median(one.processor for one in pages)
        late = clock[int(0.95 * (len(clock) - 1))]
        print(
            f"{name:30}{queries:>9}{processor:>11.1f}{middle:>9.1f}{late:>9.1f}{middle / floor:>9.0f}{size:>7.0f}",
            flush=True,
        )


def _got(client: Any, address: str) -> Any:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered with {answer.status_code}")
    return answer


def queries_of(call: Callable[[], Any]) -> int:
    """Return how many queries something takes."""
    from django.db import connection  # noqa: PLC0415

    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        asked.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(count):
        call()
    return len(asked)


def _took(call: Callable[[], Any]) -> Took:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return Took((time.process_time() - processor) * 1_000, (time.perf_counter() - clock) * 1_000)


if __name__ == "__main__":
    main()

"""``setsquare serve``: the web server and the worker, supervised."""

import argparse
import os
from collections.abc import Callable

from setsquare.project import server
from setsquare.project.commands.settings import load, refuse_lax_production, start_django
from setsquare.project.configuration import Configuration
from setsquare.project.supervision import Crew
from setsquare.project.terminal import Refused, port, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options; they win over the settings."""
    parser.add_argument("--listen", metavar="ADDRESS", help="address to listen on (setting listen)")
    parser.add_argument("--port", type=port, help="port to listen on (setting port)")
    parser.add_argument("--workers", metavar="N", help="processes of the web server (setting workers)")
    parser.add_argument(
        "--no-worker", action="store_true", help="leave background work to `setsquare worker` elsewhere"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    for name in ("listen", "port", "workers"):
        if (value := getattr(options, name)) is not None:
            os.environ[f"SETSQUARE_{name.upper()}"] = str(value)
    refuse_lax_production(load())
    settings = start_django()
    refuse_unready_database(settings)
    return serve(settings, with_worker=not options.no_worker, greet=lambda: _greet(settings))


def _greet(settings: Configuration) -> None:
    place = f"[{settings.listen}]" if ":" in settings.listen else settings.listen
    say(f"Setsquare serves {settings.address} (listening at {place}:{settings.port})")


def serve(settings: Configuration, *, with_worker: bool, greet: Callable[[], None]) -> int:
    """Run the processes; ``greet`` is called when the server answers. Returns the exit code."""
    server.refuse_taken_port(settings.listen, settings.port)
    try:
        server.collect_static_files(settings.data_directory / "static")
        environment = server.environment_of_children(settings)
    except OSError as refused:
        raise Refused(
            f"{settings.data_directory} cannot be written ({refused.strerror}): mend its rights."
        ) from None
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    connections.close_all()  # the processes below open their own
    workers = server.workers(environment, wait=server.LET_GO_FIRST) if with_worker else []
    members = [server.web(settings, environment), *workers]
    crew = Crew(members)

    def greet_when_up() -> None:
        if server.wait_until_up(settings, crew):
            greet()
        crew.hurry()

    crew.when_started = greet_when_up
    return crew.run()


def refuse_unready_database(settings: Configuration) -> None:
    """Refuse to serve a database that does not answer, is not migrated, or holds the demo in production."""
    from django.db import DatabaseError, connection  # noqa: PLC0415 - Django is set up by now

    from setsquare.project import purpose, readiness  # noqa: PLC0415 - likewise

    try:
        connection.ensure_connection()
        pending = readiness.pending_migrations()
    except DatabaseError as refused:
        raise Refused(
            f"The database does not answer: {' '.join(str(refused).split())}. `setsquare check` says more."
        ) from None
    if pending:
        raise Refused(
            f"The database is older than this version ({len(pending)} migrations to apply): "
            "run `setsquare manage migrate`."
        )
    if objection := purpose.objection(settings):
        raise Refused(objection)

"""``setsquare worker``: background work alone, for an installation whose web server runs elsewhere."""

import argparse
import os

from setsquare.project import server
from setsquare.project.commands.serve import refuse_unready_database
from setsquare.project.commands.settings import load, refuse_lax_production, start_django
from setsquare.project.supervision import Crew


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "--part",
        choices=(server.EVENTS, server.JOBS),
        help="run one part in this process, unsupervised: events and the clock, or long jobs (default: both)",
    )


def run(options: argparse.Namespace) -> int:
    """Work until stopped."""
    refuse_lax_production(load())
    settings = start_django()
    if options.part is None:
        refuse_unready_database(settings)
        return Crew(server.workers(dict(os.environ))).run()
    from setsquare.project import background  # noqa: PLC0415 - its models need Django

    return background.run_events() if options.part == server.EVENTS else background.run_jobs()

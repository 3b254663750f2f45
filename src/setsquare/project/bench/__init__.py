"""`setsquare bench`: a database of a chosen size, measured through the real server beside a floor in the same run."""

import argparse

from setsquare.project.terminal import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "--records", type=int, default=10_000, help="how many records to seed (default: 10000)"
    )
    parser.add_argument("--data", default="data/bench", help="a directory of its own (default: data/bench)")
    parser.add_argument("--port", type=int, default=8799, help="port of the measured server (default: 8799)")
    parser.add_argument("--requests", type=int, default=200, help="requests for each figure (default: 200)")
    parser.add_argument(
        "--keep", action="store_true", help="measure what an earlier run with --keep has seeded"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(options: argparse.Namespace) -> int:
    """Seed and measure; with DATABASE_URL in the environment in that (empty) PostgreSQL database."""
    if not 1_000 <= options.records <= 1_000_000:
        raise Refused("The number of records is from 1000 to 1000000.")
    from setsquare.project.bench.running import bench  # noqa: PLC0415  it needs Django, help does not

    return bench(options)

"""``setsquare bench``: measures this version on this machine."""

import argparse
from importlib import import_module
from importlib.util import find_spec

from setsquare.project.terminal import Refused

BENCH = "setsquare.project.bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options, as the benchmark declares them."""
    if find_spec(BENCH):
        import_module(BENCH).add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Run the benchmark; it uses a database of its own."""
    if not find_spec(BENCH):
        raise Refused("this build has no benchmark.")
    return int(import_module(BENCH).run(options))

"""``setsquare checkpoint``: the newest signed checkpoint of the trail, to be kept outside."""

import argparse

from setsquare.project.commands.settings import start_django
from setsquare.project.terminal import Refused, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "--no-seal", action="store_true", help="print what there is, without sealing what is new"
    )


def run(options: argparse.Namespace) -> int:
    """Seal what is new and print the checkpoint, just as it is signed."""
    start_django()
    from setsquare.kernel.sealing import keys, log, sequencer  # noqa: PLC0415 - their models need Django

    try:
        newest = log.newest() if options.no_seal else sequencer.seal_all()
    except keys.KeyUnusable as refused:
        raise Refused(str(refused)) from None
    if newest is None:
        raise Refused("There is no checkpoint yet: it is made with the first entry of the trail.")
    say(newest.note.removesuffix("\n"))
    return 0

"""``setsquare badges``: the key that signs badges."""

import argparse

from setsquare.project.commands.settings import start_django
from setsquare.project.terminal import Refused, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what it does."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    actions.add_parser("key", help="print the public key, which everybody may know")
    actions.add_parser("new-key", help="make a new key in place of a lost or disclosed one")


def run(options: argparse.Namespace) -> int:
    """Do it; what cannot be done is refused with its sentence."""
    start_django()
    from setsquare.domains.training.badges import keys  # noqa: PLC0415 - its models need Django
    from setsquare.domains.training.badges.encoding import multikey  # noqa: PLC0415

    try:
        key = keys.renew_key() if options.action == "new-key" else keys.signing_key()
    except keys.KeyUnusable as refused:
        raise Refused(str(refused)) from None
    say(multikey(key.public_key()))
    return 0

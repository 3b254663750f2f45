"""``setsquare seal``: the key that signs the log of the trail, and the log as a file for an auditor."""

import argparse
from pathlib import Path

from setsquare.project.commands.settings import start_django
from setsquare.project.terminal import Refused, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what it does."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    actions.add_parser("key", help="print the verifier key, which everybody may know")
    actions.add_parser("new-key", help="make a new key in place of a lost or disclosed one")
    export = actions.add_parser("export", help="write leaves, checkpoints and key into a .zip file")
    export.add_argument("file", type=Path, help="the file to write")
    export.add_argument("--force", action="store_true", help="write over a file that is there")


def run(options: argparse.Namespace) -> int:
    """Do it; what cannot be done is refused with its sentence."""
    start_django()
    from setsquare.kernel.sealing import keys  # noqa: PLC0415 - its models need Django

    try:
        if options.action == "export":
            return _export(options)
        if options.action == "new-key":
            keys.renew_key()
        signer = keys.read_key() or keys.make_key()
    except keys.KeyUnusable as refused:
        raise Refused(str(refused)) from None
    say(str(signer.verifier))
    return 0


def _export(options: argparse.Namespace) -> int:
    from setsquare.kernel.sealing import exporting, sequencer  # noqa: PLC0415 - their models need Django

    if options.file.exists() and not options.force:
        raise Refused(f"{options.file} exists already: choose another name, or add --force.")
    newest = sequencer.seal_all()
    if newest is None:
        raise Refused("There is nothing to export yet: the trail has no entry.")
    try:
        exporting.write(options.file, newest.size)
    except OSError as wrong:
        raise Refused(f"{options.file} cannot be written ({wrong.strerror}).") from None
    except LookupError as missing:
        raise Refused(f"{missing.args[0]} `setsquare verify` says what else is wrong.") from None
    say(f"{newest.size} leaves are in {options.file}. `setsquare verify --export {options.file}` checks it.")
    return 0

"""The ``setsquare`` command. Help and parsing need no Django, so that they answer at once."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from setsquare import __version__
from setsquare.project.terminal import Parser, Refused, complain, of_machine, say

RECORD_COMMANDS = "setsquare.faces.cli.main"
"""The module that answers every command which is not one of ours: ``run(arguments) -> exit code``."""


@dataclass(frozen=True)
class Command:
    """One of our own commands: a module with ``add_arguments(parser)`` and ``run(options) -> exit code``."""

    module: str
    help: str


COMMANDS = {
    "init": Command("initialise", "make a new installation: settings file, secret key, database"),
    "serve": Command("serve", "run the web server and the background worker"),
    "worker": Command("worker", "run the background worker alone"),
    "demo": Command("demonstration", "load the demo organisation (--reset: afresh; --serve: and run it)"),
    "check": Command("inspection", "say what is wrong with this installation and how to mend it"),
    "verify": Command("verification", "verify that nothing of the sealed history was changed"),
    "checkpoint": Command(
        "checkpoint", "print the newest signed checkpoint of the trail, to keep it outside"
    ),
    "seal": Command("seal", "the key of the seal, and the sealed log as a file for an auditor"),
    "badges": Command("badges", "the key that signs badges"),
    "bench": Command("benchmark", "measure this version on this machine"),
    "manage": Command("management", "Django's management commands (migrate, shell, ...)"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. Refusals are one sentence on standard error and code 1 or 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(given)
    except Refused as refused:
        complain(f"setsquare: {refused}")
        return refused.code
    except BrokenPipeError:  # the reader of our output went away, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as failure:
        if not (sentence := of_machine(failure)):
            raise
        complain(f"setsquare: {sentence}")
        return 1
    except Exception as failure:
        if not (sentence := _of_database(failure)):
            raise
        complain(f"setsquare: {sentence}")
        return 1
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where something was asked
        return 130


def _dispatch(given: list[str]) -> int:
    name = given[0] if given else "--help"
    if name in ("-h", "--help", "help"):
        say(_overview())
        return 0
    if name in ("-V", "--version"):
        say(f"Setsquare {__version__}")
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "setsquare.project.settings")
    if name in COMMANDS:
        return _run(name, given[1:])
    _start_django()
    return int(import_module(RECORD_COMMANDS).run(given))


def _run(name: str, rest: list[str]) -> int:
    command = import_module(f"setsquare.project.commands.{COMMANDS[name].module}")
    if name == "manage":  # all its arguments are Django's
        return int(command.run(rest))
    parser = Parser(prog=f"setsquare {name}", description=_sentence(COMMANDS[name].help))
    command.add_arguments(parser)
    return int(command.run(parser.parse_args(rest)))


def _start_django() -> None:
    from setsquare.project.commands.settings import start_django  # noqa: PLC0415 - help must not wait for it

    start_django()


def _of_database(failure: Exception) -> str:
    """What the database refused, as a sentence; empty when it is something else. Loads nothing for that."""
    database = sys.modules.get("django.db")
    if database is not None and isinstance(failure, database.DataError):
        return f"A value is too long or too large: {' '.join(str(failure).split())}"
    if database is None or not isinstance(failure, database.OperationalError):
        return ""
    return f"The database cannot be used: {' '.join(str(failure).split())}. `setsquare check` says more."


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.help}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: setsquare <command> [options]",
            "",
            "The installation:",
            *lines,
            "",
            "Records (on an installation that is set up):",
            "  setsquare records            the registers, and what can be done with their records",
            "",
            "`setsquare <command> --help` explains one command. Settings are read from the environment",
            "(SETSQUARE_..., DATABASE_URL) and SETSQUARE_CONFIG, ./setsquare.toml or /etc/setsquare.toml.",
        ]
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


if __name__ == "__main__":
    sys.exit(main())

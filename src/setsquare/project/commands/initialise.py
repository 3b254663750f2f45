"""``setsquare init``: a new installation for real work."""

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setsquare.project import installation
from setsquare.project.commands.settings import load, refuse_lax_production, start_django
from setsquare.project.configuration import key_file
from setsquare.project.terminal import Refused, say

ASKED = {
    "organisation": "Name of the organisation",
    "administrator": "Sign-in name of the first administrator",
    "name": "Their name, as it is to be printed",
    "email": "Their mail address",
}

WRITTEN = ("mode", "address", "data_directory", "language", "time_zone", "database_url")
"""What the settings file says."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "directory", nargs="?", type=Path, default=Path(), help="where to put it (default: here)"
    )
    parser.add_argument(
        "--address", required=True, help="the address that people will type, such as https://qms.example.org"
    )
    parser.add_argument(
        "--database-url", help="postgresql://... (default: DATABASE_URL, else a SQLite file in the data)"
    )
    parser.add_argument(
        "--language", choices=("en", "de"), default="en", help="language of new people (default: en)"
    )
    parser.add_argument(
        "--time-zone", default="UTC", help="time zone of the organisation, such as Europe/Berlin"
    )
    parser.add_argument("--code", default="ORG", help="short code of the organisation (default: ORG)")
    for name, meaning in ASKED.items():
        parser.add_argument(f"--{name}", help=f"{meaning[0].lower()}{meaning[1:]} (asked for when left out)")
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the administrator's password from standard input; otherwise it is asked for at a terminal, and "
        "without a terminal it is set later by `setsquare manage changepassword`",
    )


def run(options: argparse.Namespace) -> int:
    """Write settings and key, prepare the database, enter the first person, and say what comes next."""
    file = options.directory / "setsquare.toml"
    if file.exists():
        raise Refused(
            f"{file} exists already, and an installation is never overwritten: choose another directory."
        )
    _ask(options)
    password = _password(options)
    draft = options.directory / ".setsquare.toml.unfinished"  # so that the file is there only when all is
    attempt = installation.Attempt(options.directory / "data", draft)
    try:
        installation.make_directory(options.directory / "data")
        _write_settings(draft, options)
        _take_settings_from(draft)
        settings = load(again=True)
        attempt.also(settings)
        installation.make_secret_key(key_file(settings))
        refuse_lax_production(load(again=True))
        start_django()
        _make_seal()
        _establish(options, password)
        draft.rename(file)
    except BaseException:  # Ctrl-C as well
        attempt.take_back()
        raise
    _say_next(file, options.administrator, password)
    return 0


def _ask(options: argparse.Namespace) -> None:
    """Ask for what was left out, where there is somebody to answer."""
    left_out = [name for name in ASKED if not getattr(options, name)]
    if left_out and not sys.stdin.isatty():
        raise Refused("These are needed: " + ", ".join(f"--{name}" for name in left_out) + ".")
    for name in left_out:
        while not getattr(options, name):
            setattr(options, name, input(f"{ASKED[name]}: ").strip())


def _password(options: argparse.Namespace) -> str | None:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        return None
    while True:
        first = getpass.getpass(f"Password of {options.administrator} (10 characters or more): ")
        if first == getpass.getpass("Once more: "):
            return first
        say("The two differ. Again:")


def _write_settings(file: Path, options: argparse.Namespace) -> None:
    lines: dict[str, str | int | list[str]] = {
        "mode": "production",
        "address": options.address,
        "data_directory": "data",
        "language": options.language,
        "time_zone": options.time_zone,
    }
    if url := _database_url(options):
        lines["database_url"] = url
    installation.write_settings(file, lines, "Settings of this installation, written by `setsquare init`.")


def _database_url(options: argparse.Namespace) -> str:
    """The database that was named; a SQLite file with its whole path, for the service starts elsewhere."""
    variables = (os.environ.get(name, "") for name in ("SETSQUARE_DATABASE_URL", "DATABASE_URL"))
    url: str = options.database_url or next(filter(None, variables), "")
    relative = url.startswith("sqlite:///") and not url.startswith("sqlite:////")
    return f"sqlite:///{Path(url.removeprefix('sqlite:///')).absolute()}" if relative else url


def _take_settings_from(file: Path) -> None:
    """Have the file decide what it says, for the environment of today may not be that of the service."""
    for name in WRITTEN:
        os.environ.pop(f"SETSQUARE_{name.upper()}", None)
    os.environ.pop("DATABASE_URL", None)
    os.environ["SETSQUARE_CONFIG"] = str(file)


def _make_seal() -> None:
    """Make the key that will sign the log of the trail."""
    from setsquare.kernel.sealing import keys  # noqa: PLC0415 - its settings need Django

    try:
        keys.make_key()
    except keys.KeyUnusable as unusable:
        raise Refused(str(unusable)) from None


def _establish(options: argparse.Namespace, password: str | None) -> None:
    """Prepare the database and make organisation, roles and administrator, all through commands."""
    from django.db import transaction  # noqa: PLC0415

    from setsquare.domains.organisation import bootstrap  # noqa: PLC0415 - its models need Django
    from setsquare.domains.organisation.rules import root  # noqa: PLC0415
    from setsquare.project import purpose  # noqa: PLC0415
    from setsquare.project.models import Installation  # noqa: PLC0415

    given = {
        "organisation": options.organisation,
        "code": options.code,
        "time_zone": options.time_zone,
        "username": options.administrator,
        "name": options.name,
        "email": options.email,
        "language": options.language,
    }
    with _refusals_in_words():
        bootstrap.fitting(given, password)  # nobody should wait for the database to be told of a misprint
    installation.migrate()
    if not purpose.may_become(Installation.Purpose.PRODUCTION):
        raise Refused("This database holds the demo: name another one with --database-url.")
    if (there := root()) is not None:
        raise Refused(f"This database holds the installation of {there.name} already: name another one.")
    with _refusals_in_words(), transaction.atomic():
        purpose.declare(Installation.Purpose.PRODUCTION)
        bootstrap.establish(**given, password=password)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    """Tell what does not fit, field by field, and what else is refused, as the one sentence of the command."""
    from django.db import DatabaseError  # noqa: PLC0415

    from setsquare.kernel.commands.errors import CommandError  # noqa: PLC0415 - Django is set up by now
    from setsquare.kernel.commands.errors import Refused as NotFitting  # noqa: PLC0415

    try:
        yield
    except DatabaseError as failed:
        raise Refused(f"The database could not be filled: {' '.join(str(failed).split())}.") from None
    except NotFitting as wrong:
        words = [
            f"{field.replace('_', ' ')}: {sentence}" if field else str(sentence)
            for field, sentence in wrong.fields.items()
        ]
        raise Refused(" ".join(words)) from None
    except CommandError as refused:
        raise Refused(str(refused)) from None


def _say_next(file: Path, administrator: str, password: str | None) -> None:
    say(f"The installation is ready; its settings are in {file}.")
    say("Next, in the directory of that file:")
    if password is None:
        say(f"  setsquare manage changepassword {administrator}")
        say("                       the administrator's password")
    say("  setsquare check      what is still to be set (mail, proxy)")
    say("  setsquare serve      the web server and the worker")

"""``setsquare demo``: the demo organisation on an installation of its own, ready to look around in."""

import argparse
import os
import shutil
import textwrap
import time
from pathlib import Path

from setsquare.project import installation, server
from setsquare.project.commands.serve import serve
from setsquare.project.commands.settings import load, start_django
from setsquare.project.configuration import Configuration, key_file
from setsquare.project.terminal import Refused, port, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "--reset", action="store_true", help="throw the demo away and load it afresh, dated today"
    )
    parser.add_argument("--serve", action="store_true", help="run the web server and the worker afterwards")
    parser.add_argument("--port", type=port, default=8000, help="port of the web server (default: 8000)")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="where the demo is kept (default: ./data)"
    )


def run(options: argparse.Namespace) -> int:
    """Make the demo if it is not there, and serve it when asked."""
    settings = _prepare(options)
    if options.serve:
        server.refuse_taken_port(settings.listen, settings.port)
    start_django()
    _load(settings, afresh=options.reset)
    if options.serve:
        code = serve(settings, with_worker=True, greet=lambda: _greet(settings))
        if code == 0:
            say("Stopped.")
        return code
    say("The demo is loaded. `setsquare demo --serve` runs it.")
    return 0


def _prepare(options: argparse.Namespace) -> Configuration:
    """Make directory, settings file and key, and read the settings of the demo."""
    installation.make_directory(options.data)
    file = options.data / "setsquare.toml"
    if not file.exists():
        remark = (
            "Settings of the demo, written by `setsquare demo`. Not for real work: its accounts are known."
        )
        installation.write_settings(file, {"mode": "demo", "data_directory": "."}, remark)
    os.environ.setdefault("SETSQUARE_CONFIG", str(file))
    os.environ.setdefault("SETSQUARE_LOG_LEVEL", "WARNING")
    os.environ["SETSQUARE_PORT"] = str(options.port)
    settings = load(again=True)
    if settings.mode != "demo":
        raise Refused("The settings in use are not for a demo: unset SETSQUARE_CONFIG, or set mode to demo.")
    installation.make_directory(settings.data_directory)  # the environment may name another one
    installation.make_secret_key(key_file(settings))
    return load(again=True)


def _load(settings: Configuration, *, afresh: bool) -> None:
    """Load the organisation where it is missing, was left half loaded, or is wanted afresh."""
    from setsquare.project import demo_database  # noqa: PLC0415 - its models need Django

    if afresh:
        demo_database.remove(settings)
    applied = installation.migrate()
    if applied:
        say("The database is prepared.")
    if demo_database.is_complete():
        return
    demo_database.refuse_foreign()
    if demo_database.is_partial():
        demo_database.remove(settings)
        installation.migrate()
    say("Loading the demo organisation; this takes a few minutes, once ...")
    started = time.monotonic()
    demo_database.load(tell=lambda day: say(f"  its history up to {day:%-d %B %Y}"))
    say(f"Loaded in {time.monotonic() - started:.0f} seconds.")


def _greet(settings: Configuration) -> None:
    from setsquare.project.demo import loader  # noqa: PLC0415 - its models need Django

    say()
    say(f"Setsquare runs at {settings.address}")
    say()
    say("Sign in as:")
    columns = min(shutil.get_terminal_size().columns, 110)
    rows = loader.sign_ins()
    width = max(len(row.username) for row in rows)
    for row in rows:
        begin = f"  {row.username:<{width}}  {row.password}  "
        told = f"({row.language}) {row.description}"
        say(textwrap.fill(told, columns, initial_indent=begin, subsequent_indent=" " * len(begin)))
    say()
    say(
        "In brackets the language of their pages; “Profile and security” in the menu at the top right changes it."
    )
    say()
    say(f"Press Ctrl-C to stop. The data are kept in {settings.data_directory}")

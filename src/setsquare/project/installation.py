"""Makes what an installation consists of: its directory, secret key, settings file and database."""

import os
import secrets
from pathlib import Path

from setsquare.project.terminal import Refused

KEY_CHARACTERS = 50


def make_directory(directory: Path) -> None:
    """Make the data directory, for its owner alone, and see that it can be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = directory / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as refused:
        raise Refused(
            f"{directory.absolute()} cannot be written ({refused.strerror}): "
            "give yourself the right to write there, or run this in another directory."
        ) from None


def make_secret_key(file: Path) -> None:
    """Write a new secret key for its owner alone, unless there is one."""
    if file.exists():
        return
    # O_EXCL: of two processes that start together one writes the key, and the other uses it.
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(KEY_CHARACTERS) + "\n")


def write_settings(file: Path, lines: dict[str, str | int | list[str]], remark: str) -> None:
    """Write a settings file with these values and a remark at its top."""
    text = [f"# {remark}", "# All settings: docs/administrator-guide.md", ""]
    text += [f"{name} = {_toml(value)}" for name, value in lines.items()]
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(text) + "\n")


def migrate() -> int:
    """Bring the database up to this version; returns how many migrations were applied."""
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by now
    from django.db import DatabaseError  # noqa: PLC0415

    from setsquare.project import readiness  # noqa: PLC0415

    try:
        pending = readiness.pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as refused:
        raise Refused(f"The database could not be prepared: {' '.join(str(refused).split())}.") from None
    return len(pending)


def _toml(value: str | int | list[str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

"""Makes what an installation consists of: its directory, secret key, settings file and database."""

import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from setsquare.project.configuration import Configuration
from setsquare.project.terminal import Refused

KEY_CHARACTERS = 50
SQLITE_FILES = ("", "-journal", "-wal", "-shm", ".queue")
"""The endings of what a SQLite database consists of."""


class Attempt:
    """What was not there before an installation was made: taken back when that is refused, so it can be tried again."""

    def __init__(self, *places: Path) -> None:
        self._new = [new for place in places if (new := _first_missing(place)) is not None]

    def also(self, settings: Configuration) -> None:
        """Watch what lies within a data directory that was there, and a SQLite file wherever it lies."""
        places = [settings.data_directory / name for name in ("secret_key", "seal", "files")]
        if settings.store.vendor == "sqlite":
            places += [Path(settings.store.name + ending) for ending in SQLITE_FILES]
        self._new += [new for place in places if (new := _first_missing(place)) is not None]

    def take_back(self) -> None:
        """Remove what came to be since."""
        for place in self._new:
            with suppress(OSError):  # what the disk refuses must not hide why it is taken back
                shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def _first_missing(place: Path) -> Path | None:
    """The directory highest above ``place`` that does not exist, or the place itself; ``None`` when that exists."""
    missing = None
    for path in (place.absolute(), *place.absolute().parents):
        if path.exists():
            break
        missing = path
    return missing


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
    with suppress(
        FileExistsError
    ):  # of two processes that start together one makes the key, and the other uses it
        _write_whole(file, secrets.token_urlsafe(KEY_CHARACTERS) + "\n")


def write_settings(file: Path, lines: dict[str, str | int | list[str]], remark: str) -> None:
    """Write a settings file with these values and a remark at its top."""
    text = [f"# {remark}", "# All settings: docs/administrator-guide.md", ""]
    text += [f"{name} = {_toml(value)}" for name, value in lines.items()]
    file.unlink(missing_ok=True)
    _write_whole(file, "\n".join(text) + "\n")


def _write_whole(file: Path, text: str) -> None:
    """Make a file for its owner alone, whole or not at all; raises FileExistsError where there is one."""
    handle, temporary = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.link(temporary, file)
    finally:
        os.unlink(temporary)


def migrate() -> int:
    """Bring the database up to this version; returns how many migrations were applied."""
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by now
    from django.db import DatabaseError  # noqa: PLC0415

    from setsquare.kernel.database.sizes import look_at_sizes  # noqa: PLC0415
    from setsquare.project import readiness  # noqa: PLC0415

    try:
        pending = readiness.pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
            look_at_sizes()
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

"""The file store: can be written, moves files whole, has room."""

import os
import shutil
import tempfile

from setsquare.project.checks.database import file_system
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

LITTLE = 2 * 1024**3
TOO_LITTLE = 200 * 1024**2


def writable(settings: Configuration) -> list[Finding]:
    """Write a file, force it to the disk, and move it, as the store does."""
    directory = settings.files_directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=directory, prefix=".check-")
        try:
            os.write(handle, b"setsquare")
            os.fsync(handle)
            os.replace(name, name + ".moved")
            os.unlink(name + ".moved")
        finally:
            os.close(handle)
    except OSError as refused:
        return [
            error(
                "file store",
                f"{directory} cannot be written ({refused.strerror}).",
                "Give the account that runs Setsquare the right to write there.",
            )
        ]
    return [
        ok("file store", f"{directory} can be written ({file_system(directory) or 'file system unknown'}).")
    ]


def one_file_system(settings: Configuration) -> list[Finding]:
    """That the store lies on one file system, without which a file cannot be moved in one step."""
    directory = settings.files_directory
    if not directory.is_dir():
        return []
    own = directory.stat().st_dev
    for part in directory.iterdir():
        if part.is_dir() and part.stat().st_dev != own:
            return [
                error(
                    "file store",
                    f"{part} lies on another file system than the rest of the store.",
                    f"Mount one file system at {directory} and nothing below it.",
                )
            ]
    return []


def room(settings: Configuration) -> list[Finding]:
    """Free space for files and database."""
    place = settings.data_directory
    if not place.is_dir():
        return []
    free = shutil.disk_usage(place).free
    said = f"{free / 1024**3:.1f} GiB are free."
    if free < TOO_LITTLE:
        return [error("disk space", said, "Make room now: soon nothing can be stored.")]
    if free < LITTLE:
        return [warning("disk space", said, "Make room, or move data_directory to a larger disk.")]
    return [ok("disk space", said)]

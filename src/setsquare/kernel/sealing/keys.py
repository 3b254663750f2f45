"""The key that signs checkpoints: a file beside the data, for its owner alone; and what lies beside it.

`seal/key` holds the key, `seal/verifiers` the public half of every key that this installation ever had,
`seal/checkpoint` the newest checkpoint, outside the database, so that a log that was cut short shows.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from setsquare.kernel.sealing.notes import NotANote, Signer, Verifier


class KeyUnusable(Exception):
    """The key cannot be read or is not there where it must be; the message says what to do."""


def directory() -> Path:
    """Return where the key lies."""
    return Path(settings.SEAL_DIRECTORY)


def origin() -> str:
    """Return the name of the log: the installation's address without its scheme and what a note cannot hold.

    A log keeps the name of its first key, even where the installation moves to another address.
    """
    for verifier in _written_verifiers():
        return verifier.name
    address = urlsplit(settings.SETSQUARE.address)
    name = f"{address.netloc}{address.path.rstrip('/')}"
    return "".join("-" if mark.isspace() or mark == "+" else mark for mark in name)


def make_key() -> Signer:
    """Make the installation's key, unless there is one; returns what there is."""
    made = Signer.new(origin())
    directory().mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole under another name, then linked: of two that make it at once one wins, and none sees half a key.
    handle, temporary = tempfile.mkstemp(dir=directory())
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(made.written() + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(temporary, directory() / "key")
    finally:
        Path(temporary).unlink()
    signer = read_key()
    if signer is None:
        raise KeyUnusable("The key of the seal was taken away while it was made.")
    _note_verifier(signer.verifier)
    return signer


def renew_key() -> Signer:
    """Make a new key in place of a lost or disclosed one; what the old one signed stays valid."""
    if (former := verifiers()) and (directory() / "key").exists():
        _note_verifier(former[-1])
    (directory() / "key").unlink(missing_ok=True)
    return make_key()


def read_key() -> Signer | None:
    """Return the installation's key, or None where there is none; raises KeyUnusable."""
    file = directory() / "key"
    try:
        return Signer.read(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise KeyUnusable(f"{file} cannot be used: {reason}") from None


def verifiers() -> list[Verifier]:
    """Return the public half of every key that this installation had, the oldest first."""
    known = _written_verifiers()
    with suppress(KeyUnusable):
        signer = read_key()
        if signer is not None and signer.verifier not in known:
            known.append(signer.verifier)
    return known


def keep_newest(note: str) -> None:
    """Keep the newest checkpoint beside the key."""
    write_whole(directory() / "checkpoint", note)


def kept_newest() -> str | None:
    """Return the checkpoint that lies beside the key, if one does."""
    try:
        return (directory() / "checkpoint").read_text("utf-8")
    except FileNotFoundError:
        return None


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it is the old one or the new one, never half of either."""
    handle, temporary = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    Path(temporary).replace(file)


def _note_verifier(verifier: Verifier) -> None:
    if verifier not in (known := _written_verifiers()):
        write_whole(directory() / "verifiers", "".join(f"{each}\n" for each in [*known, verifier]))


def _written_verifiers() -> list[Verifier]:
    try:
        lines = (directory() / "verifiers").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    try:
        return [Verifier.read(line) for line in lines if line.strip()]
    except NotANote as wrong:
        raise KeyUnusable(f"{directory() / 'verifiers'} cannot be used: {wrong}") from None

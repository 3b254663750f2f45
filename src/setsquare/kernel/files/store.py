"""The file store: bytes under their digest, written whole before any row speaks of them."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.models import Blob, Upload


class Damaged(Exception):
    """The bytes in the store are not those that their digest names, or they are gone."""


def _path(digest: str) -> Path:
    return Path(settings.FILE_STORE) / digest[:2] / digest[2:4] / digest


def store(data: bytes, media_type: str, text: str = "") -> Blob:
    """Keep bytes and return their row. The file is complete and on disk before the row exists."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    return Blob.objects.get_or_create(
        digest=digest,
        defaults={"size": len(data), "media_type": media_type, "stored": timezone.now(), "text": text},
    )[0]


def read(blob: Blob) -> bytes:
    """Return the bytes of a blob, checked against its digest; raises Damaged."""
    try:
        data = _path(blob.digest).read_bytes()
    except FileNotFoundError:
        raise Damaged(blob.digest) from None
    if hashlib.sha256(data).hexdigest() != blob.digest:
        raise Damaged(blob.digest)
    return data


def path_of(blob: Blob) -> Path:
    """Return where the bytes lie, to be sent as they are."""
    return _path(blob.digest)


def receive(user: User, data: bytes, name: str, media_type: str, text: str = "") -> Upload:
    """Keep a file that a person brought in, until a record holds it."""
    blob = store(data, media_type, text)
    return Upload.objects.create(user=user, blob=blob, name=name[:255], at=timezone.now())

"""The key that signs badges: a file beside the data, for its owner alone, and the public halves of all there were.

`seal/badges/key` holds the key, `seal/badges/published` every public key that there ever was, the oldest first: what
an earlier one signed can be verified as before.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from setsquare.domains.training.badges.encoding import (
    base64url,
    from_base64url,
    from_multikey,
    jwk,
    multikey,
)
from setsquare.kernel.writing.canonical import canonical


class KeyUnusable(Exception):
    """The key cannot be read or written; the message says what to do."""


def directory() -> Path:
    """Return where the key lies."""
    return Path(settings.BADGE_DIRECTORY)


def thumbprint(key: Ed25519PublicKey) -> str:
    """Return by what a key is named: its JWK thumbprint (RFC 7638)."""
    return base64url(hashlib.sha256(canonical(jwk(key))).digest())


def signing_key() -> Ed25519PrivateKey:
    """Return the installation's key, made where there is none and none was lost; raises KeyUnusable."""
    known = read_key()
    if known is not None:
        return known
    if _published():
        raise KeyUnusable(
            f"{directory() / 'key'} is missing: put it back from a backup, or run `setsquare badges new-key`."
        )
    return _make()


def renew_key() -> Ed25519PrivateKey:
    """Make a new key in place of a lost or disclosed one; the public half of the former stays published."""
    with suppress(KeyUnusable):
        if (former := read_key()) is not None:
            _publish(former.public_key())
    (directory() / "key").unlink(missing_ok=True)
    return _make()


def read_key() -> Ed25519PrivateKey | None:
    """Return the installation's key, None where there is none; raises KeyUnusable."""
    file = directory() / "key"
    try:
        return Ed25519PrivateKey.from_private_bytes(from_base64url(file.read_text("ascii").strip()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "it is not a key"
        raise KeyUnusable(f"{file} cannot be used: {reason}.") from None


def public_keys() -> list[Ed25519PublicKey]:
    """Return the public half of every key that there was, the oldest first; raises KeyUnusable."""
    known = _published()
    key = read_key()
    if key is not None and multikey(key.public_key()) not in map(multikey, known):
        known.append(key.public_key())
    return known


def _make() -> Ed25519PrivateKey:
    """Make the key: of two that make it at once one wins, and none sees half of one."""
    try:
        directory().mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = _written(base64url(Ed25519PrivateKey.generate().private_bytes_raw()) + "\n")
        with suppress(FileExistsError):
            os.link(temporary, directory() / "key")
        temporary.unlink()
        key = read_key()
        if key is None:
            raise KeyUnusable("The key of badges was taken away while it was made.")
        _publish(key.public_key())
    except OSError as wrong:
        raise KeyUnusable(f"{directory()} cannot be written: {wrong.strerror}.") from None
    return key


def _publish(key: Ed25519PublicKey) -> None:
    lines = [multikey(each) for each in _published()]
    if multikey(key) not in lines:
        _written("".join(f"{each}\n" for each in [*lines, multikey(key)])).replace(directory() / "published")


def _written(text: str) -> Path:
    handle, temporary = tempfile.mkstemp(dir=directory())
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return Path(temporary)


def _published() -> list[Ed25519PublicKey]:
    file = directory() / "published"
    try:
        found = [from_multikey(line.strip()) for line in file.read_text("ascii").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise KeyUnusable(f"{file} cannot be used: put it back from a backup.") from None
    return [key for key in found if isinstance(key, Ed25519PublicKey)]

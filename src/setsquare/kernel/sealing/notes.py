"""Signed notes and checkpoints as C2SP writes them (signed-note, tlog-checkpoint), signed by Ed25519."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_PRIVATE = "PRIVATE+KEY+"


class NotANote(ValueError):
    """The text is not a key, a signed note or a checkpoint; the message is one sentence."""


@dataclass(frozen=True)
class Verifier:
    """The public half of a key, which everybody may know."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.key)}"

    @classmethod
    def read(cls, text: str) -> "Verifier":
        """Read a key as `str` writes it; raises NotANote."""
        name, _plus, rest = text.strip().partition("+")
        given, _plus, body = rest.partition("+")
        found = cls(name, _bytes(body)[1:])
        if not name or _bytes(body)[:1] != ED25519 or len(found.key) != 32 or found.id.hex() != given:
            raise NotANote(f"“{text.strip()[:80]}” is not an Ed25519 verifier key.")
        return found

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature is of this key and text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A key that signs; `secret` never leaves the machine."""

    name: str
    secret: bytes

    @classmethod
    def new(cls, name: str) -> "Signer":
        """Make a key of this name (no spaces, no plus signs)."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """Return the public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.secret)
        return Verifier(self.name, private.public_key().public_bytes_raw())

    def written(self) -> str:
        """Return the key as it lies in its file."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{_base64(ED25519 + self.secret)}"

    @classmethod
    def read(cls, text: str) -> "Signer":
        """Read a key as `written` writes it; raises NotANote, which does not repeat it."""
        parts = text.strip().removeprefix(_PRIVATE).split("+", 2)
        body = _bytes(parts[2]) if text.startswith(_PRIVATE) and len(parts) == 3 else b""
        if body[:1] != ED25519 or len(body) != 33:
            raise NotANote("The file holds no Ed25519 signer key.")
        found = cls(parts[0], body[1:])
        if found.verifier.id.hex() != parts[1]:
            raise NotANote("The signer key is damaged: its name and its bytes do not belong together.")
        return found

    def sign(self, text: str) -> str:
        """Return the signed note of a text that ends with a line break."""
        private = Ed25519PrivateKey.from_private_bytes(self.secret)
        signature = _base64(self.verifier.id + private.sign(text.encode()))
        return f"{text}\n\u2014 {self.name} {signature}\n"


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says: the log of this origin had this many leaves and this root."""

    origin: str
    size: int
    root: bytes

    def written(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True)
class Note:
    """A signed checkpoint that was read."""

    statement: Statement
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """Name, id and signature of each key."""

    @classmethod
    def read(cls, note: str) -> "Note":
        """Read a signed checkpoint; raises NotANote."""
        text, empty, ending = note.rpartition("\n\n")
        text += "\n"
        lines = text.split("\n")
        if not empty or len(lines) < 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):
            raise NotANote(
                "This is not a checkpoint: origin, size, root, an empty line and signatures are expected."
            )
        root = _bytes(lines[2])
        if len(root) != 32 or not ending.endswith("\n"):
            raise NotANote("This is not a checkpoint: the root is no SHA-256, or the last line is cut off.")
        signatures = []
        for line in ending.removesuffix("\n").split("\n"):
            dash, _space, rest = line.partition(" ")
            name, _space, body = rest.partition(" ")
            data = _bytes(body)
            if dash != "\u2014" or not name or len(data) < 5:
                raise NotANote("This is not a checkpoint: a line of a signature cannot be read.")
            signatures.append((name, data[:4], data[4:]))
        return cls(Statement(lines[0], int(lines[1]), root), text, tuple(signatures))

    def signed_by(self, verifier: Verifier) -> bool:
        """Tell whether the key signed it."""
        return any(
            name == verifier.name and key == verifier.id and verifier.accepts(self.text, signature)
            for name, key, signature in self.signatures
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""

"""How badges write bytes and keys: base64url, base58btc, Multikey and JWK."""

import base64
import binascii
import hashlib
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey
LONGEST = 2000
"""Letters of the longest base58 text that is read: reading one takes the square of its length."""
LEAST_RSA = 2048
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def base64url(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read base64url without padding; raises ValueError."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as wrong:
        raise ValueError("not base64url") from wrong


def base58(data: bytes) -> str:
    """Write bytes in base58 with Bitcoin's alphabet."""
    number, written = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        written = _ALPHABET[rest] + written
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + written


def from_base58(text: str) -> bytes:
    """Read base58; raises ValueError."""
    if len(text) > LONGEST or any(letter not in _ALPHABET for letter in text):
        raise ValueError("not base58")
    number = 0
    for letter in text:
        number = number * 58 + _ALPHABET.index(letter)
    body = number.to_bytes((number.bit_length() + 7) // 8)
    return b"\0" * (len(text) - len(text.lstrip("1"))) + body


def multibase(data: bytes) -> str:
    """Write bytes as Multibase in base58btc."""
    return f"z{base58(data)}"


def from_multibase(text: str) -> bytes:
    """Read Multibase, which has to be base58btc; raises ValueError."""
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    return from_base58(text[1:])


def raw(key: Ed25519PublicKey) -> bytes:
    """Return the bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def multikey(key: Ed25519PublicKey) -> str:
    """Write a public key as Multikey."""
    return multibase(_ED25519 + raw(key))


def key_name(key: PublicKey) -> str:
    """Return by which people can compare a public key: an Ed25519 key as it is, others by their SHA-256."""
    if isinstance(key, Ed25519PublicKey):
        return multikey(key)
    told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"SHA256:{base64url(hashlib.sha256(told).digest())}"


def shortened(name: str) -> str:
    """Return the name of a key so that it fits into a sentence."""
    return name if len(name) <= 24 else f"{name[:14]}…{name[-8:]}"


def from_multikey(text: str) -> PublicKey:
    """Read an Ed25519 key of a Multikey; raises ValueError."""
    data = from_multibase(text)
    if not data.startswith(_ED25519):
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(data[len(_ED25519) :])


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Write a public key as JWK (RFC 8037)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(raw(key))}


def from_jwk(given: Any) -> PublicKey:
    """Read an Ed25519, RSA or P-256 key of a JWK; raises ValueError."""
    if not isinstance(given, dict):
        raise ValueError("not a JWK")
    try:
        if given["kty"] == "OKP" and given["crv"] == "Ed25519":
            return Ed25519PublicKey.from_public_bytes(from_base64url(given["x"]))
        if given["kty"] == "RSA":
            return _rsa(given)
        if given["kty"] == "EC" and given["crv"] == "P-256":
            x, y = (int.from_bytes(from_base64url(given[name])) for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError) as wrong:
        raise ValueError("not a JWK") from wrong
    raise ValueError("a key of another kind")


def _rsa(given: dict[str, str]) -> rsa.RSAPublicKey:
    exponent, modulus = (int.from_bytes(from_base64url(given[name])) for name in ("e", "n"))
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if key.key_size < LEAST_RSA:
        raise ValueError("too short a key")
    return key

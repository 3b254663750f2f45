"""Canonical JSON: the bytes that a signature and a trail entry are bound to."""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """Write a JSON value in the canonical form of RFC 8785, UTF-8.

    Equal values give equal bytes on every machine. Values are those of JSON: mappings with text keys, lists,
    tuples, text, true, false, None, integers up to 2**53 - 1 and finite floats. Everything else (dates,
    decimals, numbers that other programs would round) is refused with ValueError: write these as text first.
    """
    try:
        return rfc8785.dumps(value)
    except ValueError:
        raise
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a JSON value: {error}") from error


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical form, as 64 hexadecimal digits; ValueError as `canonical`."""
    return hashlib.sha256(canonical(value)).hexdigest()

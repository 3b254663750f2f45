"""Keeping texts by their digest."""

import hashlib

from setsquare.kernel.files.models import Text


def text_digest(body: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def keep_text(body: str) -> Text:
    """Keep a text and return its row; the same text is kept once."""
    return Text.objects.get_or_create(digest=text_digest(body), defaults={"body": body})[0]

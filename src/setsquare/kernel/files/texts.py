"""Keeping texts by their digest."""

import hashlib
from functools import lru_cache

from setsquare.kernel.files.models import Text


def text_digest(body: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def keep_text(body: str) -> Text:
    """Keep a text and return its row; the same text is kept once."""
    return Text.objects.get_or_create(digest=text_digest(body), defaults={"body": body})[0]


@lru_cache(maxsize=100)
def kept_text(digest: str) -> str:
    """Return a kept text, which never changes; raises Text.DoesNotExist."""
    return Text.objects.values_list("body", flat=True).get(pk=digest)

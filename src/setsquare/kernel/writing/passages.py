"""Words of a text as people read it: rendered, without marks, with white space of any kind and length alike."""

import re
from html import unescape

from .bounds import why_too_heavy
from .markdown import to_html

_TAG = re.compile(r'<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?:[^<>"]|"[^"]*")*>')
_SPACES = re.compile(r"[\s\ufeff]+")
_WITHIN_LINES = frozenset({"em", "strong", "s", "sub", "sup", "a", "code", "span"})
"""What stands within a line; anything else ends one."""


def words_shown(text: str) -> str:
    """Return what a reader sees of a Markdown text, on one line.

    It is what the reading view lets people select: of cells, items and paragraphs one after another.
    """
    shown = to_html(text, image=lambda digest: f"/{digest}")
    return _squeezed(unescape(_TAG.sub(lambda tag: "" if tag["name"] in _WITHIN_LINES else "\n", shown)))


def passage_in(words: str, quote: str) -> str | None:
    """Return the quote as it stands in what `words_shown` gave, None where these words are not there.

    Quoted with the marks of Markdown, the words that they stand for are returned.
    """
    asked = _squeezed(quote)
    if asked not in words:
        asked = words_shown(quote) if why_too_heavy(quote) is None else ""
    return asked if asked and asked in words else None


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()

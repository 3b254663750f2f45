"""What of a Markdown text is refused before anything parses it.

The parser takes far longer for a bracket that nothing closes than for a letter, and a table's cells multiply: a text of
fifty kilobytes could keep the server busy for half a minute at every view. The bounds lie far above what documents
have. Looking takes one pass over the text.
"""

import re

from django.utils.translation import gettext as _

LONGEST = 1_000_000
"""Characters of a text."""
MOST_LINES = 20_000
MOST_MARKS = 40_000
"""Runs of signs that make text bold, italic, struck or code, and opening square brackets."""
MOST_BRACKETS = 1000
"""Opening square brackets, in all, that nothing in their paragraph closes, or that stand very deep in others."""
MOST_COLUMNS = 100
MOST_CELLS = 20_000
"""Cells of all tables."""
MOST_NESTED = 20
"""Signs of quotes and lists at the start of a line."""

_DEEP = 20
_MARK = re.compile(r"[*_~`]+|\[")
_BRACKET = re.compile(r"\\.|[\[\]]|\n[ \t]*(?=\n)", re.DOTALL)
_RULER = re.compile(r"^[^\S\n]*(?:(?:>|[-+*]|\d{1,9}[.)])[^\S\n]+)*[|:-][|:\- \t>]*$", re.MULTILINE)
_STARTS = re.compile(
    r"^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))+[ \t]*(?=[^\s>*+-])", re.MULTILINE
)
_START = re.compile(r">|[-+*]|\d+[.)]")


def why_too_heavy(text: str) -> str | None:
    """Return the sentence that says why a text is not accepted as Markdown, None where it is."""
    if len(text) > LONGEST:
        return _("Write at most %(max_length)s characters.") % {"max_length": LONGEST}
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _why_brackets(text) or _why_tables(text) or _why_nested(text) or _why_many(text)


def _why_many(text: str) -> str | None:
    if text.count("\n") > MOST_LINES:
        sentence = _("The text has more than %(most)s lines; divide it, or keep it as a file.")
        return sentence % {"most": MOST_LINES}
    if sum(1 for _found in _MARK.finditer(text)) > MOST_MARKS:
        sentence = _(
            "The text has more than %(most)s signs such as * _ ` or [; divide it, or keep it as a file."
        )
        return sentence % {"most": MOST_MARKS}
    return None


def _why_brackets(text: str) -> str | None:
    if text.count("[") <= MOST_BRACKETS:
        return None
    tangled = depth = 0
    for found in _BRACKET.finditer(text):
        sign = found[0]
        if sign == "[":
            depth += 1
            tangled += depth > _DEEP
        elif sign == "]":
            depth = max(0, depth - 1)
        elif sign[0] == "\n":
            tangled, depth = tangled + min(depth, _DEEP), 0
    if tangled + min(depth, _DEEP) <= MOST_BRACKETS:
        return None
    sentence = _(
        "More than %(most)s opening square brackets in the text are never closed; close or remove them."
    )
    return sentence % {"most": MOST_BRACKETS}


def _why_tables(text: str) -> str | None:
    """Count as the parser does: each line up to the next empty one is a row with all columns of the head."""
    lines = text.split("\n")
    cells = columns = 0
    for line in lines:
        if not line.strip(" \t>"):
            columns = 0
        elif "-" in line and ("|" in line or ":" in line) and _RULER.match(line):
            columns = max(columns, len([part for part in line.split("|") if "-" in part]))
            cells += columns
        cells += columns
        if columns > MOST_COLUMNS:
            return _("A table in the text has more than %(most)s columns; divide it.") % {
                "most": MOST_COLUMNS
            }
        if cells > MOST_CELLS:
            sentence = _(
                "The tables in the text have more than %(most)s cells; divide it, or keep them as a file."
            )
            return sentence % {"most": MOST_CELLS}
    return None


def _why_nested(text: str) -> str | None:
    for found in _STARTS.finditer(text):
        if len(found[0]) > MOST_NESTED and len(_START.findall(found[0])) > MOST_NESTED:
            sentence = _(
                "Quotes and lists in the text are nested more than %(most)s deep; make them flatter."
            )
            return sentence % {"most": MOST_NESTED}
    return None

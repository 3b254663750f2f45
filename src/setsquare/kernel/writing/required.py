"""Required sections: which of them are written, rather than there as the template gave them."""

import re
from collections.abc import Iterator, Sequence

from setsquare.methods.comparison.blocks import blocks_of

from .markdown import missing_sections, section_name, to_text

COMPLETE = "{complete}"
"""Stands in a template's heading whose text is complete as it is, and may stay so."""
_FILLED_IN = re.compile(r"\\\{(?:title|number)\\\}")


def begun_from(template: str, title: str, number: str) -> str:
    """Return what a new text begins with."""
    text = re.sub(rf"[ \t]*{re.escape(COMPLETE)}", "", template)
    return text.replace("{title}", title).replace("{number}", number)


def unwritten_sections(text: str, required: Sequence[str], template: str) -> list[str]:
    """Name the required sections that are there and hold nothing beside the template's own lines.

    Lines are compared by their words alone. A section reaches to the next heading of its level or of a required
    section; headings in it are not its text. What the template itself marks as complete may stay as it is.
    """
    there = [name for name in required if name not in missing_sections(text, required)]
    if not there:
        return []
    complete = {name for name, _line in _lines(template, ()) if COMPLETE in name}
    known = [name.replace(COMPLETE, "").strip() for name in complete]
    asked = {section_name(name) for name in there} - {section_name(name) for name in known}
    given = _Given(template)
    written = {name for name, line in _lines(text, required) if line not in given}
    return [name for name in there if section_name(name) in asked and section_name(name) not in written]


class _Given:
    """The lines of a template, by their words; those in which something is filled in match whatever it is.

    A line of nothing else than what is filled in would match every line, so it counts for none.
    """

    def __init__(self, template: str) -> None:
        lines = {_words(line) for line in to_text(template).split("\n")}
        self.lines = lines | {""}
        self.patterns = [
            re.compile(_FILLED_IN.sub(".+", re.escape(line)))
            for line in lines
            if (rest := _FILLED_IN.sub("", re.escape(line))) != re.escape(line) and re.search(r"\w", rest)
        ]

    def __contains__(self, line: str) -> bool:
        return line in self.lines or any(pattern.fullmatch(line) for pattern in self.patterns)


def _lines(text: str, required: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with the section that it stands in; of a template (none required) each heading with nothing."""
    names = {section_name(name) for name in required}
    current, level = "", 0
    for block in blocks_of(text):
        if block.kind != "heading":
            yield from ((current, _words(line)) for line in block.text.split("\n"))
        elif not required:
            yield block.text, ""
        elif (name := section_name(block.text)) in names or block.level <= level:
            current, level = (name, block.level) if name in names else ("", 0)


def _words(line: str) -> str:
    return " ".join(line.split())

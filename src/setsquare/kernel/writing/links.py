"""Records named by `[[SOP-001]]` in a text that somebody typed: the link that is meant, in the Markdown's own words."""

import re
from collections.abc import Callable, Collection
from urllib.parse import quote

from setsquare.methods.comparison.dialect import tokens_of

_NAMED = re.compile(
    r"(?P<code>(?P<ticks>`+)[^`](?:.*?[^`])?(?P=ticks)(?!`))|(?<!\\)\[\[(?P<number>[^\[\]|\n`]{1,60})\]\](?![(\[:])"
)


def numbers_named(text: str) -> set[str]:
    """Return what stands in double brackets in a text, outside code."""
    if "[[" not in text:
        return set()
    lines, code = text.split("\n"), _code_lines(text)
    typed = (line for place, line in enumerate(lines) if place not in code)
    return {
        found["number"].strip()
        for line in typed
        for found in _NAMED.finditer(line)
        if found["number"] is not None
    }


def with_links(text: str, known: Callable[[Collection[str]], Collection[str]]) -> str:
    """Return a text in which `[[number]]` is a link to the record, for those numbers that `known` lets through."""
    named = numbers_named(text)
    there = set(known(named)) if named else set()
    if not there:
        return text
    lines, code = text.split("\n"), _code_lines(text)

    def linked(found: re.Match[str]) -> str:
        number = (found["number"] or "").strip()
        return f"[{number}](record:{quote(number, safe='/')})" if number in there else found.group(0)

    return "\n".join(line if place in code else _NAMED.sub(linked, line) for place, line in enumerate(lines))


def _code_lines(text: str) -> set[int]:
    return {
        line
        for token in tokens_of(text)
        if token.type in ("fence", "code_block") and token.map is not None
        for line in range(*token.map)
    }

"""The Markdown that Setsquare stores: CommonMark, tables, strikethrough, task boxes, and three inline tags.

Raw HTML is text, with the exception of ``<br>``, ``<sub>x</sub>`` and ``<sup>x</sup>``: table cells need line
breaks, and technical texts need indices and powers. An empty comment on a line of its own, which programs write
between two lists, divides them and is nothing that a reader sees. Addresses may use the schemes ``record:``
(another record by its number) and ``file:`` (a picture by its SHA-256); schemes that run code are refused.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_NESTING = 200
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(sub|sup)>([^<>\n]{1,200})</\1>", re.IGNORECASE)
_FORBIDDEN_SCHEME = re.compile(r"^\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)
_DIVIDER = re.compile(r"<!--[ \t]*-->[ \t]*")
_TASK = re.compile(r"\[([ xX])\] ")
_PREFIX = re.compile(r"^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*", re.MULTILINE)
_MARKER = re.compile(r"([ \t]*)(>|[-+*]|\d{1,9}[.)])")
_MAX_MARKERS = 30
_MAX_INDENT = 60
_PLAIN_PREFIX = 60


def _inline_tags(state: StateInline, silent: bool) -> bool:
    """Read ``<br>``, ``<sub>`` and ``<sup>``; everything else that looks like a tag stays text."""
    if state.src[state.pos] != "<":
        return False
    if found := _BREAK.match(state.src, state.pos):
        if not silent:
            state.push("hardbreak", "br", 0)
        state.pos = found.end()
        return True
    if found := _SCRIPT.match(state.src, state.pos):
        if not silent:
            name = found.group(1).lower()
            state.push(f"{name}_open", name, 1)
            state.push("text", "", 0).content = found.group(2)
            state.push(f"{name}_close", name, -1)
        state.pos = found.end()
        return True
    return False


def _divider(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Read an empty comment on a line of its own as nothing; what stands around it is divided by it."""
    if state.is_code_block(start):
        return False
    if not _DIVIDER.fullmatch(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start]):
        return False
    if not silent:
        state.line = start + 1
    return True


def _task_boxes(state: StateCore) -> None:
    """Turn ``[ ]`` and ``[x]`` at the start of a list item into ``task_box`` tokens."""
    tokens = state.tokens
    for position in range(2, len(tokens)):
        inline = tokens[position]
        if inline.type != "inline" or tokens[position - 2].type != "list_item_open" or not inline.children:
            continue
        first = inline.children[0]
        found = _TASK.match(first.content) if first.type == "text" else None
        if found:
            first.content = first.content[found.end() :]
            box = Token("task_box", "", 0, meta={"checked": found.group(1) != " "})
            inline.children.insert(0, box)


def _valid_link(url: str) -> bool:
    return not _FORBIDDEN_SCHEME.match(url)


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """Return the one configured parser.

    It holds no state between texts and may be shared by threads.
    """
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    made.enable(["table", "strikethrough"])
    made.inline.ruler.before("html_inline", "inline_tags", _inline_tags)
    made.block.ruler.before(
        "html_block", "divider", _divider, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    made.core.ruler.after("inline", "task_boxes", _task_boxes)
    made.validateLink = _valid_link  # type: ignore[method-assign]
    return made


def tokens_of(text: str) -> list[Token]:
    """Parse ``text`` to markdown-it tokens.

    The parser leaves out without a word what is nested deeper than its limit. So that no text is ever lost,
    an indent of more than sixty columns counts as sixty, and of the quote and list markers at the start of a
    line those after the thirtieth are text.
    """
    return parser().parse(_PREFIX.sub(_limited, text.replace("\x00", "\ufffd")))


def _limited(found: re.Match[str]) -> str:
    prefix = found.group(0)
    if len(prefix) <= _PLAIN_PREFIX and "\t" not in prefix:
        return prefix
    indent, kept, end = _MAX_INDENT, "", 0
    for count in range(_MAX_MARKERS + 1):
        marker = _MARKER.match(
            prefix, end
        )  # found anew from each place in between, many spaces would take long
        if marker is None:
            break
        if count == _MAX_MARKERS:
            return f"{kept} \\{prefix[marker.start() :].lstrip()}"
        kept += marker.group(1).expandtabs(4)[:indent] + marker.group(2)
        indent, end = 4, marker.end()
    return kept + prefix[end:].expandtabs(4)[: _MAX_INDENT if not kept else 8]

"""Stored Markdown as Typst code.

Every text goes into a string literal of Typst's code mode, so nothing that an author writes is ever read as markup.
Inline formatting is flat (each stretch carries its marks), and what is nested deeper than `_DEEPEST` is set at that
depth, because Typst gives up on very deep structures.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from setsquare.kernel.writing.markdown import inline_text, picture_digest, record_number, slug_of
from setsquare.methods.comparison.blocks import Word, pieces_of, plain
from setsquare.methods.comparison.dialect import tokens_of

_DEEPEST = 6
_ADDRESS = re.compile(r"(https?://|mailto:|tel:)[^\s\x00-\x1f]{1,1900}", re.IGNORECASE)
_TYPED_NUMBER = re.compile(r"^\d+(\.\d+)*[.)]?\s+\S")
_MARKS = {"strong": "strong", "em": "emph", "strike": "strike", "sub": "sub", "sup": "super"}
_DROPPED = {"Cc", "Cs"}
_UNKNOWN = {"Co", "Cn"}
_KEPT_FORMAT = "\u200b\u200c\u200d\u2060\u00ad"
_BOX = "\u25a1"
_ZERO_SPACE = "\u200b"
_LONGEST = 30
_LONGEST_CODE = 70
_CHUNK = 12


@dataclass(frozen=True, slots=True)
class Places:
    """Where the body finds what it names: picture files by SHA-256, addresses of records by number.

    ``undrawable`` are signs that no font has; they are set as an empty box.
    """

    pictures: Mapping[str, str]
    records: Mapping[str, str]
    picture_label: str
    missing_label: str
    undrawable: frozenset[str] = frozenset()


def readable(text: str, undrawable: frozenset[str] = frozenset()) -> str:
    """Return text without controls and direction overrides, with a box for each sign that cannot be drawn."""
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        if sign in undrawable or category in _UNKNOWN:
            kept.append(_BOX)
        elif sign in "\n\t\u2028\u2029" or category == "Zl":
            kept.append(" ")
        elif category not in _DROPPED and (category != "Cf" or sign in _KEPT_FORMAT):
            kept.append(sign)
    return "".join(kept)


def breakable(text: str, longest: int = _LONGEST) -> str:
    """Return text in which words too long for a line may be broken: after signs, or else every few letters.

    The places are marked with zero-width spaces, so that nothing is printed beyond the edge of the paper.
    """
    return re.sub(rf"\S{{{longest},}}", _with_breaks, text)


def _with_breaks(found: re.Match[str]) -> str:
    parts = re.split(r"(?<=[/\\._\-=&?:,;@+])", found[0])
    pieces = [part[start : start + _CHUNK] for part in parts for start in range(0, len(part), _CHUNK)]
    return _ZERO_SPACE.join(pieces)


def literal(text: str) -> str:
    """Return a Typst string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def has_typed_numbers(markdown: str) -> bool:
    """Tell whether the author numbered the headings by hand, so that numbers are not set twice."""
    tokens = tokens_of(markdown)
    return any(
        token.type == "heading_open" and _TYPED_NUMBER.match(inline_text(tokens[place + 1]))
        for place, token in enumerate(tokens)
    )


def body_of(markdown: str, places: Places) -> str:
    """Return the Typst code of a text; it calls the functions that the template defines."""
    return _Body(tokens_of(markdown), places).code()


class _Body:
    """Walks the block tokens once."""

    def __init__(self, tokens: Sequence[Token], places: Places) -> None:
        self.tokens = tokens
        self.places = places
        self.at = 0
        self.depth = 0
        self.heading_levels: list[int] = []
        self.slugs: dict[str, int] = {}
        headings = (tokens[place + 1] for place, token in enumerate(tokens) if token.type == "heading_open")
        for number, inline in enumerate(headings):
            self.slugs.setdefault(slug_of(inline_text(inline)), number)
        self.headings = 0

    def code(self) -> str:
        return '#import "parts.typ": *\n#{\n' + self._until("") + "\n}\n"

    def _until(self, closing: str) -> str:
        """Return the blocks up to the token that closes the one they are in."""
        parts = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == closing:
                break
            parts.append(self._block(token))
        return "\n".join(filter(None, parts))

    def _block(self, token: Token) -> str:
        handler: Callable[[Token], str] | None = getattr(self, f"_{token.type}", None)
        return handler(token) if handler else ""

    def _inline_of(self) -> Token:
        inline = self.tokens[self.at]
        self.at += 2
        return inline

    def _heading_open(self, token: Token) -> str:
        inline = self._inline_of()
        number, self.headings = self.headings, self.headings + 1
        content = self._content(pieces_of(inline))
        if not inline_text(inline):
            return ""
        if self.depth:
            return f"par(strong({content}))"
        level = self._level(int(token.tag[1]))
        return f'[#heading(level: {level}, {content})#label("h-{number}")]'

    def _level(self, wanted: int) -> int:
        """Return the level of a heading without gaps: readers that go by headings must not miss one."""
        while self.heading_levels and self.heading_levels[-1] >= wanted:
            self.heading_levels.pop()
        self.heading_levels.append(wanted)
        return len(self.heading_levels)

    def _paragraph_open(self, token: Token) -> str:
        inline = self._inline_of()
        children = inline.children or []
        if [child.type for child in children] == ["image"]:
            return self._figure(children[0])
        content = self._content(pieces_of(inline))
        return f"par({content})" if content != "[]" else ""

    def _figure(self, image: Token) -> str:
        path = self._path(str(image.attrs.get("src", "")))
        alternative = self._text(image.content.strip() or self.places.picture_label)
        if path is None:
            missing = self._text(f"{image.content.strip()} ({self.places.missing_label})".strip())
            return f"par(absent({missing}))"
        caption = self._text(str(image.attrs.get("title", "")).strip() or image.content.strip())
        return f"picture({literal(path)}, {alternative}, {caption})"

    def _fence(self, token: Token) -> str:
        return f"raw(block: true, {literal(self._code(token.content.rstrip()))})"

    _code_block = _fence

    def _code(self, text: str) -> str:
        lines = text.expandtabs(4).split("\n")
        return "\n".join(breakable(readable(line, self.places.undrawable), _LONGEST_CODE) for line in lines)

    def _hr(self, token: Token) -> str:
        return "rule()"

    def _blockquote_open(self, token: Token) -> str:
        inner = self._nested("blockquote_close")
        return inner if self.depth >= _DEEPEST else f"quote(block: true, {{ []\n{inner}\n}})"

    def _bullet_list_open(self, token: Token) -> str:
        return self._list("bullet_list_close", "list", "")

    def _ordered_list_open(self, token: Token) -> str:
        start = min(int(token.attrs.get("start", 1)), 999_999_999)
        return self._list("ordered_list_close", "enum", f"start: {start}, ")

    def _list(self, closing: str, function: str, arguments: str) -> str:
        items = []
        tight = True
        boxes = function == "list"
        while self.tokens[self.at].type != closing:
            first = self.tokens[self.at + 1]
            tight = tight and (first.type != "paragraph_open" or first.hidden)
            boxes = boxes and _begins_with_box(self.tokens[self.at + 2])
            self.at += 1
            items.append(self._nested("list_item_close"))
        self.at += 1
        if self.depth >= _DEEPEST:
            return "\n".join(items)
        arguments += "marker: none, body-indent: 0pt, " if boxes else ""
        inner = ", ".join(f"{function}.item({{ []\n{item}\n}})" for item in items)
        return f"{function}({arguments}tight: {str(tight).lower()}, {inner})"

    def _nested(self, closing: str) -> str:
        self.depth += 1
        inner = self._until(closing)
        self.depth -= 1
        return inner

    def _table_open(self, token: Token) -> str:
        rows: list[list[Token]] = []
        aligned: list[str] = []
        while (token := self.tokens[self.at]).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                rows[-1].append(self.tokens[self.at + 1])
                if token.type == "th_open":
                    aligned.append(str(token.attrs.get("style", "")).rpartition(":")[2] or "left")
            self.at += 1
        self.at += 1
        cells = [[self._content(pieces_of(cell)) for cell in row] for row in rows]
        widths = ", ".join(f"{width}fr" for width in _widths([[inline_text(c) for c in row] for row in rows]))
        head = ", ".join(f"head({cell})" for cell in cells[0])
        header = f"table.header({head}),\n" if any(cell != "[]" for cell in cells[0]) else ""
        body = ",\n".join(", ".join(row) for row in cells[1:])
        return f"table(columns: ({widths},), align: ({', '.join(aligned)},),\n{header}{body})"

    def _content(self, pieces: Sequence[Word]) -> str:
        parts = [self._piece(piece) for piece in pieces]
        return "{ []\n" + "\n".join(parts) + "\n}" if plain(pieces).strip() or parts else "[]"

    def _piece(self, piece: Word) -> str:
        if "image" in piece.marks:
            path = self._path(piece.target)
            alternative = self._text(piece.text.strip() or self.places.picture_label)
            return f"absent({alternative})" if path is None else f"glyph({literal(path)}, {alternative})"
        if "task" in piece.marks:
            return f"tick({self._text(piece.text)})"
        lines = []
        for line in piece.text.split("\n"):
            code = "code" in piece.marks
            shown = f"raw({self._text(line)})" if code else self._text(line)
            lines.append(shown)
        content = "{ []\n" + "\nlinebreak()\n".join(lines) + "\n}"
        for mark in piece.marks:
            if function := _MARKS.get(mark):
                content = f"{function}({content})"
        target = self._target(piece.target) if "link" in piece.marks else None
        return f"link({target}, {content})" if target and piece.text.strip() else content

    def _target(self, href: str) -> str | None:
        if href.startswith("#"):
            number = self.slugs.get(slug_of(href[1:].removeprefix("section-")))
            return None if number is None else f'label("h-{number}")'
        if href.startswith("record:"):
            href = self.places.records.get(record_number(href), "")
        return literal(href) if _ADDRESS.fullmatch(href) else None

    def _path(self, src: str) -> str | None:
        digest = picture_digest(src)
        return self.places.pictures.get(digest) if digest else None

    def _text(self, text: str) -> str:
        return literal(breakable(readable(text, self.places.undrawable)))


def _begins_with_box(inline: Token) -> bool:
    return any(child.type == "task_box" for child in (inline.children or [])[:1])


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the relative widths of columns: room for the longest word, and more for more text."""
    widths = []
    for column in range(len(rows[0])):
        texts = [row[column] for row in rows if column < len(row)]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        widths.append(round(10 * max(min(longest, 24) + 2, 3.2 * max(map(len, texts)) ** 0.5)))
    return widths

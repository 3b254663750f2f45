"""Cut a Markdown text into blocks whose words carry their formatting."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from .dialect import tokens_of
from .result import Kind

BULLET = "•"
_SPACES = re.compile(r"[ \t\n]+")
_SIGN = (
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # Japanese, Chinese, Korean: one word each, no spaces between
)
_LETTER = rf"[^\W_{_SIGN}]"
_WORDS = re.compile(rf"[{_SIGN}]|{_LETTER}+(?:[-'’.,]{_LETTER}+)*|\s+|.")
_STYLES = {"strong": "strong", "em": "em", "s": "strike", "sub": "sub", "sup": "sup"}


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word, a space or a sign, with its formatting; images and task boxes are one word each."""

    text: str
    marks: tuple[str, ...] = ()
    target: str = ""

    @property
    def is_space(self) -> bool:
        """Whether it is white space alone."""
        return self.text.isspace()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a text; ``pieces`` are words before cutting, one per stretch of formatting."""

    kind: Kind
    level: int
    line: int
    pieces: tuple[Word, ...] = ()
    rows: tuple[tuple[tuple[Word, ...], ...], ...] = ()
    marker: str = ""
    key: tuple[object, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The plain text; table cells are divided by tabs and rows by line ends."""
        if self.kind == "table":
            return "\n".join("\t".join(plain(cell) for cell in row) for row in self.rows)
        return plain(self.pieces)

    def words(self) -> Iterator[Word]:
        """All words of the block, of all cells in a table."""
        yield from split(self.pieces)
        for row in self.rows:
            for cell in row:
                yield from split(cell)


def plain(pieces: Iterable[Word]) -> str:
    """Return the text of pieces or words without formatting."""
    return "".join(piece.text for piece in pieces)


def split(pieces: Iterable[Word]) -> list[Word]:
    """Cut pieces into words, spaces and signs."""
    words: list[Word] = []
    for piece in pieces:
        if "image" in piece.marks or "task" in piece.marks:
            words.append(piece)
        else:
            marks, target = piece.marks, piece.target
            words.extend(Word(text, marks, target) for text in _WORDS.findall(piece.text))
    return words


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a Markdown text in reading order."""
    return list(_Cutter(tokens_of(text)).cut())


class _Cutter:
    """Walks the tokens once, keeping the lists and quotes it is in."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.lists: list[int | None] = []
        self.quotes = 0
        self.marker = ""

    def cut(self) -> Iterator[Block]:
        position = 0
        while position < len(self.tokens):
            token = self.tokens[position]
            if token.type == "table_open":
                block, position = self._table(position)
                yield block
            elif made := self._enter(token, self.tokens[position + 1 : position + 2]):
                yield made
            position += 1

    def _enter(self, token: Token, following: list[Token]) -> Block | None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case _:
                return self._leaf(token, following)
        return None

    def _leaf(self, token: Token, following: list[Token]) -> Block | None:
        match token.type:
            case "list_item_open":
                return self._item(token, following)
            case "heading_open":
                return _block("heading", int(token.tag[1]), token, following[0])
            case "paragraph_open":
                return self._paragraph(token, following[0])
            case "fence" | "code_block":
                code = Word(token.content.rstrip("\n"), ("code",))
                return _block("code", len(self.lists), token, pieces=(code,), marker=token.info.strip())
            case "hr":
                return _block("rule", 0, token)
        return None

    def _item(self, token: Token, following: list[Token]) -> Block | None:
        number = self.lists[-1]
        self.marker = BULLET if number is None else f"{number}."
        if number is not None:
            self.lists[-1] = number + 1
        if following[0].type == "paragraph_open":
            return None
        marker, self.marker = self.marker, ""
        return _block("list_item", len(self.lists), token, marker=marker)

    def _paragraph(self, token: Token, inline: Token) -> Block:
        marker, self.marker = self.marker, ""
        if marker:
            return _block("list_item", len(self.lists), token, inline, marker=marker)
        if [child.type for child in inline.children or ()] == ["image"]:
            return _block("image", 0, token, inline)
        if self.quotes:
            return _block("quote", self.quotes, token, inline)
        return _block("paragraph", len(self.lists), token, inline)

    def _table(self, start: int) -> tuple[Block, int]:
        rows: list[tuple[tuple[Word, ...], ...]] = []
        cells: list[tuple[Word, ...]] = []
        position = start
        while self.tokens[position].type != "table_close":
            token = self.tokens[position]
            if token.type == "inline":
                cells.append(pieces_of(token))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
            position += 1
        line = (self.tokens[start].map or [0])[0] + 1
        kept = tuple(rows)
        return Block("table", 0, line, rows=kept, key=("table", kept)), position


def _block(
    kind: Kind,
    level: int,
    token: Token,
    inline: Token | None = None,
    pieces: tuple[Word, ...] = (),
    marker: str = "",
) -> Block:
    if inline is not None:
        pieces = pieces_of(inline)
    # A list item's number follows from its place, so a new first item does not change all those after it.
    shape = marker == BULLET if kind == "list_item" else marker
    return Block(
        kind, level, (token.map or [0])[0] + 1, pieces, marker=marker, key=(kind, level, shape, pieces)
    )


def pieces_of(inline: Token) -> tuple[Word, ...]:
    """Return an inline token's text as stretches of one formatting each, without white space at the end."""
    pieces: list[Word] = []
    marks: list[str] = []
    targets: list[str] = []
    for child in inline.children or ():
        kind, _, edge = child.type.rpartition("_")
        if kind == "link":
            if edge == "open":
                targets.append(str(child.attrs.get("href", "")))
                marks.append("link")
            else:
                targets.pop()
                marks.remove("link")
        elif kind in _STYLES:
            if edge == "open":
                marks.append(_STYLES[kind])
            else:
                marks.remove(_STYLES[kind])
        else:
            target = targets[-1] if targets else ""
            _append(pieces, _leaf(child, tuple(sorted(set(marks))), target))
    return _trimmed(pieces)


def _leaf(child: Token, marks: tuple[str, ...], target: str) -> Word:
    match child.type:
        case "image":
            return Word(child.content or "image", (*marks, "image"), str(child.attrs.get("src", "")))
        case "code_inline":
            return Word(child.content, tuple(sorted((*marks, "code"))), target)
        case "softbreak":
            return Word(" ", marks, target)
        case "hardbreak":
            return Word("\n", marks, target)
        case "task_box":
            return Word("☑ " if child.meta["checked"] else "☐ ", ("task",))
    return Word(_SPACES.sub(" ", child.content), marks, target)


def _append(pieces: list[Word], piece: Word) -> None:
    """Add a piece, joined to the one before where the formatting is the same."""
    if not piece.text:
        return
    last = pieces[-1] if pieces else None
    whole = "image" in piece.marks or "task" in piece.marks
    if last and not whole and (last.marks, last.target) == (piece.marks, piece.target):
        pieces[-1] = Word(last.text + piece.text, piece.marks, piece.target)
    else:
        pieces.append(piece)


def _trimmed(pieces: list[Word]) -> tuple[Word, ...]:
    """Without white space at the end, which is not seen and would show as a change."""
    while pieces and "task" not in pieces[-1].marks:
        last = pieces.pop()
        if text := last.text.rstrip():
            pieces.append(Word(text, last.marks, last.target))
            break
    return tuple(pieces)

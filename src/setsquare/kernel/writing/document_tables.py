"""Bring any table into the shape of a Markdown table: one header row, one line of text a cell."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from django.utils.translation import gettext as _

Node = dict[str, Any]
Cell = list[Node]
Spans = dict[int, tuple[int, Cell]]

_NONE: list[Any] = ["", [], []]
_BREAK: Node = {"t": "RawInline", "c": ["html", "<br>"]}


class Cleaner(Protocol):
    """What cleans the blocks within cells and keeps warnings: `document_tree.Cleaner`."""

    def blocks(self, blocks: Iterable[Node]) -> list[Node]:
        """Clean a sequence of blocks."""

    def warn(self, sentence: str) -> None:
        """Keep a sentence about what was changed or lost."""


def plain_table(cleaner: Cleaner, content: list[Any]) -> Iterator[Node]:
    """Return a pandoc table (the content of its node) with its caption as a paragraph before it.

    Joined cells are repeated downwards and left empty sideways; paragraphs and lists in a cell become lines.
    A table of one cell, which documents use as a frame, becomes a quotation.
    """
    _attributes, caption, columns, head, bodies, foot = content
    top = list(_rows(cleaner, head[1], len(columns)))
    below = [
        row for body in bodies for part in (body[2], body[3]) for row in _rows(cleaner, part, len(columns))
    ]
    below += _rows(cleaner, foot[1], len(columns))
    if told := cleaner.blocks(caption[1]):
        inlines = [inline for block in told if block["t"] in {"Para", "Plain"} for inline in block["c"]]
        yield {"t": "Para", "c": [{"t": "Emph", "c": inlines}]}
    rows = top + below
    if len(rows) == 1 and len(columns) == 1:
        cells = [*head[1], *(row for body in bodies for row in body[3])]
        yield {"t": "BlockQuote", "c": cleaner.blocks(cells[0][1][0][4]) if cells else []}
        return
    if not rows:
        return
    header = rows.pop(0) if top or _all_bold(rows[0]) else [[] for _column in columns]
    if len(top) > 1:
        cleaner.warn(_("Tables with several header rows keep the first as header; the others are rows."))
    yield {"t": "Table", "c": _table(columns, header, rows)}


def _rows(cleaner: Cleaner, rows: list[Any], width: int) -> Iterator[list[Cell]]:
    """Yield rows of exactly ``width`` cells, with joined cells taken apart."""
    hanging: Spans = {}
    for _attributes, cells in rows:
        row: list[Cell] = []
        waiting = list(cells)
        while len(row) < width:
            place = len(row)
            if place in hanging:
                left, cell = hanging.pop(place)
                row.append(cell)
                if left > 1:
                    hanging[place] = (left - 1, cell)
                continue
            if not waiting:
                row.append([])
                continue
            _cell_attributes, _alignment, down, across, blocks = waiting.pop(0)
            cell = _line(cleaner, blocks)
            if down > 1 or across > 1:
                cleaner.warn(_("Joined cells of tables were taken apart; check the tables."))
            for step in range(min(across, width - place)):
                filling = cell if step == 0 else []
                row.append(filling)
                if down > 1:
                    hanging[place + step] = (down - 1, filling)
        yield row


def _line(cleaner: Cleaner, blocks: list[Node]) -> Cell:
    """Return a cell's blocks as one line of inlines, divided by breaks."""
    lines = list(_lines(cleaner, cleaner.blocks(blocks), ""))
    joined: Cell = []
    for line in lines:
        joined += [_BREAK, *line] if joined else line
    return joined


def _lines(cleaner: Cleaner, blocks: list[Node], sign: str) -> Iterator[Cell]:
    for block in blocks:
        start: Cell = [{"t": "Str", "c": sign}, {"t": "Space"}] if sign else []
        match block["t"]:
            case "Para" | "Plain":
                yield start + [_BREAK if part["t"] == "LineBreak" else part for part in block["c"]]
            case "Header":
                yield start + [{"t": "Strong", "c": block["c"][2]}]
            case "CodeBlock":
                code = filter(str.strip, block["c"][1].split("\n"))
                yield from (start + [{"t": "Code", "c": [_NONE, line]}] for line in code)
            case "BulletList" | "OrderedList":
                for mark, item in _items(block):
                    yield from _lines(cleaner, item, mark)
            case "BlockQuote":
                yield from _lines(cleaner, block["c"], sign)
            case "Table":
                yield from _inner_table(cleaner, block)
        sign = ""


def _items(block: Node) -> Iterator[tuple[str, list[Node]]]:
    """Yield a list's items with what stands before each."""
    if block["t"] == "BulletList":
        yield from (("•", item) for item in block["c"])
    else:
        yield from ((f"{number}.", item) for number, item in enumerate(block["c"][1], block["c"][0][0]))


def _inner_table(cleaner: Cleaner, block: Node) -> Iterator[Cell]:
    cleaner.warn(_("Tables within tables were taken apart into lines; check them."))
    _attributes, _caption, _columns, head, bodies, _foot = block["c"]
    for row in [*head[1], *(row for body in bodies for row in body[3])]:
        line: Cell = []
        for cell in row[1]:
            inlines = [inline for inner in cell[4] for inline in inner["c"]]
            if inlines:
                line += (
                    [{"t": "Space"}, {"t": "Str", "c": "–"}, {"t": "Space"}, *inlines] if line else inlines
                )
        if line:
            yield line


def _all_bold(row: list[Cell]) -> bool:
    return len(row) > 1 and all(len(cell) == 1 and cell[0]["t"] == "Strong" for cell in row)


def _table(columns: list[Any], header: list[Cell], rows: list[list[Cell]]) -> list[Any]:
    plain = [[alignment, {"t": "ColWidthDefault"}] for alignment, _width in columns]
    head = [_NONE, [_row([_unbold(cell) for cell in header])]]
    body = [_NONE, 0, [], [_row(row) for row in rows]]
    return [_NONE, [None, []], plain, head, [body], [_NONE, []]]


def _unbold(cell: Cell) -> Cell:
    if len(cell) == 1 and cell[0]["t"] == "Strong":
        inner: Cell = cell[0]["c"]
        return inner
    return cell


def _row(cells: list[Cell]) -> list[Any]:
    return [
        _NONE,
        [[_NONE, {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": cell}] if cell else []] for cell in cells],
    ]

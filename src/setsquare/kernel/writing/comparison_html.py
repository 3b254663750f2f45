"""Show a comparison as HTML: in one text with insertions and deletions, or side by side.

Everything that comes from the documents is escaped. What colour says is also said in words, hidden from
sight, so that a screen reader tells added from removed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.methods.comparison import BlockChange, CellChange, Comparison, RowChange, Run

from .markdown import LinkTo, PictureAt, picture_digest, record_number

Side = Literal["old", "new"]

_TAGS = {"strong": "strong", "em": "em", "strike": "s", "code": "code", "sub": "sub", "sup": "sup"}
_OF_SIDE: dict[Side, set[str]] = {"old": {"same", "removed"}, "new": {"same", "added"}}


def inline(
    comparison: Comparison,
    *,
    link: LinkTo | None = None,
    image: PictureAt | None = None,
    context: int | None = None,
) -> str:
    """Render both texts as one, with ``ins`` and ``del``.

    Blocks are ``div.change`` with ``change-same``, ``-added``, ``-removed`` or ``-changed``, ``data-line`` of
    the new text, and the ids ``change-1`` ... for those that changed. With ``context`` only that many
    unchanged blocks stay open around each change; the others are folded into ``details``.
    """
    show = _Show(link, image)
    parts: list[str] = []
    numbers = iter(range(1, comparison.changed + 1))
    for folded, stretch in _stretches(comparison.blocks, context):
        inner = "".join(show.block(block, 0 if block.op == "same" else next(numbers)) for block in stretch)
        parts.append(_folded(inner, len(stretch)) if folded else inner)
    return f'<div class="comparison comparison-inline">{"".join(parts)}</div>'


def side_by_side(
    comparison: Comparison,
    *,
    old_title: str = "",
    new_title: str = "",
    link: LinkTo | None = None,
    image: PictureAt | None = None,
    context: int | None = None,
) -> str:
    """Render a table of two columns, the old text and the new, a row per block; parameters as `inline`."""
    show = _Show(link, image)
    rows: list[str] = []
    numbers = iter(range(1, comparison.changed + 1))
    for folded, stretch in _stretches(comparison.blocks, context):
        if folded:
            rows.append(f'<tr class="comparison-fold"><td colspan="2">{_unchanged(len(stretch))}</td></tr>')
            continue
        for block in stretch:
            sides = "".join(f"<td>{show.side(block, side)}</td>" for side in ("old", "new"))
            rows.append(f"<tr{_attributes(block, 0 if block.op == 'same' else next(numbers))}>{sides}</tr>")
    head = "".join(
        f'<th scope="col">{escape(title)}</th>'
        for title in (old_title or _("Before"), new_title or _("After"))
    )
    return (
        f'<table class="comparison comparison-sides"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _stretches(
    blocks: Sequence[BlockChange], context: int | None
) -> Iterator[tuple[bool, list[BlockChange]]]:
    """Divide the blocks into those that are shown and those that are folded away."""
    if context is None:
        yield False, list(blocks)
        return
    near: set[int] = set()
    for place, block in enumerate(blocks):
        if block.op != "same":
            near.update(range(place - context, place + context + 1))
    for folded, places in groupby(range(len(blocks)), key=lambda place: place not in near):
        stretch = [blocks[place] for place in places]
        yield folded and len(stretch) > 1, stretch


def _unchanged(count: int) -> str:
    return escape(
        ngettext("%(count)d unchanged block", "%(count)d unchanged blocks", count) % {"count": count}
    )


def _folded(inner: str, count: int) -> str:
    return f'<details class="comparison-fold"><summary>{_unchanged(count)}</summary>{inner}</details>'


def _attributes(block: BlockChange, number: int) -> str:
    line = f' data-line="{block.line}"' if block.line else ""
    anchor = f' id="change-{number}"' if number else ""
    return f' class="change change-{block.op}"{anchor}{line}'


def _hidden(text: str) -> str:
    return f'<span class="visually-hidden">{escape(text)}</span>'


class _Show:
    """Renders blocks; holds how links and pictures are found."""

    def __init__(self, link: LinkTo | None, image: PictureAt | None) -> None:
        self.link = link
        self.image = image

    def block(self, block: BlockChange, number: int) -> str:
        said = {"added": _("Added:"), "removed": _("Removed:"), "changed": _("Changed:")}.get(block.op)
        label = _hidden(said + " ") if said else ""
        body = self._body(block, block.runs, block.rows)
        return f"<div{_attributes(block, number)}>{label}{body}{_former(block)}</div>"

    def side(self, block: BlockChange, side: Side) -> str:
        if (block.old if side == "old" else block.new) is None:
            return ""
        keep = _OF_SIDE[side]
        runs = [run for run in block.runs if run.op in keep]
        rows = [_one_side(row, side) for row in block.rows if row.op in keep or row.op == "changed"]
        if side == "old" and block.was:
            block = replace(block, kind=block.was[0], level=block.was[1], marker="")
        return self._body(block, runs, rows) + (_former(block) if side == "new" else "")

    def _body(self, block: BlockChange, runs: Iterable[Run], rows: Iterable[RowChange]) -> str:
        match block.kind:
            case "table":
                return self._table(rows)
            case "rule":
                return "<hr>"
            case "code":
                return f"<pre><code>{self.runs(runs, plain=True)}</code></pre>"
            case "quote":
                return f"<blockquote><p>{self.runs(runs)}</p></blockquote>"
            case "heading":
                return f'<p class="change-heading change-heading-{block.level}">{self.runs(runs)}</p>'
            case "list_item":
                depth = min(block.level, 6)
                marker = f'<span class="change-marker">{escape(block.marker)}</span> '
                return f'<p class="change-item change-depth-{depth}">{marker}{self.runs(runs)}</p>'
        indent = f' class="change-depth-{min(block.level, 6)}"' if block.level else ""
        return f"<p{indent}>{self.runs(runs)}</p>"

    def _table(self, rows: Iterable[RowChange]) -> str:
        lines: list[str] = []
        for row in rows:
            cells = "".join(self._cell(cell, header=row.header) for cell in row.cells)
            lines.append(f'<tr class="change-row change-row-{row.op}">{cells}</tr>')
        return (
            f'<div class="table-responsive" tabindex="0"><table class="table">{"".join(lines)}</table></div>'
        )

    def _cell(self, cell: CellChange, *, header: bool) -> str:
        tag, scope = ("th", ' scope="col"') if header and cell.runs else ("td", "")
        return f'<{tag}{scope} class="change-cell change-cell-{cell.op}">{self.runs(cell.runs)}</{tag}>'

    def runs(self, runs: Iterable[Run], *, plain: bool = False) -> str:
        """Render runs; neighbours of one fate share an ``ins`` or ``del``."""
        parts = []
        for op, group in groupby(runs, key=lambda run: run.op):
            inner = "".join(escape(run.text) if plain else self._run(run) for run in group)
            if op == "added":
                before, after = _("added:"), _("end of addition")
                inner = f"<ins>{_hidden(before + ' ')}{inner}{_hidden(' ' + after)}</ins>"
            elif op == "removed":
                before, after = _("removed:"), _("end of removal")
                inner = f"<del>{_hidden(before + ' ')}{inner}{_hidden(' ' + after)}</del>"
            parts.append(inner)
        return "".join(parts)

    def _run(self, run: Run) -> str:
        if "image" in run.marks:
            return self._picture(run)
        shown = escape(run.text).replace("\n", "<br>")
        for mark in run.marks:
            if tag := _TAGS.get(mark):
                shown = f"<{tag}>{shown}</{tag}>"
        if "link" in run.marks:
            address = self._address(run.target)
            shown = f'<a href="{escape(address)}" rel="noopener noreferrer">{shown}</a>' if address else shown
        return shown

    def _address(self, target: str) -> str | None:
        if target.startswith("record:"):
            return self.link(record_number(target)) if self.link else None
        allowed = target.lower().startswith(("http://", "https://", "mailto:", "tel:"))
        return target if allowed else None

    def _picture(self, run: Run) -> str:
        digest = picture_digest(run.target)
        if digest is None or self.image is None:
            return f'<span class="picture-missing">{escape(run.text)}</span>'
        return f'<img src="{escape(self.image(digest))}" alt="{escape(run.text)}" loading="lazy">'


def _one_side(row: RowChange, side: Side) -> RowChange:
    """Leave in a row what one of the two tables holds."""
    keep = _OF_SIDE[side]
    value: Callable[[CellChange], str | None] = (
        (lambda cell: cell.old) if side == "old" else (lambda cell: cell.new)
    )
    kept = [
        replace(cell, runs=tuple(run for run in cell.runs if run.op in keep))
        for cell in row.cells
        if value(cell) is not None
    ]
    return replace(row, cells=tuple(kept))


def _former(block: BlockChange) -> str:
    """Say what kind of block it was, if that is what changed."""
    if not block.was:
        return ""
    kind, level = block.was
    names = {
        "heading": _("Before: a heading of level %(level)d") % {"level": level},
        "list_item": _("Before: a list item of level %(level)d") % {"level": level},
        "quote": _("Before: a quotation"),
        "paragraph": _("Before: a paragraph"),
    }
    return f'<p class="change-note">{escape(names[kind])}</p>' if kind in names else ""

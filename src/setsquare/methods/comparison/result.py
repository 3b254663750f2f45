"""What a comparison finds, as frozen values that can be shown, stored as JSON or counted."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..figures import bars
from ..results import Part, Result, Table

BlockOp = Literal["same", "added", "removed", "changed"]
RunOp = Literal["same", "added", "removed"]
Kind = Literal["heading", "paragraph", "list_item", "table", "code", "quote", "image", "rule"]


@dataclass(frozen=True, slots=True)
class Run(Part):
    """A stretch of text with one fate and one formatting.

    ``marks`` are of ``strong em strike code sup sub link image task``; ``target`` is the address of a link or
    picture.
    """

    op: RunOp
    text: str
    marks: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class CellChange(Part):
    """One table cell: ``old`` is None if added, ``new`` if removed, both where the row has no such cell."""

    op: BlockOp
    old: str | None
    new: str | None
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class RowChange(Part):
    """One table row, with a cell for every column of both tables merged."""

    op: BlockOp
    header: bool
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class BlockChange(Part):
    """One block of the two texts, in reading order.

    ``level`` is the depth of a heading, list item or quote, of the new text where there is one. ``marker`` is
    what stands before a list item ("3.", "•") or the language of a code block. ``was`` names kind and level
    of the old block if a paired block changed these. ``old`` and ``new`` are the plain texts; concatenating
    the same and removed runs gives ``old``, the same and added runs ``new`` (for tables this holds for each
    cell). ``line`` is the first line of the block in the new text, counted from 1, None in a removed block.
    """

    op: BlockOp
    kind: Kind
    level: int
    old: str | None
    new: str | None
    runs: tuple[Run, ...] = ()
    rows: tuple[RowChange, ...] = ()
    marker: str = ""
    was: tuple[Kind, int] | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Summary(Part):
    """Counts of blocks by fate, and of words added and removed (a replaced word counts in both)."""

    blocks_same: int
    blocks_added: int
    blocks_removed: int
    blocks_changed: int
    words_added: int
    words_removed: int


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """All blocks of both texts, merged in reading order."""

    blocks: tuple[BlockChange, ...]

    @property
    def changed(self) -> int:
        """How many blocks that were added, removed or changed."""
        return sum(block.op != "same" for block in self.blocks)

    def summary(self) -> Summary:
        """Count blocks and words by what happened to them."""
        fates = [block.op for block in self.blocks]
        return Summary(
            blocks_same=fates.count("same"),
            blocks_added=fates.count("added"),
            blocks_removed=fates.count("removed"),
            blocks_changed=fates.count("changed"),
            words_added=sum(_words(self.blocks, "added")),
            words_removed=sum(_words(self.blocks, "removed")),
        )

    def sections(self) -> list[str]:
        """List the headings under which something changed; "" stands for what is before the first."""
        found: dict[str, None] = {}
        current = ""
        for block in self.blocks:
            if block.kind == "heading":
                current = (block.old if block.new is None else block.new) or ""
            if block.op != "same":
                found[current] = None
        return list(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as values that JSON can hold."""
        return {
            "changed": self.changed,
            "summary": asdict(self.summary()),
            "blocks": [asdict(b) for b in self.blocks],
        }

    def table(self) -> Table:
        """Return a row for each block that was added, removed or changed, in reading order."""
        rows = ((b.op, b.kind, b.line, b.old, b.new) for b in self.blocks if b.op != "same")
        return Table(("what", "block", "line", "old", "new"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return how many blocks stayed, were added, removed and changed, as an ECharts option."""
        ops: tuple[BlockOp, ...] = ("same", "added", "removed", "changed")
        fates = [block.op for block in self.blocks]
        return bars("Comparison", "blocks", ops, {"blocks": [fates.count(op) for op in ops]})


def _words(blocks: Iterable[BlockChange], op: RunOp) -> Iterable[int]:
    for block in blocks:
        if block.op == "same":
            continue
        yield sum(len(run.text.split()) for run in block.runs if run.op == op)
        for row in block.rows:
            for cell in row.cells:
                yield sum(len(run.text.split()) for run in cell.runs if run.op == op)

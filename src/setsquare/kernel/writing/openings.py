"""How a text from a file begins: with what stands above it in Setsquare already, or with words of its own."""

from collections.abc import Collection, Iterable

from setsquare.methods.comparison.blocks import Block, blocks_of, plain

from .markdown import section_name


def without_title(markdown: str, title: str, sections: Iterable[str] = ()) -> str | None:
    """Return a text without its first heading, where that is the title and no section of that name is asked for.

    None where it does not begin so. The other headings stay as they are.
    """
    first, after = _first(markdown)
    if first is None or first.kind != "heading" or not _alike(first.text, title):
        return None
    if section_name(first.text) in {section_name(name) for name in sections}:
        return None
    return after


def without_title_block(markdown: str, known: Iterable[Collection[str]]) -> str | None:
    """Return a text without the table that it begins with, where its rows are named as known; else None."""
    first, after = _first(markdown)
    if first is None or first.kind != "table" or any(len(row) != 2 for row in first.rows):
        return None
    names = [plain(row[0]).strip() for row in first.rows]
    filled = [name for name in names if name]
    return after if any(filled == list(labels) for labels in known) else None


def _first(markdown: str) -> tuple[Block | None, str]:
    """Return the first block of a text, and what comes after it."""
    blocks = blocks_of(markdown)
    lines = markdown.split("\n")
    first = blocks[0] if blocks else None
    after = "\n".join(lines[blocks[1].line - 1 :]) if len(blocks) > 1 else ""
    return first, after


def _alike(heading: str, title: str) -> bool:
    return bool(title.strip()) and " ".join(heading.split()).casefold() == " ".join(title.split()).casefold()

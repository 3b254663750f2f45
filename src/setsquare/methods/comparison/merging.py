"""Bring together what two people made of one Markdown text, block by block.

Source: S. Khanna, K. Kunal, B. C. Pierce, A formal investigation of diff3, FSTTCS 2007, LNCS 4855: stretches between
the blocks that all three texts share are taken from whoever changed them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .dialect import tokens_of

_BEGINNING = frozenset(
    {
        "paragraph_open",
        "heading_open",
        "list_item_open",
        "blockquote_open",
        "table_open",
        "fence",
        "code_block",
        "html_block",
        "hr",
    }
)
_COUNTED = re.compile(r"^(\s*)\d+([.)])")
_END = "\n\n"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Blocks that both changed, as each of the two has them; empty where they are taken out."""

    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The changes of both in one text; where both changed the same blocks, it has mine."""

    text: str
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    blocks: tuple[str, ...]


def merge(base: str, theirs: str, mine: str) -> Merged:
    r"""Bring together two texts that were both made from `base`.

    What only one of them changed is taken from that one, and what both put in at the same place is kept of both,
    theirs first. Where both changed the same blocks, `mine` stands and a conflict tells of it. What is no text raises
    ValueError.

    >>> merge("One.\n\nTwo.", "One!\n\nTwo.", "One.\n\nTwo.\n\nThree.").text
    'One!\n\nTwo.\n\nThree.'
    """
    for name, text in (("base", base), ("theirs", theirs), ("mine", mine)):
        if not isinstance(text, str):
            raise ValueError(f"{name}: give a text, not {type(text).__name__}")
    began = _blocks(base)
    edits = [list(_edits(began, _blocks(text))) for text in (theirs, mine)]
    conflicts: list[Conflict] = []
    made: list[str] = []
    at = 0
    for start, end, of_them, of_me in _groups(*edits):
        made += began[at:start]
        both = [_applied(began, start, end, group) for group in (of_them, of_me)]
        made += _together(began[start:end], both, conflicts)
        at = end
    made += began[at:]
    return Merged("".join(made).rstrip("\n"), tuple(conflicts))


def _together(old: list[str], both: Sequence[list[str]], conflicts: list[Conflict]) -> list[str]:
    """Return what becomes of a stretch of the text that one or both changed."""
    theirs, mine = both
    if _keys(mine) == _keys(theirs) or _keys(mine) == _keys(old):
        return theirs
    if _keys(theirs) == _keys(old):
        return mine
    if not old:
        known = set(_keys(theirs))
        return theirs + [block for block in mine if _key(block) not in known]
    conflicts.append(Conflict(*("".join(blocks).strip("\n") for blocks in both)))
    return mine


def _groups(theirs: list[_Edit], mine: list[_Edit]) -> Iterator[tuple[int, int, list[_Edit], list[_Edit]]]:
    """Yield the stretches of the text that were changed, each with the edits of both that touch one another."""
    waiting = sorted(
        [(edit.start, edit.end, whose, edit) for whose, edits in enumerate((theirs, mine)) for edit in edits],
        key=lambda one: one[:3],
    )
    while waiting:
        start, end, whose, edit = waiting.pop(0)
        group: tuple[list[_Edit], list[_Edit]] = ([], [])
        group[whose].append(edit)
        while waiting and (waiting[0][0] < end or waiting[0][:2] == (start, end) == (start, start)):
            _start, other_end, whose, edit = waiting.pop(0)
            group[whose].append(edit)
            end = max(end, other_end)
        yield start, end, *group


def _applied(began: list[str], start: int, end: int, edits: list[_Edit]) -> list[str]:
    made: list[str] = []
    for edit in edits:
        made += [*began[start : edit.start], *edit.blocks]
        start = edit.end
    return made + began[start:end]


def _edits(old: list[str], new: list[str]) -> Iterator[_Edit]:
    """Yield what was changed; as many blocks as there were count as changed one by one."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - loaded with the first text that is compared

    matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
    for what, start, end, first, last in matcher.get_opcodes():
        if what == "equal":
            continue
        if end - start == last - first:
            for place in range(end - start):
                yield _Edit(start + place, start + place + 1, (new[first + place],))
        else:
            yield _Edit(start, end, tuple(new[first:last]))


def _blocks(text: str) -> list[str]:
    """Cut a text where its paragraphs, headings, list items, tables and codes begin; each block ends in a line end."""
    if not text.strip():
        return []
    lines = text.rstrip().split("\n")
    begins = {0} | {token.map[0] for token in tokens_of(text) if token.type in _BEGINNING and token.map}
    places = sorted(place for place in begins if place < len(lines))
    ends = [*places[1:], len(lines)]
    blocks = ["\n".join(lines[start:end]) + "\n" for start, end in zip(places, ends, strict=True)]
    return [*blocks[:-1], blocks[-1].rstrip("\n") + _END]


def _keys(blocks: list[str]) -> list[str]:
    return [_key(block) for block in blocks]


def _key(block: str) -> str:
    """Return what tells a block from others: not the number of a list item, nor how many lines follow it."""
    return _COUNTED.sub(r"\g<1>1\2", block.rstrip())

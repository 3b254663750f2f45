"""Lists that stand one after another in a file: nested as their styles say, and kept apart without a comment.

Word's styles “List Number 2” or “List Bullet 3” each count by themselves, so pandoc reads a list after a list. Markdown
reads neighbours as one list, and pandoc would write a comment between them, which readers of the text would see.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]

_DEEPER = re.compile(r"List (?:Number|Bullet|Continue)? ?([2-9])")
_LISTS = frozenset({"BulletList", "OrderedList"})
BOUNDARY = "\ue0fflist-boundary\ue0ff"
"""Stands alone in a paragraph between two lists while they are written; `without_boundaries` takes it out again."""
_BOUNDARY_LINE = re.compile(rf"^[^\n]*{BOUNDARY}[^\n]*\n(?:[ \t>]*\n)?", re.MULTILINE)


def nested(blocks: Iterable[Node]) -> list[Node]:
    """Return blocks with each list put into the item before it, where its style is of a deeper level.

    A list that goes on counting after what was put into its last item is one with it.
    """
    made: list[Node] = []
    open_lists: list[tuple[int, Node]] = []
    for block in blocks:
        if block["t"] not in _LISTS:
            open_lists = []
            made.append(block)
            continue
        depth = _depth(block)
        while open_lists and open_lists[-1][0] > depth:
            open_lists.pop()
        if open_lists and open_lists[-1][0] == depth:
            if _goes_on(open_lists[-1][1], block):
                _items(open_lists[-1][1]).extend(_items(block))
                continue
            open_lists.pop()
        (_items(open_lists[-1][1])[-1] if open_lists else made).append(block)
        open_lists.append((depth, block))
    return made


def set_apart(blocks: Iterable[Node]) -> list[Node]:
    """Return cleaned blocks so that no comment is needed between them: what follows a list is told from it otherwise.

    Bullets are joined; of numbered lists every second one counts by `1)`; code after a list is fenced.
    """
    made: list[Node] = []
    for block in map(_within, blocks):
        before: Node = made[-1] if made else {"t": ""}
        if before["t"] == block["t"] == "BulletList":
            before["c"] += block["c"]
            continue
        if before["t"] == block["t"] == "OrderedList":
            (start, style, _delimiter), items = block["c"]
            other = "Period" if before["c"][0][2]["t"] == "OneParen" else "OneParen"
            block = {"t": "OrderedList", "c": [[start, style, {"t": other}], items]}
            made.append({"t": "Para", "c": [{"t": "Str", "c": BOUNDARY}]})
        elif before["t"] in _LISTS and block["t"] == "CodeBlock":
            (name, classes, pairs), code = block["c"]
            block = {"t": "CodeBlock", "c": [[name, classes or ["text"], pairs], code]}
        made.append(block)
    return made


def without_boundaries(markdown: str) -> str:
    """Return written Markdown without the paragraphs that kept lists apart."""
    return _BOUNDARY_LINE.sub("", markdown)


def _within(block: Node) -> Node:
    match block["t"]:
        case "BlockQuote":
            return {"t": "BlockQuote", "c": set_apart(block["c"])}
        case "BulletList":
            return {"t": "BulletList", "c": [set_apart(item) for item in block["c"]]}
        case "OrderedList":
            return {"t": "OrderedList", "c": [block["c"][0], [set_apart(item) for item in block["c"][1]]]}
    return block


def _items(block: Node) -> list[list[Node]]:
    items: list[list[Node]] = block["c"] if block["t"] == "BulletList" else block["c"][1]
    return items


def _goes_on(before: Node, block: Node) -> bool:
    """Tell whether a list of the same level continues the one before it."""
    if before["t"] != block["t"]:
        return False
    if block["t"] == "BulletList":
        return True
    start, number = before["c"][0][0], block["c"][0][0]
    return bool(number == start + len(before["c"][1]))


def _depth(block: Node) -> int:
    """Return the level that the style of a list's first paragraph names, 1 where it names none."""
    style = next(_styles(block), "")
    found = _DEEPER.fullmatch(style)
    return int(found.group(1)) if found else 1


def _styles(block: Node) -> Iterator[str]:
    for item in _items(block)[:1]:
        for part in item[:1]:
            if part["t"] == "Div":
                yield dict(part["c"][0][2]).get("custom-style", "")

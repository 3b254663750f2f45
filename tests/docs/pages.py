"""Reading the documentation: its files, fences and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_FENCE = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"^\*\*`(?P<path>[^`]+)`\*\*\n\n$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, its text, and the path that stands in bold on the line before it."""

    language: str
    text: str
    path: str


def pages() -> list[Path]:
    """Return the README and every page below `docs`."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fences(page: Path) -> list[Fence]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        named = _NAMED.search(text, max(0, text.rfind("\n\n", 0, match.start() - 2)), match.start())
        found.append(Fence(match["language"], match["text"], named["path"] if named else ""))
    return found


def links(page: Path) -> Iterator[str]:
    """Yield the targets of the links and pictures of a page, outside code."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text("utf-8")))
    for match in _LINK.finditer(prose):
        yield match["target"]


def anchors(page: Path) -> set[str]:
    """Return the names by which the headings of a page are linked, as GitHub makes them."""
    found = set()
    for match in _HEADING.finditer(_FENCE.sub("", page.read_text("utf-8"))):
        words = re.sub(r"[^\w\- ]", "", match["words"].strip().lower())
        found.add(words.replace(" ", "-"))
    return found

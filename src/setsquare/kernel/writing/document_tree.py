"""Reduce the tree that pandoc reads from a file to what stored Markdown can say.

What has no place in it is unwrapped, and what is lost on the way is told in `Cleaner.warnings`. The tree is
pandoc's own (pandoc-types 1.23): blocks and inlines are ``{"t": type, "c": content}``.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from .document_lists import nested
from .document_tables import plain_table
from .limits import Limits
from .markdown import picture_digest, slug_of
from .media import sniff_picture
from .pixels import pixels_of

Node = dict[str, Any]
Fetch = Callable[[str], bytes | None]
"""From a picture's address in the file to its bytes, None where the file does not hold it."""

NO_ATTRIBUTES: list[Any] = ["", [], []]
_CONTENTS = re.compile(
    r"(toc|contents|inhaltsverzeichnis|verzeichnis)[ _-]?(\d|heading|überschrift|$)", re.IGNORECASE
)
_SAFE_LINK = re.compile(r"(https?://|mailto:|tel:|record:)", re.IGNORECASE)
_LIST_MARK = re.compile(r"\d{1,9}[.)]|[-+=]+")  # would begin a list or heading, if it began a line
_EMPTY_COMMENT = re.compile(
    r"\s*<!--\s*-->\s*"
)  # between lists, in files that were written with such comments
_CAPTION_NUMBER = re.compile(
    r"^(?:Figure|Fig\.|Picture|Table|Tab\.|Abbildung|Abb\.|Bild|Tabelle)\s*\d+(?:[.-]\d+)*\s*(?:[:.–—-]\s*|\s|$)",
    re.IGNORECASE,
)  # Word's, which Setsquare counts itself
_WRAPPERS = {"Underline": 0, "SmallCaps": 0, "Cite": 1, "Span": 1}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture from a file; ``sha256`` in hexadecimal, by which the Markdown names it."""

    name: str
    data: bytes
    media_type: str
    sha256: str


class Cleaner:
    """Cleans one document's tree; gathers its pictures and what there is to tell about it."""

    def __init__(self, fetch: Fetch, limits: Limits) -> None:
        self.fetch = fetch
        self.limits = limits
        self.pictures: dict[str, Picture] = {}
        self.warnings: dict[str, None] = {}
        self.notes: list[list[Node]] = []
        self.headings: dict[str, str] = {}

    def clean(self, blocks: list[Node]) -> list[Node]:
        """Return the blocks of a document, with its footnotes as a list of remarks at the end."""
        self.headings = {
            str(block["c"][1][0]): slug_of(text_of(block["c"][2]))
            for block in _headers(blocks)
            if block["c"][1][0]
        }
        cleaned = self.blocks(blocks)
        remarks: list[Node] = []
        for number, note in enumerate(self.notes, 1):
            sign = _node("RawInline", ["html", f"<sup>{number}</sup>"])
            first, *others = self.blocks(note) or [_node("Para", [])]
            inlines = first["c"] if first["t"] in {"Para", "Plain"} else [text(text_of(first))]
            remarks += [_node("Para", [sign, SPACE, *inlines]), *others]
        return [*cleaned, {"t": "HorizontalRule"}, *remarks] if remarks else cleaned

    def warn(self, sentence: str) -> None:
        """Keep a sentence about what was changed or lost, once."""
        self.warnings[sentence] = None

    def blocks(self, blocks: Iterable[Node]) -> list[Node]:
        """Clean a sequence of blocks."""
        return [made for block in nested(blocks) for made in self._block(block)]

    def _block(self, block: Node) -> Iterator[Node]:
        content: Any = block.get("c")
        match block["t"]:
            case "Para" | "Plain":
                inlines = self.inlines(content)
                if inlines and not _EMPTY_COMMENT.fullmatch(text_of(inlines)):
                    yield _node(block["t"], inlines)
            case "Header":
                inlines = [
                    SPACE if inline["t"] == "LineBreak" else inline for inline in self.inlines(content[2])
                ]
                if text_of(inlines).strip():
                    yield _node("Header", [min(content[0], 6), NO_ATTRIBUTES, _unstyled(inlines)])
            case "CodeBlock":
                yield _node("CodeBlock", [["", content[0][1][:1], []], content[1]])
            case "BlockQuote":
                yield _node("BlockQuote", self.blocks(content))
            case "BulletList":
                yield _node("BulletList", self._items(content))
            case "OrderedList":
                yield self._numbered(content)
            case "HorizontalRule":
                yield block
            case _:
                yield from self._unusual(block, content)

    def _unusual(self, block: Node, content: Any) -> Iterator[Node]:
        match block["t"]:
            case "Div":
                if _CONTENTS.match(dict(content[0][2]).get("custom-style", "")):
                    self.warn(_("The table of contents was left out, because Setsquare makes its own."))
                else:
                    yield from self.blocks(content[1])
            case "LineBlock":
                lines = [inline for line in content for inline in (*self.inlines(line), BREAK)]
                yield _node("Para", lines[:-1])
            case "DefinitionList":
                items = [
                    [_node("Para", [_node("Strong", self.inlines(term))]), *self.blocks(sum(definitions, []))]
                    for term, definitions in content
                ]
                yield _node("BulletList", items)
            case "Figure":
                yield from self._figure(content[1][1], content[2])
            case "Table":
                yield from plain_table(self, content)
            case "RawBlock":
                self.warn(_("Parts in a foreign format were left out."))

    def _items(self, items: list[list[Node]]) -> list[list[Node]]:
        return [self.blocks(item) for item in items]

    def _numbered(self, content: list[Any]) -> Node:
        (start, style, _delimiter), items = content
        if style["t"] not in {"Decimal", "DefaultStyle", "Example"}:
            self.warn(_("Lists counted by letters or Roman numerals now count by numbers; check references."))
        return _node("OrderedList", [[max(start, 0), {"t": "Decimal"}, {"t": "Period"}], self._items(items)])

    def _figure(self, caption: list[Node], inner: list[Node]) -> Iterator[Node]:
        written = text_of(caption).strip()
        told = _CAPTION_NUMBER.sub("", written)
        shown = list(_images(inner))
        if len(shown) == 1 and text_of(shown[0]["c"][1]).strip() in ("", written):
            shown[0]["c"][1] = [text(told)] if told else []
        blocks = self.blocks(inner)
        pictures = [inline for block in blocks for inline in block.get("c", ()) if _is(inline, "Image")]
        if len(pictures) == 1 and len(blocks) == 1:
            picture = pictures[0]
            alternative = picture["c"][1] or ([text(told)] if told else [])
            title = told if told != text_of(alternative) else ""
            yield _node("Para", [_node("Image", [NO_ATTRIBUTES, alternative, [picture["c"][2][0], title]])])
            return
        yield from blocks
        if told:
            yield _node("Para", [_node("Emph", [text(told)])])

    def inlines(self, inlines: Iterable[Node]) -> list[Node]:
        """Clean a sequence of inlines."""
        cleaned = [made for inline in inlines for made in self._inline(inline)]
        for place, (inline, following) in enumerate(pairwise(cleaned)):
            if (
                inline["t"] == "LineBreak"
                and following["t"] == "Str"
                and _LIST_MARK.fullmatch(following["c"])
            ):
                cleaned[place] = _node("RawInline", ["html", "<br>"])
        return cleaned

    def _inline(self, inline: Node) -> list[Node]:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        match kind:
            case "Str" | "Space" | "LineBreak":
                return [inline]
            case "SoftBreak":
                return [SPACE]
            case "Emph" | "Strong" | "Strikeout":
                inner = self.inlines(content)
                return [_node(kind, inner)] if text_of(inner).strip() or _pictures(inner) else inner
            case "Superscript" | "Subscript":
                return self._script("sup" if kind == "Superscript" else "sub", self.inlines(content))
            case "Code":
                return [_node("Code", [NO_ATTRIBUTES, content[1]])]
            case "Quoted":
                opening, closing = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
                return [text(opening), *self.inlines(content[1]), text(closing)]
            case "Link":
                return self._link(content)
            case "Image":
                return self._image(content)
            case _:
                return self._unusual_inline(kind, content)

    def _unusual_inline(self, kind: str, content: Any) -> list[Node]:
        if kind in _WRAPPERS:
            return self.inlines(content[1] if _WRAPPERS[kind] else content)
        if kind == "Note":
            self.notes.append(content)
            self.warn(_("Footnotes were placed at the end."))
            return [_node("RawInline", ["html", f"<sup>{len(self.notes)}</sup>"])]
        if kind == "Math":
            self.warn(_("Formulas are kept as their source text."))
            return [_node("Code", [NO_ATTRIBUTES, content[1].strip()])]
        return []

    def _script(self, tag: str, inner: list[Node]) -> list[Node]:
        """Write an index or power as its tag, if it is text alone."""
        shown = text_of(inner)
        if any(_is(inline, "RawInline") or _is(inline, "Image") for inline in inner) or re.search(
            r"[<>&\n]", shown
        ):
            return inner
        return [_node("RawInline", ["html", f"<{tag}>{shown}</{tag}>"])] if shown.strip() else inner

    def _link(self, content: list[Any]) -> list[Node]:
        inner, url = self.inlines(content[1]), str(content[2][0])
        if url.startswith("#"):
            slug = url[1:] if url[1:] in self.headings.values() else self.headings.get(url[1:])
            url = f"#{slug}" if slug else ""
        if not inner or not (url.startswith("#") or _SAFE_LINK.match(url)):
            return inner
        return [_node("Link", [NO_ATTRIBUTES, inner, [url, ""]])]

    def _image(self, content: list[Any]) -> list[Node]:
        alternative = " ".join(text_of(content[1]).split())
        address, title = str(content[2][0]), " ".join(str(content[2][1]).split())
        digest = picture_digest(address) or self._kept(address)
        if digest is None:
            named = alternative or _("Picture")
            return [text(f"[{named}]")]
        title = "" if title == alternative else title
        if not alternative:
            self.warn(_("Some pictures have no description; add one for readers who cannot see them."))
        return [
            _node(
                "Image",
                [NO_ATTRIBUTES, [text(alternative)] if alternative else [], [f"file:{digest}", title]],
            )
        ]

    def _kept(self, address: str) -> str | None:
        """Take over the picture at an address and return its SHA-256, None where that is not possible."""
        data = self.fetch(address)
        if data is None:
            self.warn(
                _("Pictures that the file only points to were left out; nothing is loaded from elsewhere.")
            )
            return None
        kind = sniff_picture(data)
        if kind is None:
            self.warn(
                _("Pictures in formats other than PNG, JPEG and GIF were left out; their place is marked.")
            )
            return None
        large = len(data) > self.limits.max_picture_bytes or pixels_of(data) > self.limits.max_pixels
        if large or len(self.pictures) >= self.limits.max_pictures:
            self.warn(_("Some pictures were too large or too many and were left out; their place is marked."))
            return None
        digest = hashlib.sha256(data).hexdigest()
        name = (
            address.rsplit("/", 1)[-1]
            if not address.startswith("data:")
            else f"picture-{len(self.pictures) + 1}"
        )
        stem = re.sub(r"[^\w.-]+", "-", name).rsplit(".", 1)[0][:80] or "picture"
        self.pictures.setdefault(digest, Picture(f"{stem}.{kind.extension}", data, kind.name, digest))
        return digest


def _node(kind: str, content: Any) -> Node:
    return {"t": kind, "c": content}


SPACE: Node = {"t": "Space"}
BREAK: Node = {"t": "LineBreak"}


def text(content: str) -> Node:
    """Return an inline of plain text."""
    return _node("Str", content)


def text_of(tree: Any) -> str:
    """Return the plain text within any part of a tree; blocks are divided by spaces."""
    if isinstance(tree, list):
        return "".join(text_of(part) for part in tree)
    if not isinstance(tree, dict):
        return ""
    match tree.get("t"):
        case "Str":
            return str(tree["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math" | "CodeBlock":
            return str(tree["c"][1])
        case "RawInline":
            return re.sub(r"<[^>]*>", "", str(tree["c"][1]))
        case "Note":
            return ""
        case "Para" | "Plain" | "Header":
            return text_of(tree["c"]) + " "
    return text_of(tree.get("c"))


def _is(node: Any, kind: str) -> bool:
    return isinstance(node, dict) and node.get("t") == kind


def _pictures(inlines: list[Node]) -> bool:
    return any(_is(inline, "Image") for inline in inlines)


def _images(tree: Any) -> Iterator[Node]:
    """Yield the pictures within any part of a tree."""
    if isinstance(tree, list):
        for part in tree:
            yield from _images(part)
    elif isinstance(tree, dict):
        if _is(tree, "Image"):
            yield tree
        else:
            yield from _images(tree.get("c"))


def _unstyled(inlines: list[Node]) -> list[Node]:
    """Take bold or italic from a heading that is so as a whole: headings have a look of their own."""
    while len(inlines) == 1 and inlines[0]["t"] in {"Strong", "Emph"}:
        inlines = inlines[0]["c"]
    return inlines


def _headers(blocks: list[Node]) -> Iterator[Node]:
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif block["t"] in {"Div", "BlockQuote"}:
            yield from _headers(block["c"][1] if block["t"] == "Div" else block["c"])

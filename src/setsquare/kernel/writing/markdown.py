"""Stored Markdown to clean HTML, plain text and an outline.

The dialect is that of `setsquare.methods.comparison.dialect`. Links to records are written
``record:SOP-004``, pictures ``file:<sha256>``; both are resolved by the caller, who knows what the reader may
see.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.translation import gettext as _
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from setsquare.methods.comparison.blocks import blocks_of
from setsquare.methods.comparison.dialect import parser, tokens_of

LinkTo = Callable[[str], str | None]
"""From a record's number to its address, None where there is none that the reader may see."""

PictureAt = Callable[[str], str]
"""From a picture's SHA-256 (64 hexadecimal digits) to its address."""

_RECORD = "record:"
_PICTURE = re.compile(r"file:([0-9a-f]{64})", re.IGNORECASE)
_EXTERNAL = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_NUMBERING = re.compile(r"^(?:\d+|[A-Z])(?:\.\d+)*[.)]?\s+")
_ALIGNMENT = {"text-align:right": "text-end", "text-align:center": "text-center"}
_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br"),
    *("em", "strong", "s", "sub", "sup", "a", "img", "figure", "figcaption", "div", "span"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "*": {"data-line"},
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "th": {"scope"},
    "span": {"title", "role", "aria-label"},
    "div": {"tabindex"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
_CLASSES = {
    "table": {"table"},
    "div": {"table-responsive"},
    "a": {"record-link"},
    "span": {"record-missing", "picture-missing", "task-box"},
    "th": set(_ALIGNMENT.values()),
    "td": set(_ALIGNMENT.values()),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: ``level`` 1 to 6, its plain text, and ``slug``, the id that `to_html` gives it."""

    level: int
    text: str
    slug: str


def to_html(text: str, *, link: LinkTo | None = None, image: PictureAt | None = None) -> str:
    """Render Markdown as HTML that is safe to put into a page.

    Every block carries ``data-line``, the line of the source that it begins at, counted from 1. Headings have
    ids, tables the class ``table`` in a ``table-responsive`` frame. A record that ``link`` does not find is
    shown as text that says so, and a picture from elsewhere by its description: nothing is loaded from other
    servers.
    """
    tokens = tokens_of(text)
    _number_lines(tokens)
    _name_headings(tokens)
    _frame_tables(tokens)
    _frame_figures(tokens)
    for token in tokens:
        if token.children:
            token.children = list(_resolved(token.children, link, image))
    rendered = _Html(parser()).render(tokens, parser().options, {})
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "data"}
        if image
        else {"http", "https", "mailto", "tel"},
    )


@lru_cache(maxsize=8)
def to_text(text: str) -> str:
    """Return the words alone, a line per block, table cells divided by tabs; for search.

    The last texts are remembered, as pictures are: reading them while a body is checked, before any lock is taken,
    leaves nothing to parse while other writers wait.
    """
    return "\n".join(block.text for block in blocks_of(text) if block.text)


def outline(text: str) -> list[Heading]:
    """List the headings in reading order."""
    tokens = tokens_of(text)
    _name_headings(tokens)
    return [
        Heading(int(token.tag[1]), inline_text(tokens[place + 1]), str(token.attrs["id"]))
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def sections_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each heading with the Markdown from it to the next one, of whatever level."""
    tokens, lines = tokens_of(text), text.splitlines()
    places = [
        place for place, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0
    ]
    starts = [(tokens[place].map or [0])[0] for place in places]
    for place, start, end in zip(places, starts, [*starts[1:], len(lines)], strict=True):
        yield inline_text(tokens[place + 1]), "\n".join(lines[start:end]).strip()


def missing_sections(text: str, required: Sequence[str]) -> list[str]:
    """Name the required sections that no heading has; typed numbers, case and a final colon don't count."""
    present = {section_name(heading.text) for heading in outline(text)}
    return [section for section in required if section_name(section) not in present]


def references(text: str) -> set[str]:
    """Return the numbers of the records that the text links to."""
    if _RECORD not in text and "&" not in text:  # which might stand for one of its letters
        return set()
    return {record_number(href) for href in _addresses(text, "link_open", "href") if href.startswith(_RECORD)}


@lru_cache(maxsize=8)
def images(text: str) -> frozenset[str]:
    """Return the SHA-256 digests of the pictures that the text shows; those of the last texts are remembered."""
    found = (_PICTURE.fullmatch(src) for src in _addresses(text, "image", "src"))
    return frozenset(match.group(1).lower() for match in found if match)


def record_number(href: str) -> str:
    """Return the number in a ``record:`` address."""
    return unquote(href.removeprefix(_RECORD)).partition("#")[0].strip()


def picture_digest(src: str) -> str | None:
    """Return the SHA-256 in a ``file:`` address, None for any other address."""
    match = _PICTURE.fullmatch(src)
    return match.group(1).lower() if match else None


def inline_text(inline: Token) -> str:
    """Return the plain text of an inline token."""
    parts = []
    for child in inline.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type != "task_box":
            parts.append(child.content)
    return "".join(parts).strip()


def section_name(heading: str) -> str:
    """Return by what headings of one section are alike: without a typed number, a final colon and case."""
    return _NUMBERING.sub("", heading.strip()).rstrip(" :.").casefold()


def _addresses(text: str, kind: str, attribute: str) -> Iterator[str]:
    for token in tokens_of(text):
        for child in token.children or ():
            if child.type == kind:
                yield str(child.attrs.get(attribute, ""))


def _number_lines(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.map and token.nesting >= 0 and token.type != "inline":
            token.attrSet("data-line", str(token.map[0] + 1))


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading an id of its own; the prefix keeps it apart from the ids of the page around it."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            slug = stem = slug_of(inline_text(tokens[place + 1]))
            number = last.get(stem, 1)
            while slug in taken:
                number += 1
                slug = f"{stem}-{number}"
            last[stem] = number
            taken.add(slug)
            token.attrSet("id", slug)


def slug_of(heading: str) -> str:
    """Return the id for a heading's text: ``section-`` and its letters and digits in lower case."""
    return "section-" + (re.sub(r"\W+", "-", heading.lower()).strip("-") or "untitled")


def _frame_tables(tokens: list[Token]) -> None:
    """Prepare tables; a cell of the head that is empty heads nothing, and is an ordinary cell."""
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            token.attrJoin("class", "table")
        elif token.type in {"th_open", "td_open"}:
            alignment = _ALIGNMENT.get(str(token.attrs.pop("style", "")))
            if alignment:
                token.attrJoin("class", alignment)
            if token.type == "th_open" and not tokens[place + 1].content.strip():
                token.tag = tokens[place + 2].tag = "td"
            elif token.type == "th_open":
                token.attrSet("scope", "col")


def _frame_figures(tokens: list[Token]) -> None:
    """Make a figure of a picture that stands alone, captioned by its title or else its description."""
    for place, token in enumerate(tokens):
        if token.type != "paragraph_open" or token.hidden:
            continue
        inline = tokens[place + 1]
        if [child.type for child in inline.children or ()] == ["image"]:
            token.tag = tokens[place + 2].tag = "figure"
            inline.meta["figure"] = True
            picture = (inline.children or [])[0]
            caption = str(picture.attrs.pop("title", "")) or picture.content
            if caption and inline.children is not None:
                inline.children += [
                    Token("caption_open", "figcaption", 1),
                    Token("text", "", 0, content=caption),
                    Token("caption_close", "figcaption", -1),
                ]


def _resolved(children: Sequence[Token], link: LinkTo | None, image: PictureAt | None) -> Iterator[Token]:
    closing: list[str] = []
    for place, child in enumerate(children):
        if child.type == "link_open":
            closing.append(_resolve_link(child, children[place + 1], link))
        elif child.type == "link_close":
            child.tag = closing.pop()
        elif child.type == "image":
            child = _resolve_picture(child, image)
        yield child


def _resolve_link(opening: Token, following: Token, link: LinkTo | None) -> str:
    """Point a link at its target and return its tag: ``a``, or ``span`` where there is no target."""
    href = str(opening.attrs.get("href", ""))
    if href.startswith(_RECORD):
        number = record_number(href)
        if following.type == "text" and following.content.startswith(_RECORD):
            following.content = number
        elif following.type == "link_close":
            opening.meta["shown"] = number
        address = link(number) if link else None
        opening.attrs = {"class": "record-link"}
        if address is not None:
            opening.attrs["href"] = address
            return "a"
        opening.tag = "span"
        title = _("No record %(number)s can be found.") % {"number": number}
        opening.attrs = {"class": "record-missing", "title": title} if link else {}
        return "span"
    if href.startswith("#"):
        opening.attrs["href"] = "#" + slug_of(unquote(href[1:]).removeprefix("section-"))
    elif _EXTERNAL.match(href):
        opening.attrs["rel"] = "noopener noreferrer"
    elif href.startswith("file:"):
        opening.tag, opening.attrs = "span", {}
        return "span"
    return "a"


def _resolve_picture(picture: Token, image: PictureAt | None) -> Token:
    digest = picture_digest(str(picture.attrs.get("src", "")))
    if digest and image:
        picture.attrs["src"] = image(digest)
        picture.attrs["loading"] = "lazy"
        return picture
    title = _("This picture is not stored with the document.") if not digest else ""
    shown = picture.content or _("Picture")
    return Token("missing_picture", "span", 0, content=shown, meta={"title": title})


class _Html(RendererHTML):
    """markdown-it's renderer with the tokens that it does not know."""

    def task_box(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        checked = tokens[idx].meta["checked"]
        label, sign = (_("done"), "☑") if checked else (_("not done"), "☐")
        return f'<span class="task-box" role="img" aria-label="{nh3.clean_text(label)}">{sign}</span> '

    def missing_picture(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        title = nh3.clean_text(tokens[idx].meta["title"])
        return f'<span class="picture-missing" title="{title}">{nh3.clean_text(tokens[idx].content)}</span>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        shown = tokens[idx].meta.get("shown", "")
        return self.renderToken(tokens, idx, options, env) + nh3.clean_text(shown)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        frame = '<div class="table-responsive" tabindex="0">'
        return frame + self.renderToken(tokens, idx, options, env)

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return self.renderToken(tokens, idx, options, env) + "</div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return self.code_block(tokens, idx, options, env)

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        line = tokens[idx].attrs.get("data-line", "")
        content = tokens[idx].content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f'<pre data-line="{line}"><code>{content}</code></pre>\n'

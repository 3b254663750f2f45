"""Documents from Word, OpenDocument, HTML and text to stored Markdown, and back."""

import base64
import binascii
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nh3
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from setsquare.methods.comparison.dialect import tokens_of

from .archive import open_archive
from .bounds import why_too_heavy
from .document_tree import Cleaner, Fetch, Node, Picture, text_of
from .limits import Limits, Unreadable
from .markdown import LinkTo, picture_digest, to_html
from .media import decoded, extension_of, sniff, sniff_picture
from .office_styles import styled
from .pandoc import read_tree, run, write_markdown

__all__ = ["Converted", "Format", "Limits", "Picture", "Unreadable", "from_markdown", "to_markdown"]

Format = Literal["docx", "odt", "md", "html"]

_READABLE = ".docx, .odt, .md, .html, .txt"
_DATA = re.compile(r"data:image/[\w.+-]+;base64,(.*)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"""<meta[^>]+charset=["']?([\w-]+)""", re.IGNORECASE)
_TAG = re.compile(r"<(?!br\s*/?>|/?su[bp]>)[a-z/!][^>]*>", re.IGNORECASE)
_DIVIDER = re.compile(r"^[ \t>]*<!--[ \t]*-->[ \t]*$", re.MULTILINE)
_FIRST_ROW = re.compile(
    r"<table[^>]*>(?P<caption>\s*(?:<caption>[^<]*</caption>)?\s*(?:<colgroup.*?</colgroup>)?)\s*<tbody>\s*"
    r"(?P<row><tr[^>]*>(?:\s*<th\b(?:(?!</?t[drh]\b).)*</th>)+\s*</tr>)",
    re.DOTALL,
)
"""A table whose first row is of header cells, without saying that it is the header."""

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n(?:---|\.\.\.)\r?\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*(.+?)\s*$", re.MULTILINE)
_PAGE_STYLE = Path(__file__).with_name("page.css")


@dataclass(frozen=True, slots=True)
class Converted:
    """A file as Markdown.

    ``pictures`` are named in it as ``file:<sha256>``. ``title`` is the document's title, if it has one: what is
    styled as one in an office document is not in the Markdown; a first heading is, as only who knows the record
    can tell what it is. ``warnings`` are sentences for the person who imports: what was changed or left out.
    """

    markdown: str
    images: tuple[Picture, ...]
    title: str | None
    warnings: tuple[str, ...]


def to_markdown(data: bytes, filename: str, *, limits: Limits | None = None) -> Converted:
    """Convert a .docx, .odt, .md, .html, .htm or .txt file.

    Headings, nested and numbered lists, tables, links and PNG, JPEG and GIF pictures are kept; scripts and
    styles are dropped; nothing is ever loaded from elsewhere. Raises `Unreadable` with a sentence for the
    sender if the file is of another kind, not what its name says, too large, damaged, encrypted, holds
    macros, or was made to harm, and if its text would not be accepted as Markdown.
    """
    converted = _converted(data, filename, limits or Limits())
    if why := why_too_heavy(converted.markdown):
        raise Unreadable(why)
    return converted


def _converted(data: bytes, filename: str, limits: Limits) -> Converted:
    kind = extension_of(filename)
    if len(data) > limits.max_bytes:
        sniff(data, filename, limits)
    try:
        match kind:
            case "docx" | "odt":
                sniff(data, filename, limits)
                return _from_office(data, kind, limits)
            case "html" | "htm" | "xhtml":
                return _from_html(_html_text(data), _nowhere, limits)
            case "md" | "txt":
                sniff(data, filename, limits)
                source = decoded(data) or ""
                return _from_text(source, limits) if kind == "txt" else _from_markdown(source, limits)
    except RecursionError as error:
        raise Unreadable(_("This file is nested too deeply to be converted.")) from error
    if kind in {"docm", "dotm"}:
        raise Unreadable(_("Files that can hold macros are not accepted. Save it as .docx and try again."))
    if kind == "doc":
        raise Unreadable(_("This is a file of an old Word version. Save it as .docx and try again."))
    sentence = _("Files named “.%(named)s” cannot be imported as text. Readable are: %(kinds)s.")
    raise Unreadable(sentence % {"named": kind, "kinds": _READABLE})


def from_markdown(
    markdown: str,
    format: Format,
    *,
    title: str,
    images: Mapping[str, bytes],
    metadata: Mapping[str, str],
    link: LinkTo | None = None,
    limits: Limits | None = None,
) -> bytes:
    """Write Markdown as a file of another format, headed by its title and a table of ``metadata``.

    ``images`` are the pictures' bytes by their SHA-256; ``link`` gives the absolute addresses of records.
    ``md`` keeps pictures as ``file:<sha256>``, the other formats hold them. Raises `Unreadable` if pandoc
    fails or takes too long.
    """
    if format == "md":
        return _front_matter(title, metadata).encode() + markdown.encode()
    body = to_html(markdown, link=link, image=lambda digest: _data_address(images.get(digest, b"")))
    rows = "".join(
        f"<tr><td><strong>{html.escape(name)}</strong></td><td>{html.escape(value)}</td></tr>"
        for name, value in metadata.items()
    )
    block = f"<table class='metadata'><tbody>{rows}</tbody></table>" if rows else ""
    if format == "html":
        return _page(title, block, body).encode()
    arguments = ["-f", "html", "-t", format, "-M", f"title={title}", "-o", "-"]
    page = block + re.sub(r' data-line="\d*"', "", body)
    page = re.sub(r'(<t[hd] )class="text-(end|center)"', _alignment, page)
    return styled(run(page.encode(), arguments, limits or Limits()), format)


def _from_office(data: bytes, kind: str, limits: Limits) -> Converted:
    archive = open_archive(data, limits)
    reader, folder = ("docx+styles", "word/") if kind == "docx" else ("odt", "")
    tree = read_tree(archive.rewritten(), reader, limits)
    if kind == "odt":
        _mark_title(tree, archive.read("content.xml"))
    cleaner = Cleaner(lambda address: archive.read(folder + address) or None, limits)
    document = archive.read("word/document.xml")
    if re.search(rb"<w:(ins|del) ", document):
        cleaner.warn(_("Tracked changes were accepted; comments were left out."))
    elif b"commentReference" in document:
        cleaner.warn(_("Comments were left out."))
    if any(archive.names("word/header")) or any(archive.names("word/footer")):
        cleaner.warn(_("Headers and footers were left out, because Setsquare makes its own."))
    return _finished(tree, cleaner, limits)


def _mark_title(tree: dict[str, Any], content: bytes) -> None:
    """Move the paragraph that has the style of a title to the tree's title, as pandoc does for Word."""
    root = fromstring(content, forbid_dtd=True)
    name, parent, used = f"{_STYLE}name", f"{_STYLE}parent-style-name", f"{_TEXT}style-name"
    titles = {
        "Title",
        *(style.get(name) for style in root.iter(f"{_STYLE}style") if style.get(parent) == "Title"),
    }
    found = next((node for node in root.iter() if node.get(used) in titles), None)
    first = tree["blocks"][0] if tree["blocks"] else None
    if found is None or first is None or first["t"] not in {"Para", "Header"}:
        return
    if "".join(found.itertext()).split() == text_of(first).split():
        tree["meta"]["title"] = {
            "t": "MetaInlines",
            "c": first["c"] if first["t"] == "Para" else first["c"][2],
        }
        del tree["blocks"][0]


def _html_text(data: bytes) -> str:
    found = _CHARSET.search(data[:2048])
    if found:
        try:
            return data.decode(found.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    text = decoded(data)
    if text is None or data.startswith((b"PK", b"%PDF", b"MZ", b"\x89PNG", b"\xff\xd8\xff")):
        raise Unreadable(_("This file is named as a web page, but its content is not."))
    return text


def _from_html(text: str, fetch: Fetch, limits: Limits) -> Converted:
    clean = nh3.clean(
        text,
        tags=nh3.ALLOWED_TAGS
        | {"figure", "figcaption", "colgroup", "col", "section", "article", "main", "header"},
        clean_content_tags={
            "script",
            "style",
            "title",
            "template",
            "noscript",
            "iframe",
            "object",
            "svg",
            "math",
        },
        attributes={**nh3.ALLOWED_ATTRIBUTES, **{f"h{level}": {"id"} for level in range(1, 7)}},
        url_schemes={"http", "https", "mailto", "tel", "data", "record", "file"},
    )
    clean = _FIRST_ROW.sub(r"<table>\g<caption><thead>\g<row></thead><tbody>", clean)
    cleaner = Cleaner(lambda address: _inline_picture(address) or fetch(address), limits)
    tree = read_tree(clean.encode(), "html", limits)
    found = _TITLE.search(text)
    spare = " ".join(html.unescape(re.sub(r"<[^>]*>", "", found.group(1))).split()) if found else ""
    return _finished(tree, cleaner, limits, spare_title=spare)


def _from_text(text: str, limits: Limits) -> Converted:
    """Keep paragraphs and line ends of plain text; signs that mean something in Markdown are escaped."""
    blocks: list[Node] = []
    for paragraph in re.split(r"\r?\n[ \t]*\r?\n", text.replace("\x00", "")):
        inlines: list[Node] = []
        for line in paragraph.strip("\r\n").splitlines():
            words = [{"t": "Str", "c": word} for word in line.split()]
            inlines += [{"t": "LineBreak"}] if inlines else []
            inlines += [part for word in words for part in (word, {"t": "Space"})][:-1]
        if inlines:
            blocks.append({"t": "Para", "c": inlines})
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    return _finished(tree, Cleaner(_nowhere, limits), limits)


def _from_markdown(text: str, limits: Limits) -> Converted:
    """Keep Markdown as it was written, unless it holds HTML or pictures that have to be taken over first."""
    title, text = _without_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    if why := why_too_heavy(text):
        raise Unreadable(why)
    tokens = tokens_of(text)
    inlines = [token for token in tokens if token.type == "inline"]
    pictures = [child for token in inlines for child in token.children or () if child.type == "image"]
    foreign = any(picture_digest(str(picture.attrs["src"])) is None for picture in pictures)
    tags = any(
        child.type == "text" and _TAG.search(child.content) for t in inlines for child in t.children or ()
    )
    if foreign or tags or _DIVIDER.search(text):
        converted = _from_html(
            run(text.encode(), ["-f", "gfm", "-t", "html"], limits).decode(), _nowhere, limits
        )
        return Converted(converted.markdown, converted.images, title or converted.title, converted.warnings)
    title = title or _headline(text)
    return Converted(text.strip() + "\n" if text.strip() else "", (), title, ())


def _headline(text: str) -> str | None:
    """Return the first heading of level 1, if the text begins with it and has no other."""
    tokens = tokens_of(text)
    headings = [
        (token, tokens[place + 1]) for place, token in enumerate(tokens) if token.type == "heading_open"
    ]
    if not headings or tokens[0].tag != "h1" or sum(token.tag == "h1" for token, _inline in headings) > 1:
        return None
    return "".join(child.content or " " for child in headings[0][1].children or ()).strip() or None


def _finished(tree: dict[str, Any], cleaner: Cleaner, limits: Limits, spare_title: str = "") -> Converted:
    meta, blocks = tree["meta"], tree["blocks"]
    title = text_of(meta.get("title", [])).strip()
    opening: list[Node] = []
    if "subtitle" in meta:
        opening.append({"t": "Para", "c": meta["subtitle"]["c"]})
    if "abstract" in meta:
        opening += meta["abstract"]["c"] if meta["abstract"]["t"] == "MetaBlocks" else []
    left_out = ", ".join(filter(None, (text_of(meta.get(name, [])).strip() for name in ("author", "date"))))
    if left_out:
        cleaner.warn(_("The title block's author and date were left out: %(text)s.") % {"text": left_out})
    cleaned = cleaner.clean([*opening, *blocks])
    if title:
        sentence = _("The title “%(title)s” was left out of the text, because it stands above it.")
        cleaner.warn(sentence % {"title": title})
    else:
        title = _title_heading(cleaned)
    tree = {"pandoc-api-version": tree["pandoc-api-version"], "meta": {}, "blocks": cleaned}
    markdown = write_markdown(tree, limits).replace("&nbsp;", "\u00a0")
    pictures = tuple(picture for digest, picture in cleaner.pictures.items() if f"file:{digest}" in markdown)
    return Converted(markdown, pictures, title or spare_title or None, tuple(cleaner.warnings))


def _title_heading(blocks: list[Node]) -> str:
    """Return the first heading of level 1, if the blocks begin with it and hold no other."""
    headers = [block["c"] for block in blocks if block["t"] == "Header"]
    alone = [header[0] for header in headers].count(1) == 1
    if not alone or blocks[0]["t"] != "Header" or blocks[0]["c"][0] != 1:
        return ""
    return text_of(headers[0][2]).strip()


def _nowhere(address: str) -> bytes | None:
    return None


def _inline_picture(address: str) -> bytes | None:
    found = _DATA.match(address)
    if not found:
        return None
    try:
        return base64.b64decode(found.group(1))
    except (binascii.Error, ValueError):
        return None


def _data_address(data: bytes) -> str:
    kind = sniff_picture(data)
    return f"data:{kind.name};base64,{base64.b64encode(data).decode()}" if kind else "data:,"


def _without_front_matter(text: str) -> tuple[str | None, str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return None, text
    title = _FRONT_TITLE.search(found.group(1))
    return (_scalar(title.group(1)) if title else None) or None, text[found.end() :].lstrip("\n")


def _scalar(value: str) -> str:
    """Read a YAML value that is plain or in quotes."""
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    return value.strip("'").replace("''", "'")


def _alignment(found: re.Match[str]) -> str:
    return f'{found.group(1)}style="text-align: {"right" if found.group(2) == "end" else "center"}"'


def _front_matter(title: str, metadata: Mapping[str, str]) -> str:
    def quoted(value: str) -> str:
        return json.dumps(" ".join(value.split()), ensure_ascii=False)

    lines = [
        f"title: {quoted(title)}",
        *(f"{quoted(name)}: {quoted(value)}" for name, value in metadata.items()),
    ]
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def _page(title: str, block: str, body: str) -> str:
    name, style = html.escape(title), _PAGE_STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{name}</title>\n'
        f"<style>\n{style}</style></head>\n"
        f"<body><h1>{name}</h1>\n{block}\n{body}</body></html>\n"
    )

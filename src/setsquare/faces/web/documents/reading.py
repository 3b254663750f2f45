"""How the content of a revision is shown: its text with its links and pictures, its outline; or its file."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Revision
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import file_address
from setsquare.faces.web.records.facts import addresses_in
from setsquare.faces.web.values import picture_address
from setsquare.kernel.files.models import Blob
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.writing.markdown import Heading, outline, to_html

_TAG = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>")
_HEADING = re.compile(r'<h[1-6]\b[^>]*? id="([^"]*)"')
_LINE = ' data-line="'
LONGEST_KEPT = 100_000
"""Characters of a text up to which what is shown of it is remembered."""
PREVIEWED = {"application/pdf": "pdf", "image/png": "image", "image/jpeg": "image", "image/gif": "image"}
"""Files that are shown within the page, and how."""


@dataclass(frozen=True)
class Reading:
    """What a page shows of a revision. One of `html` and `file` is given, or neither where nothing is written yet."""

    html: SafeString = SafeString("")
    outline: list[dict[str, Any]] = field(default_factory=list)
    file: dict[str, Any] | None = None
    body: str = ""
    """The Markdown."""


def reading_of(request: HttpRequest, revision: Revision) -> Reading:
    """Return what is shown of a revision; at most two queries."""
    if revision.content_id is not None:
        return text_reading(request, kept_text(revision.content_id))
    if revision.file_id is not None:
        blob = Blob.objects.defer("text").get(pk=revision.file_id)
        return Reading(file=file_shown(blob, revision.file_name))
    return Reading()


def text_reading(request: HttpRequest, body: str) -> Reading:
    """Return what is shown of a text: links lead to what the reader may see, blocks are counted for comments."""
    addresses = addresses_in(body, person_of(request))
    make = _reading if len(body) <= LONGEST_KEPT else _reading.__wrapped__
    return make(body, tuple(addresses.items()), get_language() or "")


@lru_cache(maxsize=100)
def _reading(body: str, addresses: tuple[tuple[str, str], ...], language: str) -> Reading:
    html = to_html(body, link=dict(addresses).get, image=picture_address)
    return Reading(html=mark_safe(_counted(html)), outline=contents(outline(body)), body=body)  # noqa: S308 - cleaned


def marked(reading: Reading, names: Collection[str]) -> Reading:
    """Return a text with the headings of these names marked as to be read first, without a word more in its blocks."""
    anchors = {heading.slug for heading in outline(reading.body) if heading.text in names}
    mark = escape(_("Read first"))

    def marking(tag: re.Match[str]) -> str:
        found = _HEADING.match(tag[0])
        if found is None or found[1] not in anchors:
            return tag[0]
        return f'{tag[0][:-1]} data-read-first="{mark}">'

    return replace(reading, html=mark_safe(_TAG.sub(marking, reading.html)))  # noqa: S308 - cleaned before


def set_apart(reading: Reading) -> Reading:
    """Return a text whose headings can stand on a page beside the same in the whole text: they are no anchors."""
    html = _TAG.sub(
        lambda tag: re.sub(r' id="[^"]*"', "", tag[0]) if _HEADING.match(tag[0]) else tag[0], reading.html
    )
    return replace(reading, html=mark_safe(html))  # noqa: S308 - cleaned before


def _counted(html: str) -> str:
    """Give each block its position from 0, by which comments find their passage."""
    number = -1

    def count(tag: re.Match[str]) -> str:
        nonlocal number
        if _LINE not in tag[0]:
            return tag[0]
        number += 1
        return tag[0].replace(_LINE, f' data-block="{number}"{_LINE}', 1)

    return _TAG.sub(count, html)


def contents(headings: list[Heading]) -> list[dict[str, Any]]:
    """Return the outline of a text; its highest level of heading is shown as the first."""
    if not headings:
        return []
    top = min(heading.level for heading in headings)
    return [
        {"label": heading.text, "anchor": heading.slug, "level": heading.level - top + 2}
        for heading in headings
        if heading.level - top < 3
    ]


def file_shown(blob: Blob, name: str) -> dict[str, Any]:
    """Return a file as the card of `parts/files.html.jinja` shows it, with how it is previewed."""
    extension = name.rpartition(".")[2].lower()
    return {
        "name": name,
        "url": file_address(blob.digest, name),
        "size": blob.size,
        "kind": "image" if blob.media_type.startswith("image/") else extension,
        "digest": blob.digest,
        "who": None,
        "when": None,
        "remove_url": "",
        "preview": PREVIEWED.get(blob.media_type, ""),
    }

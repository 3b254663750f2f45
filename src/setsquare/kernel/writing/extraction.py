"""The searchable text of files, taken within limits and never at the cost of an error.

PDF files and workbooks are read by a program of its own (`extraction_program.py`), because the libraries that
read them can be led into endless work or endless memory by a file made for it, and only a process can be
stopped.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from .archive import open_archive
from .limits import Limits, Unreadable

_PROGRAM = Path(__file__).with_name("extraction_program.py")
_BY_PROGRAM = {"pdf", "xlsx"}
_PARTS = {
    "docx": re.compile(r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml"),
    "pptx": re.compile(r"ppt/(slides|notesSlides)/[^/]+\.xml"),
    "odt": re.compile(r"content\.xml"),
    "ods": re.compile(r"content\.xml"),
}
_BLOCKS = {"p", "h", "tr", "table-row", "br", "line-break"}
_SPACES = {"tab", "tc", "table-cell", "s"}


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file; ``warning`` is a sentence on what could not be read, None if all was."""

    text: str
    warning: str | None = None


def text_of(data: bytes, filename: str, limits: Limits | None = None) -> Extracted:
    """Return the text of a PDF, Office, OpenDocument or text file, for search.

    At most ``limits.max_text`` characters. Never raises on what the file holds: a broken, encrypted or
    endless one gives "" (or what was read) and a warning. Files that have no text (pictures, drawings) give
    "" without one.
    """
    limits = limits or Limits()
    extension = PurePath(filename).suffix.lower().removeprefix(".")
    if len(data) > limits.max_bytes:
        return Extracted("", _("The file is too large for its text to be searched."))
    try:
        if extension in _BY_PROGRAM:
            if extension == "xlsx":
                data = open_archive(data, limits).rewritten()
            return _by_program(data, extension, limits)
        if extension in _PARTS:
            return _cut("\n".join(_office_texts(data, extension, limits)), limits)
        if extension in {"txt", "md", "markdown", "csv", "json", "xml", "text"}:
            return _cut(data.decode("utf-8-sig", "replace").replace("\x00", ""), limits)
    except Unreadable as refused:
        return Extracted("", refused.sentence)
    except (ValueError, RecursionError, LookupError, OSError):
        return Extracted("", _unread())
    return Extracted("")


def _unread() -> str:
    return _("The text of this file could not be read, so search does not find it by its content.")


def _cut(text: str, limits: Limits) -> Extracted:
    if len(text) > limits.max_text:
        return Extracted(text[: limits.max_text], _("Only the beginning of this long file can be searched."))
    return Extracted(text)


def _by_program(data: bytes, extension: str, limits: Limits) -> Extracted:
    command = [sys.executable, "-I", str(_PROGRAM), extension, str(limits.max_text), str(limits.memory_mb)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, with arguments of ours
            command, input=data, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as expired:
        text = (expired.stdout or b"").decode("utf-8", "ignore")
        return Extracted(
            text[: limits.max_text], _("Reading this file took too long; its text is searched in part.")
        )
    text = done.stdout.decode("utf-8", "ignore")
    if done.returncode != 0:
        return Extracted(text[: limits.max_text], _unread())
    return _cut(text, limits)


def _office_texts(data: bytes, extension: str, limits: Limits) -> Iterator[str]:
    archive = open_archive(data, limits)
    for name in archive.names(end=".xml"):
        if _PARTS[extension].fullmatch(name):
            yield "".join(_texts(fromstring(archive.read(name), forbid_dtd=True))).strip()


def _texts(root: Element) -> Iterator[str]:
    """Yield the texts of a document's XML: all of OpenDocument, those of ``t`` elements in Office files."""
    in_runs = "openxmlformats" in root.tag
    todo: list[tuple[Element, bool]] = [(root, False)]
    while todo:
        element, leaving = todo.pop()
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if leaving:
            yield "\n" if name in _BLOCKS else "\t" if name in _SPACES else ""
            yield "" if in_runs else element.tail or ""
            continue
        if not in_runs or name == "t":
            yield element.text or ""
        todo.append((element, True))
        todo.extend((child, False) for child in reversed(element))

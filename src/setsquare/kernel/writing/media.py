"""What a file is, judged by its content, and whether it may be kept as a controlled file."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .archive import Archive, open_archive
from .extraction import Extracted, text_of
from .limits import Limits, Unreadable
from .pixels import pixels_of

__all__ = ["ACCEPTED", "WEB_PAGES", "Extracted", "MediaType", "decoded", "sniff", "sniff_picture", "text_of"]


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file: its registered ``name``, usual ``extension`` without dot, ``label`` for people.

    ``viewable`` says that a browser may show the file within a page; all else is offered for download only.
    """

    name: str
    extension: str
    label: str
    viewable: bool


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OASIS = "application/vnd.oasis.opendocument."
_TYPES = (
    MediaType("application/pdf", "pdf", gettext_noop("PDF document"), True),
    MediaType(_OPEN_XML + "wordprocessingml.document", "docx", gettext_noop("Word document"), False),
    MediaType(_OPEN_XML + "spreadsheetml.sheet", "xlsx", gettext_noop("Excel workbook"), False),
    MediaType(
        _OPEN_XML + "presentationml.presentation", "pptx", gettext_noop("PowerPoint presentation"), False
    ),
    MediaType(_OASIS + "text", "odt", gettext_noop("OpenDocument text"), False),
    MediaType(_OASIS + "spreadsheet", "ods", gettext_noop("OpenDocument spreadsheet"), False),
    MediaType("image/png", "png", gettext_noop("PNG picture"), True),
    MediaType("image/jpeg", "jpg", gettext_noop("JPEG picture"), True),
    MediaType("image/gif", "gif", gettext_noop("GIF picture"), True),
    MediaType("image/svg+xml", "svg", gettext_noop("SVG drawing"), False),
    MediaType("image/vnd.dwg", "dwg", gettext_noop("AutoCAD drawing"), False),
    MediaType("image/vnd.dxf", "dxf", gettext_noop("Drawing exchange file"), False),
    MediaType("model/step", "step", gettext_noop("STEP model"), False),
    MediaType("text/csv", "csv", gettext_noop("Comma-separated values"), True),
    MediaType("text/plain", "txt", gettext_noop("Plain text"), True),
    MediaType("text/markdown", "md", gettext_noop("Markdown text"), True),
    MediaType("application/json", "json", gettext_noop("JSON data"), True),
    MediaType("application/xml", "xml", gettext_noop("XML data"), False),
)
ACCEPTED = {kind.extension: kind for kind in _TYPES}
"""The kinds of controlled files, by extension."""
WEB_PAGES = frozenset({"html", "htm", "xhtml"})
"""Extensions of web pages: imported as text, never kept as controlled files."""

_ALIASES = {
    "jpeg": "jpg",
    "jpe": "jpg",
    "stp": "step",
    "markdown": "md",
    "text": "txt",
    "log": "txt",
    "jwt": "txt",
    "jws": "txt",
}

_MACRO_EXTENSIONS = {"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppam", "ppsm"}
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe)\b",
    re.I | re.S,
)
_CONTENT_TYPES = {
    b"wordprocessingml.document.main+xml": "docx",
    b"wordprocessingml.template.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}


def sniff(data: bytes, filename: str, limits: Limits | None = None, *, pages: bool = False) -> MediaType:
    """Tell what a file is by its content and check that its name says the same; `pages`: take web pages as well.

    Refused with `Unreadable`, whose sentence is meant for the sender: what is empty, too large, of a kind
    that is not in `ACCEPTED` (programs, web pages, archives ...), damaged, encrypted, holds macros, or is
    named as something else. The result's label is in the active language.
    """
    limits = limits or Limits()
    named = extension_of(filename)
    _check_size(data, limits)
    if named in _MACRO_EXTENSIONS:
        raise Unreadable(
            _("Files that can hold macros are not accepted. Save it as .docx, .xlsx or .pptx instead.")
        )
    magic = _by_magic(data, limits)
    if pages and magic is None and named in WEB_PAGES and decoded(data) is not None:
        return MediaType("text/html", "html", _("Web page"), False)
    found = magic or _as_text(data, named, pages=pages)
    if found != named:
        _refuse_mismatch(found, named, pages=pages)
    kind = ACCEPTED[found]
    return MediaType(kind.name, kind.extension, _(kind.label), kind.viewable)


def sniff_picture(data: bytes) -> MediaType | None:
    """Return the type of a PNG, JPEG or GIF picture, None for anything else."""
    found = _picture(data)
    return ACCEPTED[found] if found else None


def extension_of(filename: str) -> str:
    """Return the extension without dot, in lower case, of its usual spelling."""
    suffix = PurePath(filename.replace("\\", "/")).suffix.lower().removeprefix(".")
    return _ALIASES.get(suffix, suffix)


def decoded(data: bytes) -> str | None:
    """Return a text file's text (UTF-8, UTF-16 with its mark, or Western Windows), None if it is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\x00" in data:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_size(data: bytes, limits: Limits) -> None:
    if not data:
        raise Unreadable(_("This file is empty."))
    if len(data) > limits.max_bytes:
        sentence = _("This file is too large: %(size)d MB, where at most %(most)d MB are accepted.")
        raise Unreadable(sentence % {"size": -(-len(data) // 2**20), "most": limits.max_bytes // 2**20})


def _check_pixels(data: bytes, limits: Limits) -> None:
    if (points := pixels_of(data)) > limits.max_pixels:
        sentence = _("This picture is too large: %(size)d megapixels, where at most %(most)d are accepted.")
        raise Unreadable(sentence % {"size": -(-points // 10**6), "most": limits.max_pixels // 10**6})


def _picture(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "gif" if data.startswith((b"GIF87a", b"GIF89a")) else None


def _by_magic(data: bytes, limits: Limits) -> str | None:
    """Return the extension that belongs to the first bytes, None where these tell nothing."""
    if data.startswith(_PROGRAMS):
        raise Unreadable(_("This file is a program. Programs are not accepted."))
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if picture := _picture(data):
        _check_pixels(data, limits)
        return picture
    if re.match(rb"AC10\d\d", data):
        return "dwg"
    if data.startswith(b"AutoCAD Binary DXF"):
        return "dxf"
    if data.startswith(_OLE):
        if _ENCRYPTED_OLE in data:
            raise Unreadable(_("This file is protected by a password. Remove the password and try again."))
        raise Unreadable(
            _("This is a file of an old Office version. Save it as .docx, .xlsx or .pptx and try again.")
        )
    if data.startswith(b"PK\x03\x04"):
        return _office(open_archive(data, limits))
    if data.startswith(_ARCHIVES):
        raise Unreadable(_("Archives are not accepted. Unpack it and add the files one by one."))
    return None


def _office(archive: Archive) -> str:
    """Return the kind of a zip archive, from what it declares within."""
    mimetype = archive.read("mimetype").strip().decode("ascii", "replace")
    if mimetype.startswith(_OASIS):
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Unreadable(_("This file is protected by a password. Remove the password and try again."))
        for kind in ("odt", "ods"):
            if ACCEPTED[kind].name == mimetype.removesuffix("-template"):
                return kind
    declared = archive.read("[Content_Types].xml")
    if b"macroEnabled" in declared:
        raise Unreadable(_("This file contains macros. Save it without macros and try again."))
    for content_type, kind in _CONTENT_TYPES.items():
        if content_type in declared:
            return kind
    raise Unreadable(_("Archives are not accepted. Unpack it and add the files one by one."))


def _as_text(data: bytes, named: str, *, pages: bool) -> str:
    """Return the kind of a text file: the named one, if the content bears it out."""
    if _HTML.match(data[:4096]):
        raise Unreadable(
            _("This file is a web page. Web pages can be imported as text, but not kept as files.")
        )
    text = decoded(data)
    if text is None and named in ACCEPTED and named not in _TEXTS:
        raise _damaged(named)
    if text is None:
        sentence = _("This kind of file is not known. Accepted are: %(kinds)s.")
        raise Unreadable(sentence % {"kinds": _kinds(pages=pages)})
    if text.startswith("ISO-10303-21;"):
        return "step"
    if re.match(r"\s*0\s*\r?\n\s*SECTION\b", text) or re.match(r"\s*999\s*\r?\n", text):
        return "dxf"
    check = _CHECKS.get(named)
    if check and not check(text):
        raise Unreadable(_("This file is named .%(named)s, but its content is not.") % {"named": named})
    return named if named in _TEXTS else "txt"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_csv(text: str) -> bool:
    try:
        for _row in csv.reader(io.StringIO(text)):
            pass
    except csv.Error:
        return False
    return True


def _root(text: str) -> str | None:
    """Return the name of an XML text's root element, None if it cannot be read safely."""
    try:
        tag: str = fromstring(
            text.encode("utf-8") if "encoding" not in text[:100] else text, forbid_dtd=True
        ).tag
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return tag.rpartition("}")[2].lower()


_TEXTS = frozenset({"csv", "txt", "md", "json", "xml", "svg"})
_CHECKS: dict[str, Callable[[str], bool]] = {
    "json": _is_json,
    "csv": _is_csv,
    "xml": lambda text: _root(text) not in {None, "svg", "html"},
    "svg": lambda text: _root(text) == "svg",
}


def _refuse_mismatch(found: str, named: str, *, pages: bool) -> None:
    if named not in ACCEPTED:
        sentence = _("Files named “.%(named)s” are not accepted. Accepted are: %(kinds)s.")
        raise Unreadable(sentence % {"named": named, "kinds": _kinds(pages=pages)})
    if found == "txt":
        raise _damaged(named)
    sentence = _("This file is named .%(named)s, but it is a .%(found)s file. Rename it or choose another.")
    raise Unreadable(sentence % {"named": named, "found": found})


def _damaged(named: str) -> Unreadable:
    sentence = _(
        "This file is damaged: it is named .%(named)s, but its content is not. Save it again and try once more."
    )
    return Unreadable(sentence % {"named": named})


def _kinds(*, pages: bool) -> str:
    return ", ".join(f".{extension}" for extension in (*ACCEPTED, *(("html",) if pages else ())))

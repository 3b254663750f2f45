"""Read the zip archives that Word, Excel, PowerPoint and OpenDocument files are, without trusting them."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString
from django.utils.translation import gettext as _

from .limits import MEGABYTE, Limits, Unreadable

_CHUNK = 64 * 1024
_NESTED = re.compile(r"\.(zip|7z|rar|gz|bz2|xz|jar)$", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml)$|^(Basic|Scripts)/.+", re.IGNORECASE)
_XML = (".xml", ".rels", ".rdf")
_NEEDED = frozenset({"content.xml", "[Content_Types].xml", "word/document.xml", "xl/workbook.xml"})
"""Parts that say something in every file; others may be empty, as OpenDocument's list of shortcuts is."""


class Archive:
    """The verified content of an archive; every entry was unpacked once, within the limits."""

    def __init__(self, entries: dict[str, bytes]) -> None:
        self.entries = entries

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def names(self, start: str = "", end: str = "") -> Iterator[str]:
        """Names of the entries with the given start and end, in order."""
        return (name for name in sorted(self.entries) if name.startswith(start) and name.endswith(end))

    def read(self, name: str) -> bytes:
        """Return an entry's bytes, empty where there is none."""
        return self.entries.get(name, b"")

    def rewritten(self) -> bytes:
        """Pack the verified entries again, so that a program that reads them meets nothing else."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
            for name in sorted(self.entries, key=lambda name: (name != "mimetype", name)):
                packed.writestr(name, self.entries[name])
        return target.getvalue()


def open_archive(data: bytes, limits: Limits) -> Archive:
    """Unpack and verify an archive.

    Refused with `Unreadable`: what cannot be unpacked, is encrypted, holds too many entries, unpacks to too
    much (declared or actual, in all or in relation to its packed size), holds archives, macros or XML that
    declares entities or document types.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
            _check_declared(infos, limits)
            entries = _unpack(packed, infos, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            _("This file is damaged: it cannot be unpacked. Save it again and try once more.")
        ) from error
    for name, content in entries.items():
        if name.lower().endswith(_XML) and (content or name in _NEEDED):
            _check_xml(name, content)
    return Archive(entries)


def _check_declared(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.max_entries or sum(info.file_size for info in infos) > limits.max_unpacked:
        raise _bomb()
    for info in infos:
        if info.flag_bits & 0x1:
            raise Unreadable(_("This file is protected by a password. Remove the password and try again."))
        if info.file_size > MEGABYTE and info.file_size > limits.max_ratio * max(info.compress_size, 1):
            raise _bomb()
        if _MACROS.search(info.filename):
            raise Unreadable(_("This file contains macros. Save it without macros and try again."))
        if _NESTED.search(info.filename):
            raise Unreadable(
                _("This file contains other archives, which are not unpacked. Remove them and try again.")
            )


def _unpack(packed: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits) -> dict[str, bytes]:
    """Unpack in steps and stop as soon as the total is too large, whatever the headers promise."""
    left = limits.max_unpacked
    entries: dict[str, bytes] = {}
    for info in infos:
        content = bytearray()
        with packed.open(info) as source:
            while chunk := source.read(_CHUNK):
                content += chunk
                left -= len(chunk)
                if left < 0 or len(content) > info.file_size:
                    raise _bomb()
        entries[info.filename] = bytes(content)
    return entries


def _bomb() -> Unreadable:
    return Unreadable(_("This file unpacks to far more than its size allows, so it was not opened."))


def _check_xml(name: str, content: bytes) -> None:

    try:
        parseString(content, ContentHandler(), forbid_dtd=True)
    except DefusedXmlException as error:
        sentence = _("This file declares document types or entities in “%(name)s”, which is not allowed.")
        raise Unreadable(sentence % {"name": name}) from error
    except (SAXException, ValueError, LookupError) as error:
        sentence = _("This file is damaged: its part “%(name)s” cannot be read.")
        raise Unreadable(sentence % {"name": name}) from error

"""A badge within a picture: put into a PNG or SVG, and taken out of one (Open Badges 3.0, “Baked Badge”)."""

import struct
import zlib
from collections.abc import Iterator
from html import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 2**20
"""Bytes of the largest credential that is taken out of a picture."""


def into_png(picture: bytes, said: str) -> bytes:
    """Return a PNG with a credential in it, directly after its head."""
    body = KEYWORD + b"\0\0\0\0\0" + said.encode()
    end = len(PNG) + 25  # the head is of 13 bytes, with 12 around them
    return picture[:end] + _chunk(b"iTXt", body) + picture[end:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def into_svg(picture: str, said: str) -> str:
    """Return an SVG with a credential in it, after its head: a JWS as an attribute, JSON as the body."""
    head, _svg, rest = picture.partition("<svg ")
    attributes, _end, drawing = rest.partition(">")
    if said.startswith("{"):
        closed = said.replace("]]>", "]]\\u003e")  # the same JSON, which does not end the section
        inner = f"<openbadges:credential><![CDATA[{closed}]]></openbadges:credential>"
    else:
        inner = f'<openbadges:credential verify="{escape(said)}"></openbadges:credential>'
    return f'{head}<svg xmlns:openbadges="{NAMESPACE}" {attributes}>{inner}{drawing}'


def taken_out(data: bytes) -> str | None:
    """Return what credential a picture holds, None where it is no picture; raises ValueError where it holds none."""
    if data.startswith(PNG):
        return _of_png(data)
    if b"<svg" in data[:4096]:
        return _of_svg(data)
    return None


def _of_png(data: bytes) -> str:
    for kind, body in _chunks(data):
        if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"):
            rest = body[len(KEYWORD) + 1 :]
            parts = rest[2:].split(b"\0", 2)
            if rest[:1] != b"\0" or len(parts) < 3:
                raise ValueError("compressed, or cut short")
            return parts[2].decode()
    raise ValueError("no badge")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG)
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        if length > LARGEST and data[place + 4 : place + 8] == b"iTXt":
            raise ValueError("too large")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _of_svg(data: bytes) -> str:
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError) as wrong:
        raise ValueError("not XML") from wrong
    found = next(root.iter(f"{{{NAMESPACE}}}credential"), None)
    if found is None:
        raise ValueError("no badge")
    return (found.get("verify") or found.text or "").strip()

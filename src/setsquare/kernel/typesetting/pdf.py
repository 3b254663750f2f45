"""Set a sheet with Typst."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .body import Places, body_of, breakable, has_typed_numbers, readable
from .sheet import Sheet

STANDARDS: list[Any] = ["a-3a", "ua-1"]
"""What the PDF conforms to: PDF/A-3a (archiving, with attachments) and PDF/UA-1 (accessibility)."""

_HERE = Path(__file__).parent
FONTS = _HERE / "fonts"
"""Where the letters lie that are set with."""
_PARTS = ("template.typ", "parts.typ")
_NOT_DRAWN = re.compile(r"the text `(\"(?:[^\"\\]|\\.)*\")`? could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
_ROUNDS = 6
_LATIN = 0x250


class CannotTypeset(RuntimeError):
    """The PDF could not be made; the message is Typst's and meant for the log."""


def document_pdf(sheet: Sheet, *, font_paths: Sequence[Path] = ()) -> bytes:
    """Set a document as a tagged PDF with bookmarks and its record attached, after PDF/A-3a and PDF/UA-1.

    A4; the title block on the first page, then the body with numbered headings, the revision history and the
    signatures. ``font_paths`` are folders with further fonts, for scripts that Inter does not have. Signs that no
    font has are set as empty boxes, and pictures that cannot be decoded as their description. The same sheet gives
    the same bytes. Raises `CannotTypeset` if Typst fails for another reason.
    """
    import typst  # noqa: PLC0415 - 70 MB of compiler, loaded only where a PDF is made

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[FONTS, *font_paths])
    undrawable: frozenset[str] = frozenset()
    message = ""
    for _attempt in range(_ROUNDS):
        with tempfile.TemporaryDirectory(prefix="setsquare-") as folder:
            root = Path(folder)
            _write(root, sheet, undrawable)
            try:
                return _compiled(root, fonts, sheet.produced)
            except typst.TypstError as error:
                message = str(error.diagnostic)
                if new := beyond_letters(message) - undrawable:
                    undrawable |= new
                elif broken := _broken_pictures(root, sheet):
                    sheet = _without(sheet, broken)
                elif new := _beyond_latin(sheet) - undrawable:
                    undrawable |= new
                else:
                    raise CannotTypeset(message) from error
    raise CannotTypeset(message)


def _compiled(root: Path, fonts: Any, produced: datetime) -> bytes:
    import typst  # noqa: PLC0415 - see `document_pdf`

    document = typst.compile(
        root / "template.typ",
        root=root,
        font_paths=fonts,
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=produced.replace(microsecond=0),  # Typst takes whole seconds
    )
    return bytes(document)


def _write(root: Path, sheet: Sheet, undrawable: frozenset[str]) -> None:
    """Write all that the template reads into the folder that Typst is confined to."""
    for part in _PARTS:
        shutil.copy(_HERE / part, root / part)
    files = {}
    for number, (digest, data) in enumerate(sheet.images.items()):
        files[digest.lower()] = f"picture-{number}.{_kind(data)}"
        (root / files[digest.lower()]).write_bytes(data)
    if sheet.record is not None:
        (root / "record.json").write_bytes(sheet.record)
    places = Places(files, sheet.record_urls, sheet.labels.picture, sheet.labels.missing_picture, undrawable)
    (root / "body.typ").write_text(body_of(sheet.body_markdown, places), encoding="utf-8", errors="replace")
    (root / "sheet.json").write_text(json.dumps(_values(root, sheet, undrawable)), encoding="utf-8")


def _values(root: Path, sheet: Sheet, undrawable: frozenset[str]) -> dict[str, Any]:
    """Return what the template shows around the body, with every text made drawable."""
    language, _, region = sheet.language.replace("_", "-").partition("-")
    plain = {
        name: getattr(sheet, name)
        for name in (
            "organisation",
            "number",
            "title",
            "type_name",
            "revision",
            "state",
            "effective",
            "next_review",
        )
    }
    plain |= {
        "owner": sheet.owner,
        "unit": sheet.unit,
        "written_by": sheet.written_by,
        "printed_at": sheet.printed_at,
        "approval": sheet.approval,
        "decided": list(sheet.decided),
    }
    plain |= {"labels": asdict(sheet.labels), "stamp": asdict(sheet.stamp)}
    plain |= {
        "history": [asdict(row) for row in sheet.history],
        "signatures": [asdict(row) for row in sheet.signatures],
    }
    values: dict[str, Any] = drawable(plain, undrawable)
    for row, signature in zip(values["signatures"], sheet.signatures, strict=True):
        row["digest"] = readable(signature.digest)  # in one piece, to be found and copied
    return values | {
        "lang": language.lower() or "en",
        "region": region.upper() if len(region) == 2 else None,
        "live_url": sheet.live_url,
        "numbered": not has_typed_numbers(sheet.body_markdown),
        "record": sheet.record is not None,
        "logo": _logo(root, sheet.logo),
        "qr": _code(root, sheet.live_url),
    }


def drawable(value: Any, undrawable: frozenset[str]) -> Any:
    """Return texts, however they are held together, in which every sign can be drawn and every word broken."""
    if isinstance(value, str):
        return breakable(readable(value, undrawable))
    if isinstance(value, Mapping):
        return {key: drawable(inner, undrawable) for key, inner in value.items()}
    return [drawable(inner, undrawable) for inner in value]


def _logo(root: Path, logo: bytes | None) -> str | None:
    if logo is None:
        return None
    name = f"logo.{_kind(logo)}"
    (root / name).write_bytes(logo)
    return name


def _code(root: Path, address: str) -> str | None:
    """Draw the QR code of an address."""
    if not address:
        return None
    import segno  # noqa: PLC0415 - with typst, only where a PDF is made

    segno.make(address, error="m", micro=False).save(
        str(root / "code.svg"), border=0, dark="#1b2330", xmldecl=False
    )
    return "code.svg"


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8"):
        return "jpg"
    if data.startswith(b"GIF8"):
        return "gif"
    return "svg" if b"<svg" in data[:1024] else "png"


def beyond_letters(message: str) -> set[str]:
    """Gather from Typst's errors the signs that no font has."""
    signs: set[str] = set()
    for quoted in _NOT_DRAWN.findall(message):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1:-1])
        signs |= {sign for sign in text if ord(sign) >= _LATIN} or {
            sign for sign in text if not sign.isascii()
        }
    return signs


def _beyond_latin(sheet: Sheet) -> set[str]:
    """Return all signs of a sheet beyond Latin, as the last resort."""
    texts = repr(asdict(replace(sheet, images={}, logo=None, record=None)))
    return {sign for sign in texts + sheet.body_markdown if ord(sign) >= _LATIN}


def _broken_pictures(root: Path, sheet: Sheet) -> set[str]:
    """Return the digests of the pictures that Typst cannot decode, "logo" for the logo."""
    candidates = dict(sheet.images) | ({"logo": sheet.logo} if sheet.logo else {})
    return {name for name, data in candidates.items() if not _draws(root, data)}


def _without(sheet: Sheet, broken: set[str]) -> Sheet:
    images = {digest: data for digest, data in sheet.images.items() if digest not in broken}
    return replace(sheet, images=images, logo=None if "logo" in broken else sheet.logo)


def _draws(root: Path, data: bytes) -> bool:
    """Tell whether Typst can decode a picture and the standards allow it (they do not allow CMYK)."""
    import typst  # noqa: PLC0415 - see `document_pdf`

    (root / f"probe.{_kind(data)}").write_bytes(data)
    probe = f'#set document(title: "probe")\n#image("probe.{_kind(data)}", alt: "probe")'
    (root / "probe.typ").write_text(probe, encoding="utf-8")
    try:
        typst.compile(
            root / "probe.typ", root=root, format="pdf", pdf_standards=STANDARDS, ignore_system_fonts=True
        )
    except typst.TypstError:
        return False
    return True

"""Lists on paper, such as who attended a session: title, facts and tables, archival and accessible as documents are."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from setsquare.kernel.typesetting.pdf import FONTS, STANDARDS, CannotTypeset, beyond_letters, drawable

_HERE = Path(__file__).parent
_PARTS = ("list.typ", "parts.typ")
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a list with its heading; `widths` say how wide the columns are to each other."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    none: str = ""
    """What stands in place of a table without rows."""
    tall: bool = False
    """Whether somebody writes into its rows by hand."""


@dataclass(frozen=True, slots=True)
class ListSheet:
    """All that a list shows, as plain values: days and times come formatted.

    `produced` becomes the PDF's creation time: the same sheet gives the same bytes.
    """

    organisation: str
    kind: str
    title: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    foot: str
    printed_at: str
    produced: datetime
    language: str = "en"
    notes: Sequence[str] = ()
    wide: bool = False
    """Whether the paper lies on its side."""


def list_pdf(sheet: ListSheet) -> bytes:
    """Set a list as a tagged PDF after PDF/A-3a and PDF/UA-1; signs that no letters have become empty boxes.

    Raises `CannotTypeset` if Typst fails.
    """
    import typst  # noqa: PLC0415 - 70 MB of compiler, loaded only where a PDF is made

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
    undrawable: frozenset[str] = frozenset()
    for _attempt in range(_ROUNDS):
        with tempfile.TemporaryDirectory(prefix="setsquare-") as folder:
            root = Path(folder)
            for part in _PARTS:
                shutil.copy(_HERE / part, root / part)
            (root / "list.json").write_text(json.dumps(_values(sheet, undrawable)), encoding="utf-8")
            try:
                made = typst.compile(
                    root / "list.typ",
                    root=root,
                    font_paths=fonts,
                    ignore_system_fonts=True,
                    format="pdf",
                    pdf_standards=STANDARDS,
                    timestamp=sheet.produced.replace(microsecond=0),
                )
            except typst.TypstError as error:
                message = str(error.diagnostic)
                new = beyond_letters(message) - undrawable
                if not new:
                    raise CannotTypeset(message) from error
                undrawable |= new
            else:
                return bytes(made)
    raise CannotTypeset(message)


def _values(sheet: ListSheet, undrawable: frozenset[str]) -> dict[str, Any]:
    language, _dash, region = sheet.language.replace("_", "-").partition("-")
    plain = asdict(sheet)
    widths = [list(part.widths) for part in sheet.parts]
    for name in ("produced", "language", "wide"):
        del plain[name]
    for part in plain["parts"]:
        del part["widths"], part["tall"]
    values: dict[str, Any] = drawable(plain, undrawable)
    for part, width, own in zip(values["parts"], widths, sheet.parts, strict=True):
        part |= {"widths": width, "tall": own.tall}
    return values | {
        "lang": language.lower() or "en",
        "region": region.upper() if len(region) == 2 else None,
        "wide": sheet.wide,
        "page": _("Page {page} of {pages}"),
        "printed": _("Printed {time}").replace("{time}", sheet.printed_at),
    }

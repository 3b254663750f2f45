"""Reading the list of documents: an Excel workbook or a CSV file, its columns by their names."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from setsquare.domains.documents.commands.importing import ImportEffective
from setsquare.kernel.commands.bodies import label_at
from setsquare.kernel.importing.tables import lines_in, text_of_cell
from setsquare.kernel.writing.limits import Unreadable

COLUMNS = (
    "number",
    "title",
    "type",
    "unit",
    "owner",
    "area",
    "standards",
    "keywords",
    "language",
    "review_months",
    "effective_since",
    "approved_by",
    "approved_on",
    "evidence",
    "file",
)
"""What a list may have; only the title and the type are needed, and those only where no default is given."""
ALIASES = {
    "name": "title",
    "document_number": "number",
    "id": "number",
    "document_type": "type",
    "kind": "type",
    "department": "unit",
    "process_area": "area",
    "process": "area",
    "standard": "standards",
    "review_interval": "review_months",
    "months_between_reviews": "review_months",
    "effective": "effective_since",
    "effective_date": "effective_since",
    "in_force_from": "effective_since",
    "approver": "approved_by",
    "approval_date": "approved_on",
    "approved": "approved_on",
    "signed_original": "evidence",
    "proof": "evidence",
    "file_name": "file",
    "filename": "file",
    "path": "file",
}
MOST_ROWS = 5000
LONGEST = 2000
"""Characters of one cell."""


def column_label(column: str) -> str:
    """Return what a column is called on the screen; nothing for what concerns the whole line."""
    if column == "file":
        return _("File")
    return label_at(ImportEffective, column) if column else ""


def _headings() -> dict[str, str]:
    """Return the columns by what may stand above them: name, other names, or label in English and one's language."""
    known = {**{name: name for name in COLUMNS}, **ALIASES}
    with override("en"):
        english = {_plain(column_label(name)): name for name in COLUMNS}
    own = {_plain(column_label(name)): name for name in COLUMNS}
    return {**own, **english, **known}


@dataclass
class Table:
    """The lines of a list: (line, values by column), and the columns that are not known."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read_table(data: bytes) -> Table:
    """Read an .xlsx workbook's first sheet or a CSV file (comma, semicolon or tab).

    Raises Unreadable with a sentence where it is neither, is damaged, has no heading line, or too many lines.
    """
    return _by_columns(lines_in(data, most=MOST_ROWS))


def _by_columns(lines: Iterable[tuple[int, Sequence[Any]]]) -> Table:
    table = Table()
    names: list[str] = []
    for number, cells in lines:
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if not names:
            headings = _headings()
            names = [headings.get(_plain(text), _plain(text)) for text in texts]
            _check_head(names)
            table.unknown = [
                text for text, name in zip(texts, names, strict=True) if text and name not in COLUMNS
            ]
            continue
        if len(table.rows) >= MOST_ROWS:
            sentence = _("The list has more than %(most)s lines; import it in parts.")
            raise Unreadable(sentence % {"most": MOST_ROWS})
        values = {name: text for name, text in zip(names, texts, strict=False) if name in COLUMNS and text}
        table.rows.append((number, values))
    if not names:
        raise Unreadable(_("The list is empty."))
    return table


def _check_head(names: Sequence[str]) -> None:
    if "title" not in names and "file" not in names:
        sentence = _("The first line has to name the columns; known are: %(names)s.")
        raise Unreadable(sentence % {"names": ", ".join(COLUMNS)})
    twice = {name for name in names if name in COLUMNS and names.count(name) > 1}
    if twice:
        raise Unreadable(
            _("These columns stand twice in it: %(names)s.") % {"names": ", ".join(sorted(twice))}
        )


def _plain(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _text(cell: Any) -> str:
    """Return a cell as text; a list of documents knows days, no times."""
    day = cell.date() if isinstance(cell, dt.datetime) else cell
    return text_of_cell(day)[:LONGEST]


def template_rows() -> list[Mapping[str, str]]:
    """Return the example lines of the list that people start from."""
    return [
        {
            "number": "SOP-101",
            "title": _("Calibration of measuring equipment"),
            "type": "procedure",
            "unit": "QA",
            "owner": "sign-in name",
            "area": _("Measurement"),
            "standards": "ISO 9001:2015, 7.1.5; ISO 13485:2016, 7.6",
            "review_months": "24",
            "effective_since": "2024-03-01",
            "approved_by": _("Maria Berg, head of quality"),
            "approved_on": "2024-02-20",
            "evidence": "signed/SOP-101.pdf",
            "file": "procedures/SOP-101.docx",
        }
    ]

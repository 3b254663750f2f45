"""Reading a table that somebody sends: an Excel workbook, a CSV file, or JSON."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from setsquare.kernel.writing.archive import open_archive
from setsquare.kernel.writing.limits import Limits, Unreadable
from setsquare.kernel.writing.media import decoded

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip begins, one without files included; an .xlsx workbook is one."""
BLANK_LINES = 50
"""Empty lines of a workbook that are read beyond its most rows."""


@dataclass(frozen=True)
class Row:
    """A row of a table. `line` is where people find it: the line of the file, the place in a JSON list."""

    line: int
    cells: Mapping[str, Any]
    """By heading. Texts, from JSON any value; empty cells are left out."""


@dataclass(frozen=True)
class Table:
    """A table with its headings, as they were written."""

    head: Sequence[str]
    rows: Sequence[Row]
    line: int = 1
    """Where the headings stand."""


def read_table(data: bytes, most: int) -> Table:
    """Read an .xlsx workbook's first sheet, a CSV file (comma, semicolon or tab), or a JSON list of objects.

    Raises Unreadable with a sentence where it is none of these, damaged, empty, or has more than `most` rows.
    """
    if not data.startswith(ZIP) and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return table_of(_json(data), most)
    return _with_head(lines_in(data, most=most), most)


def table_of(items: Any, most: int) -> Table:
    """Return a list of objects as a table; raises Unreadable where it is something else."""
    if isinstance(items, Mapping):
        items = items.get("rows", items.get("items"))
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise Unreadable(_("Give a list of objects, one for each row: [{ … }, { … }]."))
    if len(items) > most:
        raise _too_many(most)
    rows = [
        Row(place, {str(name): value for name, value in item.items() if value not in (None, "")})
        for place, item in enumerate(items, 1)
    ]
    if not rows:
        raise Unreadable(_("There is no row in it."))
    return Table(list(dict.fromkeys(str(name) for item in items for name in item)), rows)


def lines_in(data: bytes, *, most: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the lines of a workbook or CSV file with their numbers; raises Unreadable."""
    return _workbook(data, most) if data.startswith(ZIP) else _separated(data)


def text_of_cell(cell: Any) -> str:
    """Return a cell as text: dates as 2026-11-30, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        whole_day = cell.time() == dt.time.min
        return cell.date().isoformat() if whole_day else cell.isoformat(timespec="minutes")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("This is not JSON: %(why)s.") % {"why": error}) from None


def sheets_in(data: bytes, *, most: int) -> dict[str, list[tuple[int, Sequence[Any]]]]:
    """Return the lines of every sheet of a workbook with their numbers, by the sheet's name; raises Unreadable."""
    with _opened(data) as book:
        return {sheet.title: list(_lines_of(sheet, most)) for sheet in book.worksheets}


def _workbook(data: bytes, most: int) -> Iterator[tuple[int, Sequence[Any]]]:
    with _opened(data) as book:
        yield from _lines_of(book.worksheets[0], most)


def _lines_of(sheet: Any, most: int) -> Iterator[tuple[int, Sequence[Any]]]:
    return enumerate(sheet.iter_rows(values_only=True, max_row=most + BLANK_LINES), 1)


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only imports need it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    checked = open_archive(data, Limits(max_unpacked=100 * 2**20)).rewritten()
    try:
        yield load_workbook(io.BytesIO(checked), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, IndexError, TypeError, OSError) as error:
        raise Unreadable(
            _("This workbook cannot be read. Save it again as .xlsx and try once more.")
        ) from error


def _separated(data: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    text = decoded(data)
    if text is None or not text.strip():
        raise Unreadable(_("This is neither an Excel workbook (.xlsx) nor a CSV file."))
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    line = 1
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(_("This CSV file cannot be read: %(why)s.") % {"why": error}) from error


def _with_head(lines: Iterator[tuple[int, Sequence[Any]]], most: int) -> Table:
    head: list[str] = []
    rows: list[Row] = []
    head_line = 1
    for line, cells in lines:
        texts = [text_of_cell(cell) for cell in cells]
        if not any(texts):
            continue
        if not head:
            head, head_line = texts, line
            continue
        if len(rows) >= most:
            raise _too_many(most)
        if beyond := [text for text in texts[len(head) :] if text]:
            sentence = _("Line %(line)s has more cells than there are columns: “%(text)s” has no heading.")
            raise Unreadable(sentence % {"line": line, "text": beyond[0][:60]})
        values = {name: text for name, text in zip(head, texts, strict=False) if text}
        if "" in values:
            sentence = _("Line %(line)s has a cell without a heading: “%(text)s”.")
            raise Unreadable(sentence % {"line": line, "text": values[""][:60]})
        rows.append(Row(line, values))
    if not head:
        raise Unreadable(_("The table is empty."))
    if not rows:
        raise Unreadable(_("There is no row below the headings."))
    _check_head(head)
    return Table([name for name in head if name], rows, head_line)


def _check_head(head: Sequence[str]) -> None:
    if twice := {name for name in head if name and head.count(name) > 1}:
        raise Unreadable(
            _("These columns stand twice in it: %(names)s.") % {"names": ", ".join(sorted(twice))}
        )


def _too_many(most: int) -> Unreadable:
    return Unreadable(
        _("There are more than %(most)s rows; bring them in in parts.")
        % {"most": number_format(most, use_l10n=True, force_grouping=True)}
    )

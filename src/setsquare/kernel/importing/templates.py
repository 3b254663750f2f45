"""The empty table that people start an import from: its headings, and what each column holds."""

import csv
import io
from collections.abc import Sequence

from django.utils.translation import gettext as _

from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.importing.columns import Form, ImportColumn, columns_of

FORMS = ("xlsx", "csv")


def offered(command: Command) -> list[ImportColumn]:
    """Return the columns that a template has: files are not written into tables."""
    return [column for column in columns_of(command) if column.form is not Form.FILE]


def template(command: Command, form: str) -> bytes:
    """Return the empty table as `xlsx`, with a second sheet that explains each column, or as `csv`."""
    columns = offered(command)
    return _workbook(columns) if form == "xlsx" else _separated(columns)


def _separated(columns: Sequence[ImportColumn]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([column.name for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _workbook(columns: Sequence[ImportColumn]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and needed for templates alone
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    del book[book.sheetnames[0]]
    sheet = book.create_sheet(_("Rows"))
    explained = book.create_sheet(_("Columns"))
    for place, column in enumerate(columns, 1):
        head = sheet.cell(1, place, column.name)
        head.font = Font(bold=True)
        sheet.column_dimensions[head.column_letter].width = max(14, len(column.name) + 4)
    sheet.freeze_panes = "A2"
    explained.append([_("Column"), _("What it is"), _("Needed"), _("What stands in it"), _("Note")])
    for cell in explained[1]:
        cell.font = Font(bold=True)
    for column in columns:
        needed = _("Yes") if column.required else _("No")
        explained.append([column.name, str(column.label), needed, column.says(), str(column.hint)])
    for letter, width in zip("ABCDE", (18, 28, 10, 44, 60), strict=True):
        explained.column_dimensions[letter].width = width
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()

"""What an import found and did, line by line, as a workbook to take away; and the list to start from."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.importing.tables import COLUMNS, column_label, template_rows
from setsquare.kernel.records.things import Label

STATES: dict[str, Label] = {
    ImportRow.State.WAITING: gettext_lazy("Not checked yet"),
    ImportRow.State.RIGHT: gettext_lazy("Can be imported"),
    ImportRow.State.WRONG: gettext_lazy("Has to be put right"),
    ImportRow.State.IMPORTED: gettext_lazy("Imported"),
    ImportRow.State.BEFORE: gettext_lazy("Imported before"),
}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def report(job: ImportJob) -> bytes:
    """Return the lines of a job with what became of them, as .xlsx; its columns can be corrected and imported anew."""
    rows = job.rows.select_related("record").order_by("row")
    return workbook(
        [_("Line"), _("Result"), _("Document"), _("Problems"), *COLUMNS],
        ([row.row, *_told(row), *(row.values.get(name, "") for name in COLUMNS)] for row in rows.iterator()),
        widths=(7, 20, 14, 60, 12, 40, 16, 12, 16, 18, 30, 20, 10, 14, 16, 30, 14, 40, 40),
    )


def _told(row: ImportRow) -> tuple[str, str, str]:
    sentences = [f"{column_label(name)}: {text}" if name else text for name, text in row.problems]
    given = "" if row.values.get("number") else _("next free number")
    number = row.record.number if row.record is not None else given
    return str(STATES[row.state]), number, "\n".join([*sentences, *row.remarks])


def template() -> bytes:
    """Return an empty list with one example line, as .xlsx."""
    rows = ([example[name] for name in COLUMNS if name in example] for example in template_rows())
    columns = [name for name in COLUMNS if name in template_rows()[0]]
    return workbook(columns, rows, widths=(12, 40, 16, 12, 16, 18, 36, 14, 16, 30, 14, 30, 40))


def workbook(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()) -> bytes:
    """Return a sheet with its head line fixed; texts that a spreadsheet would run as formulas stay texts."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and only imports need it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Documents"))
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width

    def cell(value: Any, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str) and value.startswith(_DANGEROUS):
            made.data_type = "s"
        made.font = Font(bold=bold)
        made.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str) and "\n" in value)
        return made

    sheet.append([cell(name, bold=True) for name in head])
    for row in rows:
        sheet.append([cell(value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()

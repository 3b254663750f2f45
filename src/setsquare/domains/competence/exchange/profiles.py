"""Giving role profiles out as a table that can be brought in again: a line for each component that one asks for."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.models import RoleProfile
from setsquare.domains.competence.profile import asked, titles
from setsquare.kernel.records.models import Record
from setsquare.kernel.representation.tables import csv_rows, json_rows
from setsquare.kernel.representation.workbooks import xlsx_parts

COLUMNS = (
    "title",
    "purpose",
    "unit",
    "titles",
    "framework",
    "component",
    "required",
    "desired",
    "months",
)
"""As an import reads them."""
FORMS = ("xlsx", "csv", "json")


def given_out(records: Iterable[Record], form: str) -> Iterable[str] | Iterable[bytes]:
    """Return what profiles ask for as parts of a file, in one of `FORMS`."""
    lines = (line for record in records for line in _lines(record.role_profile))
    if form == "json":
        return json_rows(lines)
    rows = ([line[name] for name in COLUMNS] for line in lines)
    if form == "csv":
        return csv_rows(COLUMNS, rows)
    return xlsx_parts(str(_("Role profiles")), COLUMNS, rows)


def _lines(profile: RoleProfile) -> Iterator[dict[str, Any]]:
    record = profile.record
    whole = {
        "title": record.title,
        "purpose": profile.purpose,
        "unit": record.unit.code,
        "titles": "; ".join(titles(profile)),
    }
    nothing: dict[str, Any] = dict.fromkeys(COLUMNS[4:])
    for row in asked(profile) or [nothing]:
        yield {**whole, **{name: "" if value is None else value for name, value in row.items()}}

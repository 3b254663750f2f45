"""Writing to the terminal: tables, records, times in the person's zone; or JSON and CSV for programs."""

import csv
import datetime as dt
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from setsquare.kernel.representation.tables import safe_cell, state_name, told

__all__ = ["as_csv", "as_json", "moment", "say", "state_name", "table", "told"]
GAP = "  "
LEAST = 12
"""Characters that a column keeps where a table is too wide for the terminal."""


def say(text: str = "") -> None:
    """Write a line for people; signs that would steer the terminal are left out."""
    print("".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text))


def as_json(values: Any) -> None:
    """Write values for programs."""
    print(json.dumps(values, ensure_ascii=False, indent=2))


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for programs; a text that a spreadsheet would run as a formula gets an apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([safe_cell(", ".join(map(str, v)) if isinstance(v, list) else v) for v in row])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write an aligned table; on a terminal it is cut to its width."""
    cells = [[_one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(head))]
    if sys.stdout.isatty():
        widths = _fitted(widths, shutil.get_terminal_size().columns)
    for number, row in enumerate(cells):
        parts = [_cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)]
        say(GAP.join(parts).rstrip())
        if number == 0:
            say(GAP.join("-" * width for width in widths))


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def _fitted(widths: list[int], columns: int) -> list[int]:
    fitted = list(widths)
    while sum(fitted) + len(GAP) * (len(fitted) - 1) > columns and max(fitted) > LEAST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def moment(value: dt.datetime | None) -> str:
    """Return a time in the person's zone, to the minute."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""

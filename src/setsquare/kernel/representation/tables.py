"""Tables to take away: registers as CSV, XLSX and JSON, the trail as CSV and JSON; no cell runs as a formula."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.telling import sentence_of, who_did
from setsquare.kernel.records import registers
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import leave_unnamed
from setsquare.kernel.records.selections import keys_of
from setsquare.kernel.records.things import (
    OPEN,
    Amendment,
    Column,
    Hidden,
    Kind,
    Label,
    Thing,
    plain,
    value_at,
)
from setsquare.kernel.representation.declarations import translated
from setsquare.kernel.representation.records import line, mention
from setsquare.kernel.representation.workbooks import MOST_ROWS, XLSX
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import without
from setsquare.kernel.writing.titles import title_told

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings of a formula; the last four are the full-width forms, which spreadsheets of East Asia read alike."""
CSV = "text/csv; charset=utf-8"
MEDIA_TYPES = {"csv": CSV, "xlsx": XLSX, "json": "application/json"}
BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that a CSV file is UTF-8."""
AT_ONCE = 64 * 1024
"""Characters or bytes that are handed on together."""


def as_asked(parts: Iterable[str] | Iterable[bytes]) -> Iterator[bytes]:
    """Yield parts of a file as bytes, each made in the language and time zone of the person who asks now."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    source: Iterator[str | bytes] = iter(parts)

    def steps() -> Iterator[bytes]:
        while True:
            size, portion = 0, []
            with translation.override(language), timezone.override(zone):
                for part in source:
                    portion.append(part.encode() if isinstance(part, str) else part)
                    size += len(part)
                    if size >= AT_ONCE:
                        break
            if not portion:
                return
            yield b"".join(portion)

    return steps()


def safe_cell(value: Any) -> Any:
    """Return a value for a CSV cell; a text that a spreadsheet would run as a formula gets an apostrophe first."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, str) and value.lstrip(" ").startswith(DANGEROUS):
        return f"'{value}"
    return value


class _Echo:
    """Gives back what a writer writes, so that it can be sent on row by row."""

    def write(self, value: str) -> str:
        return value


def csv_rows(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a table as CSV with its head."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def json_rows(items: Iterable[Any]) -> Iterator[str]:
    """Yield a list of JSON values, one on each line."""
    separator = "[\n"
    for item in items:
        yield separator + json.dumps(item, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


# --- registers ------------------------------------------------------------------------------------


def chosen_columns(thing: Thing, codes: Sequence[str]) -> list[Column]:
    """Return the columns of these codes, in their order; all of them where none is named. Raises Refused."""
    known = {column.code: column for column in thing.columns}
    if unknown := [code for code in codes if code not in known]:
        sentence = _("There is no column “%(name)s”; there are: %(names)s.")
        raise Refused({"columns": sentence % {"name": unknown[0], "names": ", ".join(known)}})
    return [known[code] for code in dict.fromkeys(codes)] if codes else list(thing.columns)


def register_records(
    thing: Thing,
    user: User,
    form: str,
    *,
    filters: Mapping[str, Sequence[str]],
    query: str = "",
    sort: str = "",
) -> Iterator[Record]:
    """Return every record of a register, in its order, to be exported as `form`.

    Which records is settled at once: one that is changed meanwhile moves within the register, but is not lost.
    Raises RegisterError as the register itself, and Refused where a sheet of Excel cannot hold them.
    """
    selected = registers.select(thing, user, filters=filters, query=query)
    registers.lines(thing, selected, ["number"], sort=sort, limit=1)
    if form == "xlsx" and registers.count(selected, MOST_ROWS).capped:
        sentence = _("A sheet of Excel holds %(most)s records; filter them first, or export as CSV.")
        raise Refused({"format": sentence % {"most": f"{MOST_ROWS:,}"}})
    keys = keys_of(thing, selected, sort=sort)

    def through() -> Iterator[Record]:
        related = registers.related_of(thing)
        for start in range(0, len(keys), registers.MOST):
            part = keys[start : start + registers.MOST]
            found = Record.objects.select_related(*related).in_bulk(list(part))
            leave_unnamed(thing, found.values(), user)
            reckon(found.values())
            yield from (found[key] for key in part if key in found)

    return through()


def head_of(columns: Sequence[Column]) -> list[str]:
    """Return the headings of columns in the reader's language, those of times with the zone by which they are told."""
    return [_heading(column) for column in columns]


def _heading(column: Column) -> str:
    label = translated(column.label)
    return f"{label} ({timezone.get_current_timezone_name()})" if column.kind is Kind.DATETIME else label


def cells_of(thing: Thing, columns: Sequence[Column], record: Record) -> list[Any]:
    """Return a record's cells: numbers and times as such, everything else as people read it."""
    return [_cell(thing, value_at(record, column.path), column.kind, column.choices) for column in columns]


def values_of(thing: Thing, columns: Sequence[Column], record: Record) -> dict[str, Any]:
    """Return a record as a line for programs, with these columns."""
    values = line(thing, record)
    shown = {column.code: values["columns"][column.code] for column in columns}
    return {**values, "columns": shown}


def _cell(thing: Thing, value: Any, kind: Kind, choices: Mapping[str, Label]) -> Any:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, dt.date | int | float) and not isinstance(value, bool) and not choices:
        return value
    return told(thing, value, kind, choices)


def told(thing: Thing, value: Any, kind: Kind, choices: Mapping[str, Label]) -> str:
    """Return a value as people read it: names, not codes; times in their zone."""
    if value is None or value == "" or value == []:
        return ""
    if kind is Kind.STATE:
        return state_name(thing, str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Record):
        return f"{value.number} {value.told}"
    if isinstance(value, User):
        return value.name
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, Amendment):
        return f"{translated(value.label)}: {value.before or '–'} → {value.after or '–'}"
    if isinstance(value, list | tuple):
        return ", ".join(told(thing, item, Kind.TEXT, choices) for item in value)
    return translated(choices.get(str(value), "")) or title_told(str(plain(value)))


def state_name(thing: Thing, code: str) -> str:
    """Return a state's word."""
    try:
        return translated(thing.lifecycle.state(code).label)
    except KeyError:
        return code


# --- the trail --------------------------------------------------------------------------------------


def trail_head() -> list[str]:
    """Return the headings of the trail as a table."""
    about = [_("Time (UTC)"), _("Record"), _("Title"), _("No."), _("Person"), _("Sign-in name"), _("Command")]
    return [*about, _("Sentence"), _("Reason"), _("Way"), "SHA-256"]


def trail_rows(entries: Iterable[Entry], thing_of: Callable[[str], Thing]) -> Iterator[list[Any]]:
    """Yield entries as rows of a table; they need `record`, `actor` and `on_behalf_of` read along."""
    for entry in entries:
        yield [
            entry.at.astimezone(dt.UTC).isoformat(),
            entry.record.number,
            entry.record.told,
            entry.seq,
            who_did(entry),
            entry.actor.username if entry.actor else "",
            entry.command,
            sentence_of(entry, thing_of(entry.record.type)),
            entry.reason,
            entry.channel,
            entry.digest,
        ]


def trail_values(
    entries: Iterable[Entry], thing_of: Callable[[str], Thing], *, states: bool, hidden: Hidden = OPEN
) -> Iterator[dict[str, Any]]:
    """Yield entries as JSON values, with the state after each where `states` are wanted, but for what is hidden."""
    for entry in entries:
        yield {
            "at": plain(entry.at),
            "record": mention(entry.record),
            "seq": entry.seq,
            "actor": entry.actor.username if entry.actor else None,
            "actor_name": entry.actor_name or None,
            "on_behalf_of": entry.on_behalf_of.username if entry.on_behalf_of else None,
            "on_behalf_of_name": entry.on_behalf_of_name or None,
            "command": entry.command,
            "sentence": sentence_of(entry, thing_of(entry.record.type)),
            "reason": entry.reason,
            "channel": entry.channel,
            "request": entry.request,
            **({"state": without(entry.values, hidden)} if states else {}),
            "digest": entry.digest,
        }

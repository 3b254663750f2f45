"""The rows of a register: which values are read for its columns, and how they are shown.

Only bare values are read, no rows of models, and what is the same in every row is made once, for a
register is the page that people open most.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from setsquare.faces.web.addresses import numbered, quoted, register_address
from setsquare.faces.web.escaping import escaped
from setsquare.faces.web.values import NOTHING, Shown, asked_on, moment_shown, shown, state_shown
from setsquare.kernel.accounts.models import Unit, User, initials
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import Lines
from setsquare.kernel.records.things import Column, Kind, Thing
from setsquare.kernel.writing.titles import title_told

KEY, TITLE = "key", "title"
Show = Callable[[Sequence[Any]], Shown]


_INSIDE = {
    TITLE: '<a href="{url}">{text}</a>',
    KEY: '<a href="{url}" tabindex="-1">{text}</a>',
    "state": '<span class="state is-{extra}">{text}</span>',
    "person": '<span class="person" title="{text}"><span class="avatar" aria-hidden="true">{extra}</span>'
    '<span class="person-name">{text}</span></span>',
    "unit": '<span class="unit" title="{text}"><svg class="icon icon-s" aria-hidden="true">'
    '<use href="{icons}#building"/></svg>{text}</span>',
    "time": '<time datetime="{extra}" data-time="relative">{text}</time>',
    "overdue": '<span class="due-late"><span class="state is-red">{overdue}</span> '
    '<time datetime="{extra}" data-time="date">{text}</time></span>',
    "date": '<time datetime="{extra}" data-time="date">{text}</time>',
    "record": '<a href="{extra}">{text}</a>',
    "none": "",
}
"""What stands in a cell. Written here and not in the template, for a register has hundreds of cells; most are like
another one of their column, and each is made once."""
LONG = 16
"""Characters from which on a text may be cut by its column; then the whole is said on hover."""
_WHOLE = '<span title="{text}">{text}</span>'
_OF_THE_ROW = frozenset((TITLE, KEY))


class Row(NamedTuple):
    """One row: the record's id, number and address, and its cells as HTML."""

    id: int
    number: str
    url: str
    cells: SafeString


@dataclass(frozen=True)
class Source:
    """Where a column's value is read, and how it is shown."""

    column: Column
    lookups: tuple[str, ...]
    show: Show


def sources_of(thing: Thing, columns: Sequence[Column]) -> list[Source]:
    """Return the sources of these columns; raises ImproperlyConfigured where a path leads nowhere."""
    zone = timezone.get_current_timezone()
    return [_source(thing, column, zone) for column in columns]


def paths_of(sources: Sequence[Source]) -> list[str]:
    """Return everything that has to be read, each once; the number always."""
    return list(dict.fromkeys(("number", *(path for source in sources for path in source.lookups))))


def rows_of(thing: Thing, sources: Sequence[Source], found: Lines) -> list[Row]:
    """Return the rows of a page; reads nothing from the database."""
    base = register_address(thing)
    places = {path: place for place, path in enumerate(("pk", *paths_of(sources)))}
    plan = [(_Cells(source), [places[path] for path in source.lookups]) for source in sources]
    rows = []
    for values in found.rows:
        number = values[1]
        url = f"{base}{quoted(number)}/"
        safe = escaped(url)
        cells = "".join([made.cell(tuple([values[place] for place in at]), safe) for made, at in plan])
        rows.append(Row(values[0], number, url, SafeString(cells)))
    return rows


class _Cells:
    """The cells of one column of a page."""

    def __init__(self, source: Source) -> None:
        self.show = source.show
        column = source.column
        self.tag = _tag(column.code, str(column.label), column.path, column.kind)
        self.same = {"icons": _icons(), "overdue": _("overdue")}
        self.made: dict[tuple[Any, ...], str] = {}

    def cell(self, values: tuple[Any, ...], url: str) -> str:
        """Return a cell as HTML; one with the same values as an earlier one is the same. `url` is escaped already."""
        try:
            known = self.made.get(values)
        except TypeError:  # a list, which cannot be looked up
            return self._cell(self.show(values), url)
        if known is not None:
            return known
        what = self.show(values)
        cell = self._cell(what, url)
        if what.kind not in _OF_THE_ROW:
            self.made[values] = cell
        return cell

    def _cell(self, what: Shown, url: str) -> str:
        inside = _INSIDE.get(what.kind, _WHOLE if len(what.text) > LONG else "{text}")
        extra = escaped(what.extra) if what.extra else ""
        filled = inside.format(text=escaped(what.text), extra=extra, url=url, **self.same)
        return f"{self.tag}{filled}</td>"


@lru_cache(maxsize=1)
def _icons() -> str:
    return static("setsquare/icons.svg")


@lru_cache(maxsize=1000)
def _tag(code: str, label: str, path: str, kind: Kind) -> SafeString:
    css = {"title": "cell-title is-wide", "number": "cell-key"}.get(path, "")
    if not css:
        css = {Kind.STATE: "cell-state", Kind.NUMBER: "is-number"}.get(kind, "")
    return format_html('<td data-col="{}" data-label="{}" class="{}">', code, label, css)


def _source(thing: Thing, column: Column, zone: dt.tzinfo) -> Source:
    path = column.path
    if path == "title":
        return Source(column, (path,), lambda values: Shown(TITLE, title_told(values[0])))
    if path == "number":
        return Source(column, (path,), lambda values: Shown(KEY, values[0]))
    if path == "state":
        return Source(column, (path,), lambda values: state_shown(thing, values[0]))
    row = _row_at(path)
    if row is None:
        kind, choices = column.kind, column.choices
        if kind is Kind.DATETIME:
            return Source(column, (path,), lambda values: _moment(values[0], zone))
        if kind is Kind.DUE:
            days = {state.code: asked_on(thing, state.code) for state in thing.lifecycle.states}
            return Source(
                column,
                (path, "state"),
                lambda values: shown(values[0], kind, choices, thing, days.get(values[1])),
            )
        return Source(column, (path,), lambda values: shown(values[0], kind, choices, thing))
    return _reference(column, row)


def _reference(column: Column, row: type[models.Model]) -> Source:
    """Return the source of a column that leads to a row of another table."""
    path = column.path
    if row is User:
        return Source(column, (f"{path}__name",), _person)
    if row is Unit:
        return Source(column, (f"{path}__name",), lambda values: _named("unit", values[0]))
    if row is Record:
        return Source(column, (f"{path}__number", f"{path}__type"), _record)
    names = {field.name for field in row._meta.concrete_fields}
    if "record" in names:
        return Source(column, (f"{path}__record__title",), lambda values: _named("text", values[0]))
    name = next((name for name in ("name", "title", "code") if name in names), "pk")
    return Source(column, (f"{path}__{name}",), lambda values: _named("text", values[0]))


def _named(kind: str, name: Any) -> Shown:
    return Shown(kind, str(name)) if name is not None else NOTHING


def _moment(moment: dt.datetime | None, zone: dt.tzinfo) -> Shown:
    return moment_shown(moment, zone) if moment else NOTHING


def _person(values: Sequence[Any]) -> Shown:
    return Shown("person", values[0], initials(values[0])) if values[0] else NOTHING


def _record(values: Sequence[Any]) -> Shown:
    number, kind = values
    return Shown("record", number, numbered(kind, number)) if number else NOTHING


def _row_at(path: str) -> type[models.Model] | None:
    """Return the model at the end of a path from Record, None where a plain value stands there."""
    model: type[models.Model] = Record
    row: type[models.Model] | None = None
    for step in path.split("__"):
        try:
            field: Any = model._meta.get_field(step)
        except FieldDoesNotExist as error:
            raise ImproperlyConfigured(f"{path!r} is no path from Record: {error}") from error
        row = field.related_model if field.is_relation else None
        model = row or model
    return row

"""A register as a table to take away: XLSX and CSV."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, signed_in, thing_at
from setsquare.faces.web.addresses import register_address
from setsquare.faces.web.exports import CSV, csv_rows, sent
from setsquare.faces.web.registers.rows import Source, paths_of, sources_of
from setsquare.faces.web.registers.wanted import Wanted, wanted_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records import registers
from setsquare.kernel.records.conditions import RegisterError
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import rows_unnamed
from setsquare.kernel.records.selections import keys_of
from setsquare.kernel.records.things import Column, Thing
from setsquare.kernel.representation.tables import head_of
from setsquare.kernel.representation.workbooks import MOST_ROWS, XLSX, xlsx_parts

FORMS = ("xlsx", "csv")


@signed_in
def register_export(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Send all that the register shows, with the columns that are shown."""
    thing = thing_at(slug)
    if form not in FORMS:
        raise Http404
    wanted, user = wanted_of(thing, request.GET), person_of(request)
    try:
        records = registers.select(thing, user, filters=wanted.filters, query=wanted.words)
        registers.lines(thing, records, ["number"], sort=wanted.sort, limit=1)
    except RegisterError as error:
        return _sorry(request, thing, str(error.sentence))
    if form == "xlsx" and registers.count(records, MOST_ROWS).capped:
        sentence = _("A sheet of Excel holds %(most)s records; filter them first, or export as CSV.")
        return _sorry(request, thing, sentence % {"most": f"{MOST_ROWS:,}"})
    columns = [column for column, is_shown in wanted.shown_columns() if is_shown]
    name = f"{thing.slug}-{timezone.localdate().isoformat()}.{form}"
    head, rows = head_of(columns), _rows(thing, columns, wanted, records, user)
    if form == "csv":
        return sent(csv_rows(head, ([_text(value) for value in row] for row in rows)), name, CSV)
    return sent(xlsx_parts(str(thing.plural), head, rows), name, XLSX)


def _sorry(request: HttpRequest, thing: Thing, sentence: str) -> HttpResponse:
    context = {
        "page_title": _("Export"),
        "crumbs": [(thing.plural, register_address(thing)), (_("Export"), "")],
        "sentence": sentence,
        "back_url": f"{register_address(thing)}?{request.GET.urlencode()}",
    }
    return render(request, "registers/export.html.jinja", context, status=422)


def _rows(
    thing: Thing, columns: Sequence[Column], wanted: Wanted, records: QuerySet[Record], user: User
) -> Iterator[list[Any]]:
    """Yield the values of each record in the register's order, a part at a time.

    Which records is settled first: one that is changed meanwhile moves within the register, but is not lost.
    """
    sources = sources_of(thing, columns)
    paths = paths_of(sources)
    places = {path: place for place, path in enumerate(("pk", *paths))}
    keys = keys_of(thing, records, sort=wanted.sort)
    for start in range(0, len(keys), registers.MOST):
        part = Record.objects.filter(pk__in=keys[start : start + registers.MOST])
        read = registers.lines(thing, part, paths, sort=wanted.sort, limit=registers.MOST).rows
        for values in rows_unnamed(thing, read, paths, user):
            yield [_value(source, [values[places[path]] for path in source.lookups]) for source in sources]


def _value(source: Source, values: Sequence[Any]) -> Any:
    """Return a value as a spreadsheet takes it: numbers and times as such, everything else as shown."""
    value = values[0]
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, dt.date | int | float) and not isinstance(value, bool) and not source.column.choices:
        return value
    return source.show(values).text


def _text(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value

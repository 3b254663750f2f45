"""Registers and histories to take away: CSV, XLSX and JSON, whole and sent while they are read."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import Schema, parameter, says
from setsquare.faces.api.finding import asked_of_trail, trail_narrowed_by
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import OWN, find, narrowed_by
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused
from setsquare.kernel.records.things import OPEN, Hidden, Thing, thing_of
from setsquare.kernel.representation import tables
from setsquare.kernel.representation.workbooks import xlsx_parts
from setsquare.kernel.sealing import log
from setsquare.kernel.trail.everything import NARROWED_BY, heard_by, may_read, readable_by
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import entries_of, heard

REGISTER_FORMS = ("csv", "xlsx", "json")
TRAIL_FORMS = ("csv", "json")
ONLY_HERE = ("format", "columns")


def _described(forms: Iterable[str], parameters: Iterable[Schema], *errors: int) -> Schema:
    form = parameter("format", "What it is taken away as.", enum=list(forms), default="csv")
    return says(
        "The file.", None, parameters=[form, *parameters], errors=(422, *errors), media_type="text/csv"
    )


def add_trail_export(api: NinjaAPI) -> None:
    """Add `GET /trail:export`."""
    api.get(
        "/trail:export",
        operation_id="trail.export",
        summary="Take away everything that happened",
        tags=["Everything"],
        openapi_extra=_described(TRAIL_FORMS, trail_narrowed_by()),
    )(trail_export)


def add_checkpoint(api: NinjaAPI) -> None:
    """Add `GET /trail/checkpoint`."""
    api.get(
        "/trail/checkpoint",
        operation_id="trail.checkpoint",
        summary="Take the newest signed checkpoint of the trail",
        tags=["Everything"],
        openapi_extra=says(
            "The signed note: origin, number of entries, root, signature.",
            None,
            errors=(404,),
            media_type="text/plain",
        ),
    )(checkpoint)


def add_register_export(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET /<slug>:export`."""

    def register(request: HttpRequest) -> HttpResponseBase:
        return _register(request, thing)

    register.__name__ = f"{thing.code}_export"
    codes = [column.code for column in thing.columns]
    columns = parameter("columns", "Only these columns, in this order.", several=True, enum=codes)
    api.get(
        f"/{thing.slug}:export",
        operation_id=f"{thing.slug}.export",
        summary="Take the register away, with the same filters",
        tags=[str(thing.plural)],
        openapi_extra=_described(REGISTER_FORMS, [columns, *narrowed_by(thing)]),
    )(register)


def add_history_export(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET /<slug>/{number}/trail:export`; it comes before `{number}:export`, since a number may hold slashes."""

    def history(request: HttpRequest, number: str) -> HttpResponseBase:
        return _history(request, thing, number)

    history.__name__ = f"{thing.code}_trail_export"
    api.get(
        f"/{thing.slug}/{{path:number}}/trail:export",
        operation_id=f"{thing.slug}.trail_export",
        summary=f"Take the whole history away: {thing.name}",
        tags=[str(thing.plural)],
        openapi_extra=_described(TRAIL_FORMS, [], 404),
    )(history)


def _form(asked: Parameters, forms: Iterable[str]) -> str:
    form = asked.text("format") or "csv"
    if form not in forms:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(forms)}})
    return form


def _register(request: HttpRequest, thing: Thing) -> HttpResponseBase:
    caller = caller_of(request)
    caller.require(Scope.READ, thing.code)
    asked = Parameters(request, *(name for name in OWN if name in ("q", "sort")), "format", rest=True)
    form = _form(asked, REGISTER_FORMS)
    filters = asked.others()
    columns = tables.chosen_columns(thing, filters.pop("columns", []))
    records = tables.register_records(
        thing, caller.user, form, filters=filters, query=asked.text("q"), sort=asked.text("sort")
    )
    name = f"{thing.slug}-{timezone.localdate().isoformat()}.{form}"
    if form == "json":
        return sent(tables.json_rows(tables.values_of(thing, columns, record) for record in records), name)
    head = tables.head_of(columns)
    rows = (tables.cells_of(thing, columns, record) for record in records)
    if form == "csv":
        return sent(tables.csv_rows(head, rows), name)
    return sent(xlsx_parts(str(thing.plural), head, rows), name)


def _history(request: HttpRequest, thing: Thing, number: str) -> HttpResponseBase:
    caller = caller_of(request)
    caller.require(Scope.READ, thing.code)
    record = find(thing, caller.user, number)
    form = _form(Parameters(request, "format"), TRAIL_FORMS)
    name, hidden = f"{record.number.replace('/', '-')}-history.{form}", thing.hidden_from(caller.user, record)
    read = entries_of(record, hidden).select_related("record", "actor", "on_behalf_of")
    return _entries(heard(read.iterator(chunk_size=500), hidden), name, states=True, hidden=hidden)


def trail_export(request: HttpRequest) -> HttpResponseBase:
    """Answer with the entries that the caller may read, as a file."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    if not may_read(caller.user):
        raise NotPermitted(_("Your roles do not allow reading the trail."))
    asked = Parameters(request, "format", "by", *NARROWED_BY, "from", "until")
    form = _form(asked, TRAIL_FORMS)
    rows = asked_of_trail(readable_by(caller.user), caller.user, asked).order_by("-at", "-id")
    entries = heard_by(rows.iterator(chunk_size=500), caller.user)
    return _entries(entries, f"trail-{timezone.localdate().isoformat()}.{form}", states=False)


def checkpoint(request: HttpRequest) -> HttpResponse:
    """Answer with the newest checkpoint of the trail, as it was signed."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    if not may_read(caller.user):
        raise NotPermitted(_("Your roles do not allow reading the trail."))
    Parameters(request)
    newest = log.newest()
    if newest is None:
        raise NotFound()
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8")


def _entries(entries: Iterable[Entry], name: str, *, states: bool, hidden: Hidden = OPEN) -> HttpResponseBase:
    if name.endswith(".json"):
        values = tables.trail_values(entries, thing_of, states=states, hidden=hidden)
        return sent(tables.json_rows(values), name)
    return sent(tables.csv_rows(tables.trail_head(), tables.trail_rows(entries, thing_of)), name)


def sent(parts: Iterable[str] | Iterable[bytes], name: str) -> StreamingHttpResponse:
    """Return a file that is sent while it is made."""
    media_type = tables.MEDIA_TYPES[name.rpartition(".")[2]]
    answer = StreamingHttpResponse(tables.as_asked(parts), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Accel-Buffering"] = "no"
    answer["Cache-Control"] = "private, no-store"
    return answer

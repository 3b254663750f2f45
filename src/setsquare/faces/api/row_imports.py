"""Bringing in many records of a type by a table: its columns, an empty one, a check, and the import itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import NinjaAPI

from setsquare.faces.api.answering import PRIVATE, address, digest_of, respond
from setsquare.faces.api.callers import actor_of, caller_of, scope_to_change
from setsquare.faces.api.describing import COMPONENTS, Schema, parameter, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.faces.api.repeating import once
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.bodies import refuse_unkeepable
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.columns import ImportColumn, columns_of, importing_command
from setsquare.kernel.importing.running import (
    LARGEST,
    MOST_ROWS,
    Report,
    Wrong,
    bring_in,
    table_from,
    table_from_rows,
)
from setsquare.kernel.importing.tables import Table
from setsquare.kernel.importing.templates import FORMS, template
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.records import Values
from setsquare.kernel.representation.tables import MEDIA_TYPES
from setsquare.kernel.trail.models import Entry

FORM = "multipart/form-data"
FIELDS = frozenset({"rows", "dry_run", "reason"})
TRUTHS = {"": False, "false": False, "0": False, "true": True, "1": True}
COMPONENTS["Rows"] = {
    "type": "object",
    "required": ["rows", "dry_run", "made", "wrong"],
    "properties": {
        "rows": {"type": "integer", "description": "How many there are."},
        "dry_run": {"type": "boolean"},
        "made": {"type": "array", "items": {"type": "object"}},
        "wrong": {"type": "array", "items": {"type": "object"}, "description": "Of a dry run."},
    },
}


def _request_body(columns: list[ImportColumn]) -> Schema:
    texts = {"dry_run": {"type": "boolean"}, "reason": {"type": "string"}}
    row = {
        "type": "object",
        "properties": {column.name: {"title": str(column.label)} for column in columns},
        "additionalProperties": False,
    }
    of_rows = {
        "type": "object",
        "required": ["rows"],
        "properties": {"rows": {"type": "array", "maxItems": MOST_ROWS, "items": row}, **texts},
        "additionalProperties": False,
    }
    of_file = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}, **texts},
    }
    return {
        "required": True,
        "content": {"application/json": {"schema": of_rows}, FORM: {"schema": of_file}},
    }


def add_row_import(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET` and `POST /<slug>:import`, where records of the type are brought in by tables."""
    command = importing_command(thing)
    if command is None:
        return

    def columns(request: HttpRequest) -> HttpResponse:
        caller_of(request).require(Scope.READ, thing.code)
        return _columns(request, thing, command)

    def begin(request: HttpRequest) -> HttpResponse:
        caller_of(request).require(scope_to_change(thing), thing.code)
        return _bring_in(request, thing)

    columns.__name__, begin.__name__ = f"{thing.code}_import_columns", f"{thing.code}_import"
    form = parameter("format", "Instead of the columns the empty table.", enum=FORMS)
    api.get(
        f"/{thing.slug}:import",
        operation_id=f"{thing.slug}.import_columns",
        summary="What a table of them holds, or the empty table",
        tags=[str(thing.plural)],
        openapi_extra=says("The columns.", "Page", parameters=[form], errors=(422,)),
    )(columns)
    api.post(
        f"/{thing.slug}:import",
        operation_id=f"{thing.slug}.import",
        summary="Bring in a table of them (XLSX, CSV, JSON), all rows or none",
        description=_(
            "At most %(most)s rows and %(size)s MB. A dry run makes nothing and tells what is wrong."
        )
        % {"most": MOST_ROWS, "size": LARGEST // 2**20},
        tags=[str(thing.plural)],
        openapi_extra={
            **says("What was made.", "Rows", errors=(409, 415, 422), headers=("Idempotency-Key",)),
            "requestBody": _request_body(columns_of(command, living=False)),
        },
    )(begin)


def _columns(request: HttpRequest, thing: Thing, command: Command) -> HttpResponse:
    asked = Parameters(request, "format")
    if form := asked.text("format"):
        if form not in FORMS:
            raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(FORMS)}})
        answer = HttpResponse(template(command, form), content_type=MEDIA_TYPES[form])
        answer["Content-Disposition"] = f'attachment; filename="{thing.slug}.{form}"'
        answer["Cache-Control"] = PRIVATE
        return answer
    items = [
        {
            "name": column.name,
            "label": str(column.label),
            "hint": str(column.hint),
            "required": column.required,
            "form": str(column.form),
            "many": column.many,
            "choices": {code: str(label) for code, label in column.choices.items()},
            "holds": column.says(),
        }
        for column in columns_of(command)
    ]
    return respond(request, {"items": items, "most_rows": MOST_ROWS}, tag=digest_of(items))


def _bring_in(request: HttpRequest, thing: Thing) -> HttpResponse:
    Parameters(request)
    table, dry_run, reason = _form(request) if request.content_type == FORM else _object(request)
    refuse_unkeepable({"reason": reason, "rows": [dict(row.cells) for row in table.rows]})

    def act(mark: str) -> HttpResponse:
        report = bring_in(thing, actor_of(request, mark), table, dry_run=dry_run, reason=reason)
        if report.wrong and not dry_run:
            raise _refused(report)
        return respond(request, shown(thing, report))

    def tell(first: Entry) -> HttpResponse:
        entries = Entry.objects.filter(actor_id=first.actor_id, request=first.request, seq=1)
        made = [
            _made(thing, {"number": entry.record.number, "title": entry.record.title})
            for entry in entries.filter(record__type=thing.code).select_related("record").order_by("id")
        ]
        return respond(request, {"rows": len(made), "dry_run": False, "made": made, "wrong": []})

    content = repr((dry_run, reason, [(row.line, *row.cells.items()) for row in table.rows]))
    return once(request, act, tell, content.encode())


def _form(request: HttpRequest) -> tuple[Table, bool, str]:
    for name in (*request.POST, *request.FILES):
        if name not in ("file", "dry_run", "reason"):
            raise Refused({name: _("There is no such field here.")})
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused({"file": _("Send the table in the field “file”.")})
    flag = str(request.POST.get("dry_run", "")).lower()
    if flag not in TRUTHS:
        raise Refused({"dry_run": _("Give true or false.")})
    return table_from(sent.read()), TRUTHS[flag], str(request.POST.get("reason", ""))[:4000]


def _object(request: HttpRequest) -> tuple[Table, bool, str]:
    data = object_in(request)
    if unknown := [name for name in data if name not in FIELDS]:
        raise Refused({unknown[0]: _("There is no such field here.")})
    dry_run, reason = data.get("dry_run", False), data.get("reason") or ""
    if not isinstance(dry_run, bool):
        raise Refused({"dry_run": _("Give true or false.")})
    if not isinstance(reason, str):
        raise Refused({"reason": _("Write a text here.")})
    return table_from_rows(data.get("rows")), dry_run, reason[:4000]


def _refused(report: Report) -> Problem:
    fields = {f"rows.{one.line}.{one.column}".rstrip("."): one.sentence for one in report.wrong}
    count = len(report.wrong)
    detail = ngettext(
        "Nothing was brought in; %(count)s thing has to be put right.",
        "Nothing was brought in; %(count)s things have to be put right.",
        count,
    ) % {"count": count}
    return Problem("invalid", detail, fields, {"rows": report.rows, "wrong": _wrong(report.wrong)})


def _wrong(wrong: tuple[Wrong, ...]) -> list[Values]:
    return [
        {"row": one.line, "column": one.column, "label": str(one.label), "sentence": one.sentence}
        for one in wrong
    ]


def shown(thing: Thing, report: Report) -> Values:
    """Return what came of an import; in a dry run the numbers are those that there would be now."""
    made = [
        {"row": one.line, **_made(thing, {"number": one.number, "title": one.title}, report.done)}
        for one in report.made
    ]
    return {
        "rows": report.rows,
        "dry_run": report.dry_run,
        "made": made,
        "wrong": _wrong(report.wrong),
        "more_wrong": report.more_wrong,
    }


def _made(thing: Thing, values: dict[str, Any], there: bool = True) -> Values:
    return {**values, "href": address(thing.slug, values["number"]) if there else None}

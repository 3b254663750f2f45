"""Bringing in many documents at once: begun by a multipart request, checked and imported by the worker."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.documents.importing import jobs
from setsquare.domains.documents.importing.models import ImportJob
from setsquare.faces.api.answering import ROOT, address_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import COMPONENTS, Schema, parameter, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, order_in, saying_how_to_sign
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation.records import Values

TAGS = ["Documents"]
DOCUMENT = "document"
TEXTS = ("type", "unit", "owner", "effective_since", "approved_by", "approved_on", "reason")
FLAGS = ("effective", "reading")
ROWS = 200
BODY: Schema = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["source"],
                "properties": {
                    "source": {"type": "string", "format": "binary", "description": "A zip, or a list."},
                    "files": {"type": "string", "format": "binary", "description": "The files of a list."},
                    **{name: {"type": "string"} for name in TEXTS},
                    **{name: {"type": "boolean"} for name in FLAGS},
                },
            }
        }
    },
}
SIGNING: Schema = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"signature": {"$ref": "#/components/schemas/Signature"}},
            }
        }
    },
}
COMPONENTS["Import"] = {
    "type": "object",
    "required": ["id", "state", "lines"],
    "properties": {
        "id": {"type": "integer"},
        "state": {"type": "string", "enum": list(ImportJob.State.values)},
        "to_sign": {
            "type": "integer",
            "description": "Lines that take a document over as in force: starting the import takes your signature.",
        },
        "lines": {"type": "object"},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": True,
}


def add_importing(api: NinjaAPI) -> None:
    """Add `/documents:import` and `/imports/{id}` with starting and stopping."""
    api.post(
        "/documents:import",
        operation_id="documents.import",
        summary="Bring in many documents; each line is checked, nothing is made before you start it",
        tags=TAGS,
        openapi_extra={
            **says("The import.", "Import", status=202, errors=(400, 413, 415, 422)),
            "requestBody": BODY,
        },
        response={202: None},
    )(begin)
    first = parameter("from", "The first line to show.", kind="integer", minimum=0, default=0)
    api.get(
        "/imports/{int:job}",
        operation_id="imports.read",
        summary="How far an import is, and what was found, 200 lines at a time",
        tags=TAGS,
        openapi_extra=says("The import.", "Import", parameters=(first,), errors=(404, 422)),
    )(read)
    api.post(
        "/imports/{int:job}:start",
        operation_id="imports.start",
        summary="Import the lines that can be imported; you sign what is taken over as in force",
        description="The signature is needed where `to_sign` counts lines: it is bound to each of them and its files.",
        tags=TAGS,
        openapi_extra={
            **says("The import.", "Import", errors=(403, 404, 415, 422)),
            "requestBody": SIGNING,
        },
    )(start)
    for name, act, summary in (
        ("check", check, "Go on checking an import that was stopped while it was checked"),
        ("stop", stop, "Stop after the line at work"),
    ):
        api.post(
            f"/imports/{{int:job}}:{name}",
            operation_id=f"imports.{name}",
            summary=summary,
            tags=TAGS,
            openapi_extra=says("The import.", "Import", errors=(404, 415, 422)),
        )(act)


def begin(request: HttpRequest) -> HttpResponse:
    """Take in what is to be imported."""
    caller = caller_of(request)
    caller.require(Scope.WRITE, DOCUMENT)
    Parameters(request)
    if request.content_type != "multipart/form-data":
        raise Problem("media_type", _("Send a zip or a list as multipart/form-data, in the field “source”."))
    source, files = request.FILES.get("source"), request.FILES.get("files")
    if source is None:
        raise Refused({"source": _("Send the zip or the list in the field “source”.")})
    data = files.read() if files is not None else None
    job = jobs.begin(
        caller.user, source.read(), source.name or "", files=data, options=_options(request.POST)
    )
    return respond(request, shown(job), status=202, headers={"Location": f"{ROOT}/imports/{job.pk}"})


def _options(given: Mapping[str, str]) -> dict[str, Any]:
    for name in given:
        if name not in (*TEXTS, *FLAGS):
            raise Refused({name: _("There is no such field here.")})
    options: dict[str, Any] = {name: given.get(name, "").strip()[:4000] for name in TEXTS}
    for name in FLAGS:
        text = given.get(name, "").lower()
        if text not in ("", "true", "false", "1", "0"):
            raise Refused({name: _("Give true or false.")})
        options[name] = text in ("true", "1")
    if "\x00" in "".join(options[name] for name in TEXTS):
        raise Refused({"reason": _("This holds a character that cannot be kept. Write it anew without.")})
    return options


def read(request: HttpRequest, job: int) -> HttpResponse:
    """Answer with an import and its lines."""
    caller_of(request).require(Scope.READ, DOCUMENT)
    asked = Parameters(request, "from")
    found = _own(request, job)
    first = asked.number("from", 0, 0, 10**9)
    rows = found.rows.filter(row__gte=first).select_related("record").order_by("row")[:ROWS]
    return respond(request, {**shown(found), "rows": [_row(row) for row in rows]})


def start(request: HttpRequest, job: int) -> HttpResponse:
    """Let the worker import what can be imported, signed by the caller where something is taken over as in force."""
    caller_of(request).require(Scope.WRITE, DOCUMENT)
    Parameters(request)
    order = order_in(request, set(), None)
    for name in order.body:
        raise Refused({name: _("There is no such field here.")})
    found = _own(request, job)
    with saying_how_to_sign(order):
        jobs.start(found, order.credentials(request))
    return respond(request, shown(found))


def check(request: HttpRequest, job: int) -> HttpResponse:
    """Go on checking an import that was stopped."""
    caller_of(request).require(Scope.WRITE, DOCUMENT)
    Parameters(request)
    found = _own(request, job)
    jobs.go_on_checking(found)
    return respond(request, shown(found))


def stop(request: HttpRequest, job: int) -> HttpResponse:
    """Halt an import."""
    caller_of(request).require(Scope.WRITE, DOCUMENT)
    Parameters(request)
    found = _own(request, job)
    jobs.stop(found)
    return respond(request, shown(found))


def _own(request: HttpRequest, pk: int) -> ImportJob:
    found = ImportJob.objects.filter(pk=min(pk, 2**63 - 1), user=caller_of(request).user).first()
    if found is None:
        raise Problem("not_found")
    return found


def shown(job: ImportJob) -> Values:
    """Return an import without its lines."""
    progress = jobs.progress(job)
    startable = job.state in jobs.STARTABLE
    return {
        "id": job.pk,
        "name": job.name,
        "state": str(job.state),
        "made": plain(job.made),
        "started": plain(job.started),
        "finished": plain(job.finished),
        "to_sign": len(jobs.to_sign(job)) if startable else 0,
        "unknown_columns": job.options.get("unknown_columns", []),
        "lines": {
            "total": progress.total,
            "waiting": progress.waiting,
            "right": progress.right,
            "wrong": progress.wrong,
            "imported": progress.imported,
            "before": progress.before,
        },
        "href": f"{ROOT}/imports/{job.pk}",
    }


def _row(row: Any) -> Values:
    return {
        "row": row.row,
        "state": str(row.state),
        "values": row.values,
        "problems": [{"field": column, "sentence": sentence} for column, sentence in row.problems],
        "remarks": row.remarks,
        "document": row.record.number if row.record else None,
        "href": address_of(row.record) if row.record else None,
    }

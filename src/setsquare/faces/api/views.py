"""Saved views of a register: the caller's own, and those that others share."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import ROOT, digest_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import COMPONENTS, Schema, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.bodies import refuse_unkeepable
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records import registers, saved_views
from setsquare.kernel.records.models import SavedView
from setsquare.kernel.records.things import Thing, plain
from setsquare.kernel.representation.records import Values
from setsquare.kernel.representation.tables import chosen_columns

WORDS, SORT, COLUMNS = "q", "sort", "columns"
FIELDS = ("name", "usual", "shared", "filters", WORDS, SORT, COLUMNS)
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "One of your own of the same name is replaced."},
        "usual": {"type": "boolean", "description": "Without a name: what the register shows you first."},
        "shared": {"type": "boolean", "description": "Offered to everybody who reads the register."},
        "filters": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        WORDS: {"type": "string"},
        SORT: {"type": "string"},
        COLUMNS: {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}
COMPONENTS["View"] = {
    "type": "object",
    "required": ["id", "name", "own", "shared", "filters", "href"],
    "properties": {"id": {"type": "integer"}, **SCHEMA["properties"], "own": {"type": "boolean"}},
    "additionalProperties": True,
}


def add_views(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET` and `POST /<slug>:views`, and `POST /<slug>:views/{id}:delete`."""

    def listed(request: HttpRequest) -> HttpResponse:
        return _list(request, thing)

    def kept(request: HttpRequest) -> HttpResponse:
        return _keep(request, thing)

    def deleted(request: HttpRequest, view: int) -> HttpResponse:
        return _delete(request, thing, view)

    tags = [str(thing.plural)]
    for name, act in (("views", listed), ("keep_view", kept), ("delete_view", deleted)):
        act.__name__ = f"{thing.code}_{name}"
    api.get(
        f"/{thing.slug}:views",
        operation_id=f"{thing.slug}.views",
        summary="Saved views of the register: your own, and those that others share",
        tags=tags,
        openapi_extra=says("All of them.", "Page"),
    )(listed)
    body = {"required": True, "content": {"application/json": {"schema": SCHEMA}}}
    api.post(
        f"/{thing.slug}:views",
        operation_id=f"{thing.slug}.keep_view",
        summary="Keep a view of the register, or change your own of this name",
        tags=tags,
        openapi_extra={**says("The view.", "View", errors=(400, 415, 422)), "requestBody": body},
    )(kept)
    api.post(
        f"/{thing.slug}:views/{{int:view}}:delete",
        operation_id=f"{thing.slug}.delete_view",
        summary="Delete one of your views",
        tags=tags,
        openapi_extra=says("It is deleted.", "Marked", errors=(404, 415)),
    )(deleted)


def _list(request: HttpRequest, thing: Thing) -> HttpResponse:
    caller = caller_of(request)
    caller.require(Scope.READ, thing.code)
    Parameters(request)
    rows = saved_views.offered_to(caller.user, thing).select_related("user")[: 2 * saved_views.MOST]
    items = [_shown(thing, caller.user, row) for row in rows]
    return respond(request, {"items": items}, tag=digest_of(items))


def _shown(thing: Thing, user: User, view: SavedView) -> Values:
    filters: dict[str, list[str]] = {}
    one: dict[str, str] = {}
    columns: list[str] = []
    known = {declared.code for declared in registers.filters_of(thing)}
    for name, value in parse_qsl(view.query):
        if name == COLUMNS:
            columns.append(value)
        elif name in known:
            filters.setdefault(name, []).append(value)
        elif name in (WORDS, SORT):
            one[name] = value
    asked = [(name, value) for name, values in filters.items() for value in values] + list(one.items())
    return {
        "id": view.pk,
        "name": view.name,
        "usual": not view.name,
        "own": view.user_id == user.pk,
        "owner": view.user.username,
        "shared": view.shared,
        "filters": filters,
        WORDS: one.get(WORDS, ""),
        SORT: one.get(SORT, ""),
        COLUMNS: columns,
        "made": plain(view.made),
        "href": f"{ROOT}/{thing.slug}" + (f"?{urlencode(asked)}" if asked else ""),
    }


def _keep(request: HttpRequest, thing: Thing) -> HttpResponse:
    caller = caller_of(request)
    caller.require(Scope.WRITE, thing.code)
    Parameters(request)
    data = object_in(request)
    refuse_unkeepable(data)
    for name in data:
        if name not in FIELDS:
            raise Refused({name: _("There is no such field here.")})
    filters = _filters(data.get("filters") or {})
    name, words, sort = (_text(data, field) for field in ("name", WORDS, SORT))
    usual, shared = (_flag(data, field) for field in ("usual", "shared"))
    columns = _texts(COLUMNS, data.get(COLUMNS) or [])
    chosen_columns(thing, columns)
    registers.page(
        thing, caller.user, filters=filters, query=words, sort=sort, limit=1
    )  # refuses what is unknown
    pairs = [(code, value) for code, values in filters.items() for value in values]
    pairs += [(field, value) for field, value in ((WORDS, words), (SORT, sort)) if value]
    pairs += [(COLUMNS, code) for code in columns]
    if wrong := saved_views.why_not(caller.user, thing, name, pairs, usual=usual):
        raise Refused(wrong)
    view = saved_views.keep(caller.user, thing, "" if usual else name, pairs, shared=shared)
    return respond(request, _shown(thing, caller.user, view))


def _filters(given: Any) -> dict[str, list[str]]:
    if not isinstance(given, Mapping):
        raise Refused({"filters": _("Give an object: a filter's name and its values.")})
    return {
        str(code): _texts(f"filters.{code}", values if isinstance(values, list) else [values])
        for code, values in given.items()
    }


def _texts(place: str, given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(value, str) for value in given):
        raise Refused({place: _("Give a list of texts.")})
    return list(given)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise Refused({name: _("Write a text here.")})
    return value.strip()


def _flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise Refused({name: _("Give true or false.")})
    return value


def _delete(request: HttpRequest, thing: Thing, view: int) -> HttpResponse:
    caller = caller_of(request)
    caller.require(Scope.WRITE, thing.code)
    Parameters(request)
    if object_in(request):
        raise Refused(_("This takes nothing."))
    if not saved_views.drop(caller.user, thing, min(view, 2**63 - 1)):
        raise Problem("not_found", _("There is no view of yours with this number."))
    return respond(request, {"marked": 1})

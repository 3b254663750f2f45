"""Answers: JSON, entity tags, pages of lists."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from setsquare.faces.api.reading import Parameters
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.keyset import CursorError, Key, cut
from setsquare.kernel.records.conditions import place_at
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.representation.records import Values

ROOT = "/api/v1"
PRIVATE = "private, no-cache"
Row = TypeVar("Row", bound=Model)


def address(slug: str, number: str, part: str = "") -> str:
    """Return the path of a record, or of a part of it."""
    return f"{ROOT}/{slug}/{quote(number, safe='/')}{part}"


def address_of(record: Record, part: str = "") -> str:
    """Return the path of a record, or of a part of it."""
    return address(thing_of(record.type).slug, record.number, part)


def linked(values: Values) -> Values:
    """Return a mention of a record with its path."""
    return {**values, "href": address(thing_of(values["type"]).slug, values["number"])}


def respond(
    request: HttpRequest,
    values: Any,
    *,
    status: int = 200,
    tag: str = "",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer of JSON; with a `tag`, only what the caller does not have already is sent."""
    if tag and request.method == "GET" and _has(request, tag):
        answer = HttpResponse(status=304)
    else:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        answer = HttpResponse(text, status=status, content_type="application/json")
    if tag:
        answer["ETag"] = f'"{tag}"'
    answer["Cache-Control"] = PRIVATE
    for name, value in (headers or {}).items():
        answer[name] = value
    return answer


def _has(request: HttpRequest, tag: str) -> bool:
    given = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
    return "*" in given or f'"{tag}"' in given


def digest_of(values: Any) -> str:
    """Return an entity tag for values that have no version."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def listed(
    request: HttpRequest, items: Sequence[Values], following: str, previous: str = "", **more: Any
) -> HttpResponse:
    """Return a page of a list, with the paths of the pages around it, also as Link header (RFC 8288)."""
    pages = {"next": _page(request, following), "previous": _page(request, previous)}
    links = [
        f'<{path}>; rel="{"prev" if name == "previous" else name}"' for name, path in pages.items() if path
    ]
    values = {"items": items, **pages, **more}
    headers = {"Link": ", ".join(links)} if links else {}
    return respond(request, values, tag=digest_of(values), headers=headers)


def _page(request: HttpRequest, cursor: str) -> str | None:
    if not cursor:
        return None
    query = request.GET.copy()
    query["after"] = cursor
    return f"{quote(request.path, safe='/:')}?{query.urlencode()}"


def list_of(
    request: HttpRequest,
    rows: QuerySet[Row],
    by: str,
    show: Callable[[Row], Values],
    asked: Parameters,
    *,
    descending: bool = True,
    along: Callable[[Sequence[Row]], None] = lambda _rows: None,
) -> HttpResponse:
    """Return a page of any rows, ordered by the field `by` and their id.

    `by` is never empty, or for records may be a path to a field. `along` reads what `show` needs of all rows at once.
    """
    name = f"api.{rows.model._meta.label}.{by}"
    key = place_at(by) if "__" in by else Key(by, rows.model._meta.get_field(by))  # type: ignore[arg-type]
    try:
        page = cut(
            rows, key, descending=descending, limit=asked.limit(), cursor=asked.text("after"), name=name
        )
    except CursorError:
        sentence = _("This place is not of this list; begin with the first page again.")
        raise Refused({"after": sentence}) from None
    along(page.rows)
    return listed(request, [show(row) for row in page.rows], page.next, page.previous)

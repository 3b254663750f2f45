"""The application as it is served, with a floor beside it: a bare Django view over the same database.

The floor goes through Django's handler without any middleware, reads 25 rows of an indexed table and writes them as
lines of text; its second address inserts one row and commits.
"""

import gc
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path
from django.utils import timezone

from setsquare.project.wsgi import application as served

ROWS = 25


def rows(_request: HttpRequest) -> HttpResponse:
    """Answer with 25 rows of the table of records, the newest changed first."""
    from setsquare.kernel.records.models import Record  # noqa: PLC0415  models are ready only now

    newest = Record.objects.order_by("-changed", "-id").values_list("number", "title", "state")[:ROWS]
    return HttpResponse("\n".join(" ".join(row) for row in newest), content_type="text/plain")


def insert(_request: HttpRequest) -> HttpResponse:
    """Insert one row and commit."""
    from setsquare.kernel.events.models import Event  # noqa: PLC0415  models are ready only now

    now = timezone.now()
    Event.objects.create(name="bench.floor", at=now, delivered=now)
    return HttpResponse("1", content_type="text/plain")


urlpatterns = [path("floor/rows", rows), path("floor/insert", insert)]


class FloorRequest(WSGIRequest):
    """A request that only these addresses answer."""

    urlconf = __name__


class FloorHandler(WSGIHandler):
    """Django's handler with no middleware at all."""

    request_class = FloorRequest


with override_settings(MIDDLEWARE=[]):
    floor = FloorHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve the floor at /floor/, everything else as in service; asked to, say how many queries it took."""
    if environ.get("PATH_INFO", "").startswith("/floor/"):
        return floor(environ, start_response)
    if "HTTP_X_COUNT_QUERIES" not in environ:
        return served(environ, start_response)
    asked = [0]

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        asked[0] += 1
        return execute(*given)

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("X-Queries", str(asked[0]))], *rest)

    with connection.execute_wrapper(count):
        return served(environ, start)


gc.collect()
gc.freeze()

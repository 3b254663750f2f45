"""Gives each request an id, counts and times it, and writes one line of log for it."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from setsquare.project import metrics

log = structlog.get_logger("setsquare.requests")

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{8,100}")


class RequestLogMiddleware:
    """Accepts the caller's ``X-Request-ID`` when it is harmless, makes one otherwise, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        response["X-Request-ID"] = request_id
        match = request.resolver_match
        view = match.view_name if match else ""
        metrics.count_request(view or "none", request.method or "", response.status_code, seconds)
        if not request.path_info.startswith("/static/"):
            log.info(
                "request",
                method=request.method,
                path=request.path_info,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
                view=view,
                person=_person(request),
            )
        return response


def _person(request: HttpRequest) -> int | None:
    """The signed-in person's id, when the request has looked it up already; costs no query."""
    user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)

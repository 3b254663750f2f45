"""``/healthz`` (the process answers) and ``/readyz`` (it can do work), for load balancers and supervisors.

Answered before anything else: no host check, no session, no query for ``/healthz``.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from setsquare.project import readiness


class HealthMiddleware:
    """Answers the two health addresses and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        if request.path_info == "/healthz":
            return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
        if request.path_info == "/readyz":
            return _ready()
        return self.get_response(request)


def _ready() -> HttpResponse:
    parts = readiness.parts()
    ready = not any(parts.values())
    return JsonResponse(
        {
            "status": "ok" if ready else "unavailable",
            "parts": {name: why or "ok" for name, why in parts.items()},
        },
        status=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )

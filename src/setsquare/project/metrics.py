"""Prometheus metrics: requests by view and status, and the state of the background work.

With several server processes ``PROMETHEUS_MULTIPROC_DIR`` (set by ``serve``) makes their counts one.
"""

import os
import secrets
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.translation import gettext as _
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from setsquare.project import vitals

REQUESTS = Counter("setsquare_requests_total", "Requests answered", ["view", "method", "status"])
LATENCY = Histogram(
    "setsquare_request_seconds",
    "Time to answer a request",
    ["view"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    """Add one answered request."""
    REQUESTS.labels(view, method, str(status)).inc()
    LATENCY.labels(view).observe(seconds)


def page(request: HttpRequest) -> HttpResponse:
    """``/metrics``: for the token's bearer, or from this machine when no token is set."""
    if not _may_read(request):
        return HttpResponseForbidden(
            _("Metrics are open to this machine only, or with the token of the setting metrics_token."),
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse(generate_latest(_registry()) + _vitals(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.SETSQUARE.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return secrets.compare_digest(given.encode(), token.encode())
    try:
        is_local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return is_local and not getattr(request, "came_through_a_proxy", False)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _vitals() -> bytes:
    lines = []
    for name, meaning, value in vitals.measure():
        if value is not None:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", f"{name} {value}"]
    return ("\n".join(lines) + "\n").encode()

"""The addresses under `/api/v1`."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path

from setsquare.faces.api.interface import Interface, guarded, unknown
from setsquare.faces.api.reference import page
from setsquare.kernel.records.things import Thing, all_things


def addresses(things: Sequence[Thing], name: str = "api") -> list[URLPattern]:
    """Return every address of an interface to these record types."""
    interface = Interface(tuple(things), name)

    def description(request: HttpRequest) -> HttpResponse:
        return JsonResponse(interface.described())

    def reference(request: HttpRequest) -> HttpResponse:
        return page(request, interface.described())

    patterns = [
        path("openapi.json", guarded(description), name="api-description"),
        path("docs", guarded(reference), name="api-reference"),
    ]
    for pattern in interface.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = guarded(pattern.callback)
            patterns.append(pattern)
    return [*patterns, re_path("", guarded(unknown), name="api-unknown")]


urlpatterns = addresses(all_things())

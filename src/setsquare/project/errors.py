"""What goes wrong around the faces, in the middleware: told to programs as problems, to people as pages."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults

from setsquare.faces.api import problems
from setsquare.faces.web import errors

INTERFACE = "/api/"


def _of_a_program(request: HttpRequest) -> bool:
    return request.path_info.startswith(INTERFACE)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer for a request that cannot be read, or whose session was ended while it was under way."""
    if _of_a_program(request):
        return problems.around(request, exception)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponseBase:
    """Answer for what is refused."""
    return problems.around(request, exception) if _of_a_program(request) else errors.forbidden(request)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponseBase:
    """Answer for what is not there, and alike for what may not be seen."""
    return problems.around(request, exception) if _of_a_program(request) else errors.not_found(request)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Answer for a fault of ours, or for a database that is busy; asks the database for nothing."""
    return problems.around(request, None) if _of_a_program(request) else errors.failed(request)

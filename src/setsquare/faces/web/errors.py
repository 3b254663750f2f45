"""Pages for what went wrong: a sentence, and nothing of the inside."""

import sys
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.faces.web.access import wants_part
from setsquare.kernel.database.busy import is_busy


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer for what is not there, and alike for what may not be seen."""
    return _answer(request, 404, _("There is nothing here, or you may not see it."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer for what is refused."""
    return _answer(request, 403, _("You may not do this."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without its token: an old page, or one of another site."""
    sentence = _(
        "The page is too old, you were signed out meanwhile, or it came from elsewhere. Nothing was changed: go back,"
        " load it anew and send it again."
    )
    return _answer(request, 403, sentence, page="stale")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours, or for a database that is busy or refused a value; asks the database for nothing."""
    error = sys.exception()  # which Django handles just now, but does not hand on
    if isinstance(error, DataError):
        return _answer(request, 422, _("A value is too long or too large to be kept."))
    if is_busy(error):
        answer = _answer(request, 503, _("The database is busy. Try again."))
        answer["Retry-After"] = "2"
        return answer
    return _answer(request, 500, _("Something went wrong on the server. Nothing was changed."))


def _answer(request: HttpRequest, status: int, sentence: str, page: str = "") -> HttpResponse:
    if wants_part(request) or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"detail": sentence}, status=status)
    return render(request, f"errors/{page or status}.html.jinja", {"sentence": sentence}, status=status)

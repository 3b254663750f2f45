"""Refuses a request that carries more than the administrator allows, before it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from setsquare.faces.api.problems import Problem, respond


class UploadLimitMiddleware:
    """Answers 413 with a sentence when the declared length is over the limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > settings.UPLOAD_LIMIT:
            return _too_large(request, settings.SETSQUARE.upload_megabytes)
        return self.get_response(request)


def _too_large(request: HttpRequest, megabytes: int) -> HttpResponse:
    sentence = _("The upload is larger than %(megabytes)d MB. Send smaller files, or fewer at once.") % {
        "megabytes": megabytes
    }
    if request.path_info.startswith("/api/"):
        return respond(request, Problem("too_large", sentence))
    return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")

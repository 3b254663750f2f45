"""The addresses of the whole installation."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from setsquare.project import metrics

handler400 = "setsquare.project.errors.malformed"
handler403 = "setsquare.project.errors.forbidden"
handler404 = "setsquare.project.errors.not_found"
handler500 = "setsquare.project.errors.failed"


def closed(request: HttpRequest) -> HttpResponse:
    """Answer for a page of allauth that Setsquare does not offer: people's data change by commands only."""
    raise Http404


urlpatterns = [
    path("metrics", metrics.page, name="metrics"),
    path("accounts/signup/", closed, name="account_signup"),
    path("accounts/email/", closed, name="account_email"),
    path("accounts/3rdparty/", closed, name="socialaccount_connections"),
    path("accounts/", include("setsquare.faces.web.signing_in.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("setsquare.faces.api.urls")),
    path("api/xapi/", include("setsquare.faces.api.xapi_urls")),
    path("", include("setsquare.faces.web.urls")),
]

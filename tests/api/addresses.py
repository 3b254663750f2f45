"""The interface to the tests' own record type, besides the pages that the middleware needs."""

from django.urls import include, path

from setsquare.faces.api.urls import addresses
from tests.api.notes import NOTE

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include(addresses([NOTE], "api-of-notes"))),
]

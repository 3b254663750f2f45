"""The interface to every record type of Setsquare, without the other faces and the tests' own record types."""

from django.urls import include, path

from setsquare.faces.api.urls import addresses
from setsquare.kernel.records.things import all_things
from tests.api.notes import NOTE

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path(
        "api/v1/",
        include(addresses([thing for thing in all_things() if thing.code != NOTE.code], "api-of-everything")),
    ),
]

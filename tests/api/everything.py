"""The interface to every declared record type, without the other faces."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("setsquare.faces.api.urls")),
]

"""The addresses under `/api/xapi`."""

from django.urls import path

from setsquare.faces.api import xapi

urlpatterns = [
    path("about", xapi.about, name="xapi-about"),
    path("statements", xapi.statements, name="xapi-statements"),
]

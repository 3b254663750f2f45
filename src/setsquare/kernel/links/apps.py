"""Django application of links."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Typed links between records."""

    name = "setsquare.kernel.links"
    label = "links"

"""Django application of the trail."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """The append-only trail."""

    name = "setsquare.kernel.trail"
    label = "trail"

"""Django application of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices: what people are told, in the application and by mail."""

    name = "setsquare.kernel.notices"
    label = "notices"

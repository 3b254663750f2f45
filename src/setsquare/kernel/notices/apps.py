"""Django application of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices: what people are told, in the application and by mail."""

    name = "setsquare.kernel.notices"
    label = "notices"

    def ready(self) -> None:
        """Subscribe to the events that people are told of."""
        from setsquare.kernel.notices import telling  # noqa: F401, PLC0415  models are ready only now

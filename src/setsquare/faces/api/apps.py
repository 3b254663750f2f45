"""Django application of the programming interface."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The programming interface and the answers that it keeps for repeated requests."""

    name = "setsquare.faces.api"
    label = "api"

    def ready(self) -> None:
        """Let the clock forget old answers."""
        import_module("setsquare.faces.api.forgetting")

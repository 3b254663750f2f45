"""Django application of the flows."""

import pkgutil
from importlib import import_module

from django.apps import AppConfig

from setsquare import flows


class FlowsConfig(AppConfig):
    """Every module of this package is a flow; loading it subscribes it."""

    name = "setsquare.flows"
    label = "flows"

    def ready(self) -> None:
        """Load the flows."""
        for module in pkgutil.iter_modules(flows.__path__):
            import_module(f"setsquare.flows.{module.name}")

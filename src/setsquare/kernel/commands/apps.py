"""Django application of commands: it finds what the domains declare, and refuses what contradicts itself."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps

DECLARING = ("thing", "commands", "handlers")
"""Modules of a domain that are loaded at start: record types, commands, what it does upon events and by the clock."""


class CommandsConfig(AppConfig):
    """Declarations of commands."""

    name = "setsquare.kernel.commands"
    label = "commands"

    def ready(self) -> None:
        """Load what every domain declares, and have it checked; tell people of what they are asked."""
        for app in apps.get_app_configs():
            if app.name.startswith("setsquare.domains."):
                for module in DECLARING:
                    if find_spec(f"{app.name}.{module}"):
                        import_module(f"{app.name}.{module}")
        for module in ("asking", "checks"):
            import_module(f"setsquare.kernel.commands.{module}")

"""Django application of the installation as a whole."""

from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """What this database is for, and which background workers serve it."""

    name = "setsquare.project"
    label = "project"

    def ready(self) -> None:
        """Make the job of the clock known, and what is done when somebody signs in."""
        import_module("setsquare.project.upkeep")
        import_module("setsquare.project.middleware.people")

"""Django application of the installation as a whole."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """What this database is for, and which background workers serve it."""

    name = "setsquare.project"
    label = "project"

"""Django application of change requests."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """Change requests; its declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.changes"
    label = "changes"

"""Django application of competence."""

from django.apps import AppConfig


class CompetenceConfig(AppConfig):
    """Competence frameworks; its declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.competence"
    label = "competence"

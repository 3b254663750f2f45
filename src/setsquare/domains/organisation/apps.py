"""Django application of the organisation."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """The organisation: its units, people and roles, as records with a trail of their own."""

    name = "setsquare.domains.organisation"
    label = "organisation"

    def ready(self) -> None:
        """Declare the record types and their commands."""
        from setsquare.domains.organisation import commands, starter, thing  # noqa: F401, PLC0415 - need loaded models

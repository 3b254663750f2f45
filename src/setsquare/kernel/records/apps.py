"""Django application of the record."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Records and their numbering."""

    name = "setsquare.kernel.records"
    label = "records"

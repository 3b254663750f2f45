"""Django application of events."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Events: what commands announce, delivered at least once after their transaction, and jobs by the clock."""

    name = "setsquare.kernel.events"
    label = "events"

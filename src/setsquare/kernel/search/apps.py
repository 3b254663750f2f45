"""Django application of search."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Full-text search over records, the same on both databases."""

    name = "setsquare.kernel.search"
    label = "search"

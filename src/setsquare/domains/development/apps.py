"""Django application of development plans."""

from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    """Development plans; their declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.development"
    label = "development"

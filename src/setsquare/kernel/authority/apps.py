"""Django application of authority."""

from django.apps import AppConfig


class AuthorityConfig(AppConfig):
    """Authority: the rules in force by which it follows from roles and qualifications."""

    name = "setsquare.kernel.authority"
    label = "ruling"

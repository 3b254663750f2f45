"""Django application of authority rules."""

from django.apps import AppConfig


class AuthorityRulesConfig(AppConfig):
    """Authority rules; its declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.authority"
    label = "authority"

"""Django application of the mail face."""

from importlib import import_module

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Sends notices by mail."""

    name = "setsquare.faces.mail"
    label = "mail"

    def ready(self) -> None:
        """Have the clock send what waits."""
        import_module("setsquare.faces.mail.sending")

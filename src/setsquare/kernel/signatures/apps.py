"""Django application of signatures."""

from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    """Signatures: who signed what, with which meaning, bound to exactly what was signed."""

    name = "setsquare.kernel.signatures"
    label = "signatures"

"""Django application of the seal."""

from importlib import import_module

from django.apps import AppConfig


class SealingConfig(AppConfig):
    """The seal: each entry of the trail is a leaf of a log whose checkpoints are signed."""

    name = "setsquare.kernel.sealing"
    label = "sealing"

    def ready(self) -> None:
        """Have the clock run the sequencer."""
        import_module("setsquare.kernel.sealing.clock")

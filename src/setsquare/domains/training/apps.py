"""Django application of training."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Courses, sessions and certificates; their declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.training"
    label = "training"

"""Django application of qualifications."""

from django.apps import AppConfig


class QualificationsConfig(AppConfig):
    """Qualifications: who is qualified in what, at which level, for how long, and what shows it."""

    name = "setsquare.kernel.qualifications"
    label = "qualifications"

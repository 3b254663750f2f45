"""Django application of tasks."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks: what a person is asked to do about a record, and until when."""

    name = "setsquare.kernel.tasks"
    label = "tasks"

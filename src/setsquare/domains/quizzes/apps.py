"""Django application of quizzes."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Quizzes and attempts at them; its declarations are found by the kernel's application of commands."""

    name = "setsquare.domains.quizzes"
    label = "quizzes"

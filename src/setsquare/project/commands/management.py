"""``setsquare manage``: Django's management commands."""

from setsquare.project.commands.settings import load


def run(arguments: list[str]) -> int:
    """Hand ``arguments`` to Django."""
    load()
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - slow to load

    execute_from_command_line(["setsquare manage", *arguments])
    return 0

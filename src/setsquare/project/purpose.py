"""Keeps the demo and real work apart: what this database is for, and who may use it with which settings."""

from django.db import DatabaseError
from django.utils import timezone

from setsquare.project.configuration import Configuration
from setsquare.project.models import Installation


def current() -> Installation | None:
    """The row of this database; ``None`` when it is new or not migrated."""
    try:
        return Installation.objects.first()
    except DatabaseError:
        return None


def declare(purpose: Installation.Purpose) -> Installation:
    """Say what a new database is for; an existing declaration stays."""
    return Installation.objects.get_or_create(id=1, defaults={"purpose": purpose})[0]


def may_become(purpose: Installation.Purpose) -> bool:
    """Whether this database was not declared to be for something else."""
    here = current()
    return here is None or here.purpose == purpose


def note_demo_loaded() -> None:
    """Say that the demo organisation is complete."""
    Installation.objects.filter(id=1).update(demo_loaded=timezone.now())


def objection(configuration: Configuration) -> str:
    """Why these settings must not be used with this database; empty when they may."""
    here = current()
    if configuration.in_production and here is not None and here.purpose == Installation.Purpose.DEMO:
        return (
            "This database holds the demo organisation, whose accounts everybody knows: point database_url "
            "(or data_directory) at another database, or set mode to demo."
        )
    if not configuration.in_production and holds_real_work():
        return (
            f"This database holds real work, and mode {configuration.mode} is lax about keys and cookies: "
            "set mode to production, or point database_url (or data_directory) at another database."
        )
    return ""


def holds_real_work() -> bool:
    """Whether `setsquare init` made this database."""
    here = current()
    return here is not None and here.purpose == Installation.Purpose.PRODUCTION

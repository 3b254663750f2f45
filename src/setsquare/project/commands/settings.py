"""Reads the settings for a command and starts Django with them."""

import os

from setsquare.project import configuration
from setsquare.project.configuration import Configuration
from setsquare.project.terminal import Refused


def load(*, again: bool = False) -> Configuration:
    """The settings of this process, read ``again`` after a change; a bad one is refused with its sentence."""
    if again:
        configuration.load.cache_clear()
    try:
        return configuration.load()
    except configuration.ConfigurationError as wrong:
        raise Refused(str(wrong)) from None


def start_django() -> Configuration:
    """Load the settings and Django's apps."""
    settings = load()
    _refuse_missing_key(settings)
    os.umask(0o077)  # what is made from here on is for this account alone
    import django  # noqa: PLC0415 - slow to load, and only once the settings are known to be good

    django.setup()
    return settings


def refuse_lax_production(settings: Configuration) -> None:
    """Refuse to serve real work with settings fit for a demo only."""
    _refuse_missing_key(settings)
    reasons = configuration.refusals(settings)
    if reasons:
        raise Refused(
            "these settings are not safe for production.\n" + "\n".join(f"  - {reason}" for reason in reasons)
        )


def _refuse_missing_key(settings: Configuration) -> None:
    if not settings.secret_key.get_secret_value():
        raise Refused("There is no secret key yet: run `setsquare init`, or set SETSQUARE_SECRET_KEY.")

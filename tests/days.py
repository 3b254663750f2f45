"""Today, as it is told where the tests' organisation is."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

HOME = ZoneInfo("Europe/Berlin")


def today() -> dt.date:
    """Return the day in Berlin: for an hour or two each night it is another one than by UTC."""
    return timezone.localdate(timezone=HOME)

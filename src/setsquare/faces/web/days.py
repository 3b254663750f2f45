"""Days in an address, between which the trail and a record's history are narrowed."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Q
from django.utils import timezone

_YEARS = range(1900, 2200)
"""Nothing was done outside them; near the ends of the calendar a time zone leads out of it."""


def between_days(given: Mapping[str, str]) -> Q:
    """Return the condition that an entry is of the days `from` and `to` in the reader's zone, both included.

    What is no day narrows nothing.
    """
    condition = Q()
    if (first := _day(given.get("from", ""))) is not None:
        condition &= Q(at__gte=_start_of(first))
    if (last := _day(given.get("to", ""))) is not None:
        condition &= Q(at__lt=_start_of(last + dt.timedelta(days=1)))
    return condition


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))

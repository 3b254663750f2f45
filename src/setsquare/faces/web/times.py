"""Days and times as pages write them: in one style, in the reader's language and zone.

Scripts only make of a recent time how long ago it was; they write days and times in the same style
(`frontend/src/js/times.js`).
"""

import datetime as dt
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language


def day_text(day: dt.date | dt.datetime | str) -> str:
    """Return a day, such as “3 March 2026”; of a time the day that it falls on in the reader's zone."""
    return _day(_here(_read(day)).toordinal(), get_language())


def time_text(moment: dt.date | dt.datetime | str) -> str:
    """Return a time, such as “3 March 2026, 14:00”; a day without a time of day as a day."""
    value = _here(_read(moment))
    day = _day(value.toordinal(), get_language())
    return f"{day}, {value:%H:%M}" if isinstance(value, dt.datetime) else day


def _here(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """Return a time as the clocks of the reader's zone show it."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return value.astimezone(timezone.get_current_timezone())
    return value


@lru_cache(maxsize=10_000)
def _day(ordinal: int, _language: str | None) -> str:
    """Return a day in a language; pages name the same few days over and over."""
    return date_format(dt.date.fromordinal(ordinal), "DATE_FORMAT")


def time_in_zone(moment: dt.datetime) -> str:
    """Return a time with the name of the zone whose clocks show it: “3 March 2026, 14:00 (Europe/Berlin)”."""
    return f"{time_text(moment)} ({timezone.get_current_timezone_name()})"


def _read(text: dt.date | dt.datetime | str) -> dt.date | dt.datetime:
    if not isinstance(text, str):
        return text
    return dt.date.fromisoformat(text) if len(text) == len("2026-01-31") else dt.datetime.fromisoformat(text)

"""Days and times as pages write them: in one style, in the reader's language and zone.

Scripts only make of a recent time how long ago it was; they write days and times in the same style
(`frontend/src/js/times.js`).
"""

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format


def day_text(day: dt.date | dt.datetime | str) -> str:
    """Return a day, such as “3 March 2026”; of a time the day that it falls on in the reader's zone."""
    value = _read(day)
    local = (
        timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    )
    return date_format(local, "DATE_FORMAT")


def time_text(moment: dt.date | dt.datetime | str) -> str:
    """Return a time, such as “3 March 2026, 14:00”; a day without a time of day as a day."""
    value = _read(moment)
    if not isinstance(value, dt.datetime):
        return day_text(value)
    return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "DATETIME_FORMAT")


def time_in_zone(moment: dt.datetime) -> str:
    """Return a time with the name of the zone whose clocks show it: “3 March 2026, 14:00 (Europe/Berlin)”."""
    return f"{time_text(moment)} ({timezone.get_current_timezone_name()})"


def _read(text: dt.date | dt.datetime | str) -> dt.date | dt.datetime:
    if not isinstance(text, str):
        return text
    return dt.date.fromisoformat(text) if len(text) == len("2026-01-31") else dt.datetime.fromisoformat(text)

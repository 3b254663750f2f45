"""Days of qualifications: reckoned by calendar months, counted where the unit of their person is."""

import calendar
import datetime as dt

from django.utils import timezone

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import zone

_QUARTER = dt.timedelta(minutes=15)
"""Wherever it is midnight, a quarter of an hour begins in UTC."""
_FURTHEST_EAST = dt.timedelta(hours=13, minutes=45)
"""How much earlier than in UTC a day begins at most; furthest west it begins less than a day later than there."""


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months later; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def start_of(day: dt.date, unit: Unit | None) -> dt.datetime:
    """Return the moment at which a day begins where the unit is."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone(unit)).astimezone(dt.UTC)


def end_of(day: dt.date, unit: Unit | None) -> dt.datetime:
    """Return the moment at which a day is over where the unit is: the one at which the next begins."""
    return start_of(day + dt.timedelta(days=1), unit)


def last_day(until: dt.datetime | None) -> dt.date | None:
    """Return the last day that counts of what is over at a moment, the same for every reader; None where it never is.

    What was given until a day ends as the next one begins where its person is, and only that clock tells the day: a
    midnight anywhere from Honolulu to the Chatham Islands shows which. Other moments are told by the reader's clock.
    """
    if until is None:
        return None
    if until.timestamp() % _QUARTER.total_seconds():
        return timezone.localtime(until).date()
    return (until.astimezone(dt.UTC) + _FURTHEST_EAST).date() - dt.timedelta(days=1)


def day_in(now: dt.datetime, unit: Unit | None) -> dt.date:
    """Return the day that it is where the unit is."""
    return now.astimezone(zone(unit)).date()

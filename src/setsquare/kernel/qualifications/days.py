"""Days of qualifications: reckoned by calendar months, counted where the unit of their person is."""

import calendar
import datetime as dt

from django.utils import timezone

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import zone

_QUARTER = dt.timedelta(minutes=15)
"""Wherever it is midnight, a quarter of an hour begins in UTC."""
_EAST = dt.timedelta(hours=13, minutes=45)
"""How much earlier than in UTC a day begins at most where its moment alone tells the day; furthest west it begins less
than a day later than there."""
_BEYOND = {dt.timedelta(microseconds=1): 1, dt.timedelta(microseconds=2): -1}
"""By how much later the day is over where it begins earlier or later than that, and how many days are to be added.

Clocks of the world are up to 26 hours apart: one moment is midnight in Honolulu and a day further on Kiritimati.
"""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


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


def expiry_of(day: dt.date, unit: Unit | None) -> dt.datetime:
    """Return the moment at which expires what lasts until a day where the unit is, from which `last_day` reads the day.

    It is when that day is over; where its moment would tell another day, a microsecond or two later.
    """
    over = end_of(day, unit)
    return next((over + more for more in (dt.timedelta(), *_BEYOND) if last_day(over + more) == day), over)


def last_day(until: dt.datetime | None, place: dt.tzinfo | None = None) -> dt.date | None:
    """Return the last day that counts of what is over at a moment, the same for every reader; None where it never is.

    What was given until a day (`expiry_of`) ends as the next one begins where its person is, and only that clock tells
    the day: its midnight shows which. Other moments are told by the clock of a place, without one by the reader's.
    """
    if until is None:
        return None
    more = (until - _EPOCH) % _QUARTER
    if more and more not in _BEYOND:
        return timezone.localtime(until, place).date()
    beyond = _BEYOND.get(more, 0)
    return (until.astimezone(dt.UTC) + _EAST).date() - dt.timedelta(days=1 - beyond)


def due_day(due: dt.datetime, place: dt.tzinfo) -> dt.date:
    """Return the day by which something is due: the last one that counts by the clock of a place, whoever reads it.

    What ends with a day is due on that day, though the moment at which it is over is already the next one's.
    """
    return (due - dt.timedelta(microseconds=1)).astimezone(place).date()


def day_in(now: dt.datetime, unit: Unit | None) -> dt.date:
    """Return the day that it is where the unit is."""
    return now.astimezone(zone(unit)).date()

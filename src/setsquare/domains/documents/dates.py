"""Days of periodic review."""

import calendar
import datetime as dt


def next_review_after(day: dt.date, months: int) -> dt.date | None:
    """Return the day `months` later, the last of its month where it has no such day; None for no reviews."""
    if not months:
        return None
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

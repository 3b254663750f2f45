"""What documents have to know of courses, which belong to another domain: a flow says it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label


@dataclass(frozen=True)
class Learning:
    """How courses are asked about."""

    why_not: Callable[[Record], Label | None]
    """Why a record is no course that people can be sent to; None where it is one."""
    learned: Callable[[Record, dt.date], QuerySet[User]]
    """Who completed a course on this day or later, and still holds it."""


def _no_courses(record: Record) -> Label | None:
    return _("%(number)s is no course.") % {"number": record.number}


_known = [Learning(_no_courses, lambda _course, _day: User.objects.none())]


def know(learning: Learning) -> None:
    """Have documents ask about courses in this way."""
    _known[0] = learning


def why_no_course(record: Record) -> Label | None:
    """Return why nobody can be sent to take a record as a course; None where people can."""
    return _known[0].why_not(record)


def learned(course: Record, since: dt.date) -> QuerySet[User]:
    """Return who completed a course since a day and still holds it."""
    return _known[0].learned(course, since)

"""Reading qualifications: those that hold now, and those that held at a time."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.kernel.qualifications.models import Qualification


def holding(now: dt.datetime | None = None) -> QuerySet[Qualification]:
    """Return the qualifications that hold now: begun, not expired and not ended, at a level at all."""
    now = now or timezone.now()
    unexpired = Q(until__isnull=True) | Q(until__gt=now)
    return Qualification.objects.filter(unexpired, ended__isnull=True, since__lte=now, level__gt=0)


def held(at: dt.datetime) -> QuerySet[Qualification]:
    """Return the qualifications that held at a time at a level at all, as far as they were written down by then."""
    unexpired = Q(until__isnull=True) | Q(until__gt=at)
    unended = Q(ended__isnull=True) | Q(ended__gt=at)
    return Qualification.objects.filter(unexpired, unended, since__lte=at, given__lte=at, level__gt=0)


def expiring(since: dt.datetime, until: dt.datetime) -> QuerySet[Qualification]:
    """Return the qualifications not ended otherwise that expire between two times, the first of them excluded."""
    return Qualification.objects.filter(ended__isnull=True, until__gt=since, until__lte=until)

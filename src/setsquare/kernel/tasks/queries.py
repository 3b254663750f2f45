"""Reading tasks: a person's inbox, and what is open on a record."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import absent_for, acts_for
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Hidden
from setsquare.kernel.tasks.kinds import personal_kinds
from setsquare.kernel.tasks.models import Task


def inbox(user: User, now: dt.datetime | None = None) -> QuerySet[Task]:
    """Return what `user` is asked to do now, the earliest due first; with it what they stand in for.

    What is only theirs (reading) is not inherited by a substitute. The order is by an expression of the due time, so
    that SQLite sorts the person's tasks instead of walking through everybody's by their due time.
    """
    may_do = Q(assignee_id=user.pk) | ~Q(kind__in=personal_kinds())
    return (
        Task.objects.filter(may_do, assignee_id__in=acts_for(user, now), done__isnull=True)
        .select_related("record", "record__unit", "assignee")
        .order_by(Coalesce("due", "due"), "id")
    )


def first_of_inbox(user: User, now: dt.datetime, count: int) -> QuerySet[Any, Any]:
    """Return the ids of the first tasks of the inbox: up to `count` of the person's own, and as many as a substitute.

    The person's own come from the index in their order, however many they are; hence apart from the others.
    """
    opened = Task.objects.filter(done__isnull=True)
    own = opened.filter(assignee_id=user.pk).order_by("due", "id")
    others = opened.filter(~Q(kind__in=personal_kinds()), assignee_id__in=absent_for(user, now))
    others = others.order_by(Coalesce("due", "due"), "id")
    parts = [
        Task.objects.filter(pk__in=part.values("pk")[:count]).order_by().values("pk")
        for part in (own, others)
    ]
    return parts[0].union(parts[1], all=True)


def asked_on(record: Record, reader: User, hidden: Hidden) -> QuerySet[Task]:
    """Return what was and is asked on a record, but for what others are asked and is hidden from the reader."""
    tasks = Task.objects.filter(record=record)
    return tasks.exclude(~Q(assignee=reader), kind__in=hidden.tasks) if hidden.tasks else tasks


def open_on(record: Record, kind: str | None = None) -> QuerySet[Task]:
    """Return the open tasks on a record, the earliest step first."""
    tasks = Task.objects.filter(record=record, done__isnull=True)
    if kind is not None:
        tasks = tasks.filter(kind=kind)
    return tasks.select_related("assignee").order_by("step", "id")


def overdue() -> QuerySet[Task]:
    """Return every open task whose due time is past, the longest overdue first."""
    return (
        Task.objects.filter(done__isnull=True, due__lt=timezone.now())
        .select_related("record", "assignee", "assignee__manager")
        .order_by("due", "id")
    )

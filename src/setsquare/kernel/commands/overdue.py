"""Keeping after what people were asked to do: reminded shortly before it is due, told to the line once it is late.

The same for every record type: its kinds of tasks say in which words (`TaskKind`), and it declares the commands
`remind_due` and `escalate`, so that both stand in the record's trail: by `keep_after`, or in words of its own with the
functions here.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated

import structlog
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown
from setsquare.kernel.commands.declaration import Actor, Reason, all_commands, command
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import all_kinds, kind_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

REMIND, ESCALATE = "remind_due", "escalate"
SOON = dt.timedelta(days=3)
"""How long before its due time a task is reminded of."""
MOST_TASKS = 1000
"""Tasks that one round of the clock reminds of or escalates."""
log = structlog.get_logger()


class TaskList(Body):
    """Which tasks."""

    tasks: Annotated[list[int], Field(max_length=MOST_TASKS), Shown(gettext_lazy("Tasks"))]


def open_of(act: Act, body: TaskList) -> list[Task]:
    """Return those of the tasks that are open on the record now."""
    chosen = Task.objects.filter(pk__in=body.tasks, record=act.record, done__isnull=True)
    return list(chosen.select_related("assignee__manager").order_by("kind", "id"))


def remind(act: Act, tasks: Iterable[Task]) -> int:
    """Remind the people of tasks on the record; returns how many were told."""
    told = 0
    for kind, chosen in groupby(sorted(tasks, key=lambda task: task.kind), key=lambda task: task.kind):
        words = kind_of(kind).reminder
        told += act.remind(chosen, words, number=act.record.number, title=act.record.title)
    return told


def escalate(act: Act, body: TaskList) -> None:
    """Tell the managers of the people who are late, once for each task; without a manager the record's owner."""
    tasks = [task for task in open_of(act, body) if task.escalated is None]
    act.escalate(tasks)
    late: dict[tuple[User, str], list[str]] = {}
    for task in tasks:
        late.setdefault((_above(task, act), task.kind), []).append(task.assignee.name)
    for (head, kind), names in late.items():
        act.tell(
            head,
            "escalation",
            kind_of(kind).overdue,
            number=act.record.number,
            title=act.record.title,
            names=some(names),
        )
    act.say(gettext_noop("%(names)s"), names=some(task.assignee.name for task in tasks))


def keep_after(thing: str) -> None:
    """Declare the commands by which the clock keeps after what people are asked on records of a type."""
    same = {"body": TaskList, "reason": Reason.NEVER, "reindexes": False}
    label, past = gettext_lazy("Remind"), gettext_lazy("reminded people of it")
    command(thing, REMIND, label=label, past=past, **same)(_remind_due)
    label, past = gettext_lazy("Escalate"), gettext_lazy("told the line of what is overdue")
    command(thing, ESCALATE, label=label, past=past, **same)(escalate)


def _remind_due(act: Act, body: TaskList) -> None:
    """Remind the people of these tasks that they are nearly due; done by the clock."""
    remind(act, open_of(act, body))


def _above(task: Task, act: Act) -> User:
    manager = task.assignee.manager
    return manager if manager is not None and manager.is_active else act.record.owner


@every(minutes=15)
def remind_and_escalate() -> int:
    """Remind of what is nearly due, once, and tell the line of what is overdue, once."""
    now = timezone.now()
    early = [kind.code for kind in all_kinds() if kind.reminded_early]
    soon = _open(REMIND).filter(
        kind__in=early, reminded__isnull=True, due__gt=now, due__lte=now + SOON, opened__lte=now - SOON
    )
    late = _open(ESCALATE).filter(escalated__isnull=True, due__lt=now)
    return _by_record(soon, REMIND) + _by_record(late, ESCALATE)


def _open(name: str) -> QuerySet[Task]:
    """Return the open tasks on records whose type declares the command."""
    types = [declared.thing for declared in all_commands() if declared.name == name]
    return Task.objects.filter(done__isnull=True, record__type__in=types)


def _by_record(tasks: QuerySet[Task], name: str) -> int:
    chosen = tasks.select_related("record").order_by("record_id", "id")[:MOST_TASKS]
    done = 0
    for record, of_record in groupby(chosen, key=lambda task: task.record):
        keys = [task.pk for task in of_record]
        try:
            carry_out(record.type, name, Actor.system(), record=record, body={"tasks": keys})
            done += len(keys)
        except CommandError as refused:
            log.warning("clock_command_refused", command=name, record=record.number, why=str(refused))
    return done

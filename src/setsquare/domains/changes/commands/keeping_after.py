"""Reminding of what is asked for on a change request, and telling the line of what is overdue."""

from django.utils.translation import gettext_lazy

from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.overdue import TaskList


@command(
    "change_request",
    "remind_due",
    label=gettext_lazy("Remind"),
    past=gettext_lazy("reminded people of it"),
    body=TaskList,
    reason=Reason.NEVER,
    reindexes=False,
)
def remind_due(act: Act, body: TaskList) -> None:
    """Remind the people of these tasks that they are nearly due; done by the clock."""
    overdue.remind(act, overdue.open_of(act, body))


@command(
    "change_request",
    "escalate",
    label=gettext_lazy("Escalate"),
    past=gettext_lazy("told the line of what is overdue"),
    body=TaskList,
    reason=Reason.NEVER,
    reindexes=False,
)
def escalate(act: Act, body: TaskList) -> None:
    """Tell the managers of the people who are late; done by the clock."""
    overdue.escalate(act, body)

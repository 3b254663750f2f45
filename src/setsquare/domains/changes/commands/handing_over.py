"""Keeping after what is asked on a change request, and what becomes of what somebody leaves behind."""

from typing import Annotated

from django.utils.translation import gettext_lazy

from setsquare.domains.changes.looking import ask_to_look
from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.permissions import ASSESS, DECIDE
from setsquare.domains.changes.rules import due_after
from setsquare.domains.changes.work import ASSESS as ASSESSING
from setsquare.domains.changes.work import CLOSE as CLOSING
from setsquare.domains.changes.work import DECIDE as DECIDING
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Person, Shown
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.leaving import (
    ASKED_AGAIN,
    PASSED_ON,
    Gone,
    PassOn,
    say_in_whose_place,
    take_over,
)
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.tasks.models import Task

MAY = {ASSESSING.code: ASSESS, DECIDING.code: DECIDE}
"""The permission by which somebody else does each of these kinds of tasks."""

TakesOver = Annotated[Person | None, Shown(gettext_lazy("Who takes over"))]


class AskAgain(Gone):
    """Whose tasks others are asked to do; `to` is asked alone where they may."""

    to: TakesOver = None


keep_after("change_request")
entrusts("change_request")


@command("change_request", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the change request to who takes over from somebody who left; the system does this."""
    take_over(act, body)
    if act.record.state == "implemented":
        ask_to_look(act)


@command("change_request", "ask_again", **{**ASKED_AGAIN, "body": AskAgain})
def ask_again(act: Act, body: AskAgain) -> None:
    """Close the tasks of somebody who left and ask whoever else may; the system does this."""
    change: ChangeRequest = act.detail
    waiting = Task.objects.filter(record=act.record, done__isnull=True, kind__in=(*MAY, CLOSING.code))
    for task in waiting.filter(assignee=body.person).order_by("id"):
        act.finish([task], "left")
        if task.kind == CLOSING.code:
            ask_to_look(act)
            continue
        if waiting.filter(kind=task.kind).exists():
            continue
        barred = {change.requested_by_id, act.record.owner_id} if task.kind == DECIDING.code else set()
        others = people_permitted(MAY[task.kind], act.record.unit).exclude(pk__in=barred)
        if body.to is not None and others.filter(pk=body.to.pk).exists():
            others = others.filter(pk=body.to.pk)
        act.ask_all(task.kind, others, max(task.due, due_after(act, change)))
    say_in_whose_place(act, body.person)

"""Keeping after what people are asked, and what becomes of the work of who leaves."""

from setsquare.domains.training.commands.certifying import ask_to_verify
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.commands.act import Act
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

keep_after("course")
keep_after("certificate")
entrusts("certificate")


@command("course", "pass_on", **PASSED_ON, reason=Reason.NEVER)
@command("training_session", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give it to who takes over from somebody who left; the system does this."""
    take_over(act, body)


@command("certificate", "ask_again", **ASKED_AGAIN)
def ask_again(act: Act, body: Gone) -> None:
    """Close what somebody was asked who left, and ask whoever else may verify it; the system does this."""
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code, assignee=body.person), "handed_over")
    ask_to_verify(act, frozenset({body.person.pk}))
    say_in_whose_place(act, body.person)

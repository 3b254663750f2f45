"""Reminding of rules that wait for approval, and what becomes of those of somebody who leaves."""

from setsquare.domains.authority.commands.writing import approvers, ask, waiting
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

keep_after("authority_rule")
entrusts("authority_rule")


@command("authority_rule", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the rule to who takes over from somebody who left; the system does this."""
    take_over(act, body)


@command("authority_rule", "ask_again", **ASKED_AGAIN)
def ask_again(act: Act, body: Gone) -> None:
    """Close the task of somebody who left and ask whoever else may; the system does this."""
    act.finish(waiting(act).filter(assignee=body.person), "left")
    ask(act, approvers(act.detail))
    say_in_whose_place(act, body.person)

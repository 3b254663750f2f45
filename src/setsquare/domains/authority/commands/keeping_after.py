"""Reminding of rules that wait for approval, and what becomes of those of somebody who leaves."""

from typing import Annotated

from django.utils.translation import gettext_lazy

from setsquare.domains.authority.commands.writing import approvers, ask, waiting
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.lifecycle import gettext_noop

keep_after("authority_rule")
entrusts("authority_rule")

WhoseTask = Annotated[AnyPerson, Shown(gettext_lazy("Who left"))]


class WhoLeft(Body):
    """In whose place others are asked."""

    person: WhoseTask


@command("authority_rule", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the rule to who takes over from somebody who left; the system does this."""
    take_over(act, body)


@command(
    "authority_rule",
    "ask_again",
    label=gettext_lazy("Ask others"),
    past=gettext_lazy("asked others"),
    body=WhoLeft,
    reindexes=False,
)
def ask_again(act: Act, body: WhoLeft) -> None:
    """Close the task of somebody who left and ask whoever else may; the system does this."""
    act.finish(waiting(act).filter(assignee=body.person), "left")
    ask(act, approvers(act.detail))
    act.say(gettext_noop("in place of %(name)s"), name=body.person.name)

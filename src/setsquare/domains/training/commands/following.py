"""Keeping after what people are asked, and what becomes of the work of who leaves."""

from typing import Annotated

from django.utils.translation import gettext_lazy

from setsquare.domains.training.commands.certifying import ask_to_verify
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.models import Task

keep_after("course")
keep_after("certificate")
entrusts("certificate")


@command("course", "pass_on", **PASSED_ON, reason=Reason.NEVER)
@command("training_session", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give it to who takes over from somebody who left; the system does this."""
    take_over(act, body)


WhoLeft = Annotated[AnyPerson, Shown(gettext_lazy("Who left"))]


class Gone(Body):
    """Who left."""

    person: WhoLeft


@command(
    "certificate",
    "ask_again",
    label=gettext_lazy("Ask others"),
    past=gettext_lazy("asked others"),
    body=Gone,
    reason=Reason.NEVER,
    reindexes=False,
)
def ask_again(act: Act, body: Gone) -> None:
    """Close what somebody was asked who left, and ask whoever else may verify it; the system does this."""
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code, assignee=body.person), "handed_over")
    ask_to_verify(act, frozenset({body.person.pk}))
    act.say(gettext_noop("in place of %(name)s"), name=body.person.name)

"""What becomes of supervised deeds that wait: others are asked, and what cannot be done any more lapses."""

from contextlib import suppress
from typing import Annotated

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy

from setsquare.domains.authority.commands.writing import waiting
from setsquare.domains.authority.overseen import SUPERVISED_DEEDS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown
from setsquare.kernel.commands.declaration import Actor, Reason, command
from setsquare.kernel.commands.errors import Stale, WrongState
from setsquare.kernel.commands.leaving import ASKED_AGAIN, PASSED_ON, Gone, PassOn, say_in_whose_place
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.supervising import Over, is_outdated, why_over
from setsquare.kernel.events.clock import every
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry

THING = SUPERVISED_DEEDS.code
ASK_ANEW = "ask_anew"
keep_after(THING)
_TOLD = {
    Over.LEFT: (
        gettext_noop("who prepared it has left"),
        gettext_noop("%(number)s %(title)s lapsed: who prepared it has left. Nothing was carried out."),
    ),
    Over.MOVED_ON: (
        gettext_noop("what it is about has moved on"),
        gettext_noop("%(number)s %(title)s lapsed: what it is about has moved on. Nothing was carried out."),
    ),
    Over.NOT_ALLOWED: (
        gettext_noop("who prepared it may no longer do it"),
        gettext_noop(
            "%(number)s %(title)s lapsed: who prepared it may no longer do it. Nothing was carried out."
        ),
    ),
    Over.SO_ALREADY: (
        gettext_noop("everything is so already"),
        gettext_noop("%(number)s %(title)s lapsed: everything is so already."),
    ),
    Over.IMPOSSIBLE: (
        gettext_noop("it can no longer be done"),
        gettext_noop("%(number)s %(title)s lapsed: it can no longer be done. Nothing was carried out."),
    ),
}
"""Why it lapsed, as the history tells it, and as those who prepared it or were asked are told."""


class Lapsing(Body):
    """Why a deed lapses."""

    why: Annotated[Over, Shown(gettext_lazy("Why"))]


def _lapse(act: Act, why: Over) -> None:
    told = {task.assignee for task in waiting(act).select_related("assignee")} | {act.record.owner}
    act.finish(waiting(act), "lapsed")
    note, notice = _TOLD[why]
    act.say(note)
    people = sorted((person for person in told if person.is_active), key=lambda person: person.pk)
    act.tell_all(people, THING, notice, number=act.record.number, title=act.record.title)


@command(
    THING,
    "lapse",
    label=gettext_lazy("Let lapse"),
    past=gettext_lazy("let it lapse"),
    body=Lapsing,
    reason=Reason.NEVER,
    reindexes=False,
)
def lapse(act: Act, body: Lapsing) -> None:
    """End what cannot be carried out any more, and tell who prepared it and who was asked; the system does this."""
    _lapse(act, body.why)


@command(
    THING,
    "pass_on",
    **{**PASSED_ON, "label": gettext_lazy("Let lapse"), "past": gettext_lazy("let it lapse")},
    reason=Reason.NEVER,
)
def pass_on(act: Act, _body: PassOn) -> None:
    """End what somebody prepared who left: nobody else did it; the system does this."""
    _lapse(act, Over.LEFT)


@command(THING, "ask_again", **ASKED_AGAIN)
def ask_again(act: Act, body: Gone) -> None:
    """Close the task of somebody who left, and tell who prepared it where that was the last; the system does this."""
    act.finish(waiting(act).filter(assignee=body.person), "left")
    if not waiting(act).exists():
        text = gettext_noop("Nobody is asked any more to countersign %(number)s %(title)s: prepare it anew.")
        act.tell(act.record.owner, THING, text, number=act.record.number, title=act.record.title)
    say_in_whose_place(act, body.person)


@command(
    THING,
    ASK_ANEW,
    label=gettext_lazy("Ask to prepare it anew"),
    past=gettext_lazy("asked to prepare it anew"),
    reason=Reason.NEVER,
    reindexes=False,
)
def ask_anew(act: Act, _body: Body) -> None:
    """Tell who prepared it that others changed what it is about; the system does this, once for each time of it."""
    text = gettext_noop(
        "%(number)s %(title)s cannot be countersigned as it stands: others changed what it is about. "
        "Look at that, then prepare it anew or take it back."
    )
    act.tell(act.record.owner, THING, text, number=act.record.number, title=act.record.title)
    act.say(gettext_noop("others changed what it is about"))


def _waiting() -> QuerySet[Record]:
    return Record.objects.filter(type=THING, state="waiting").select_related(
        "owner", "unit", "supervised_deed__target__owner", "supervised_deed__target__unit"
    )


@every(minutes=1)
def tell_of_outdated() -> int:
    """Tell who prepared what waits to be countersigned where others changed its record, once for each preparing."""
    told = Entry.objects.filter(
        record=OuterRef("pk"), command=ASK_ANEW, at__gt=OuterRef("supervised_deed__prepared")
    )
    outdated = [
        record for record in _waiting().exclude(Exists(told)) if is_outdated(record.supervised_deed.deed)
    ]
    for record in outdated:
        with suppress(WrongState, Stale):  # somebody ended it or prepared it anew at this very moment
            carry_out(THING, ASK_ANEW, Actor.system(), record=record, version=record.version)
    return len(outdated)


@every(minutes=1)
def let_lapse() -> int:
    """Let lapse what waits to be countersigned and cannot be carried out any more."""
    over = [
        (record, why) for record in _waiting() if (why := why_over(record.supervised_deed.deed)) is not None
    ]
    for record, why in over:
        with suppress(WrongState):  # somebody ended it at this very moment
            carry_out(THING, "lapse", Actor.system(), record=record, body={"why": why})
    return len(over)

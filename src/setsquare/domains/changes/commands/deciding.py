"""Assessing what a change would mean, and deciding on it."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.permissions import DECIDE
from setsquare.domains.changes.queries import affected_by
from setsquare.domains.changes.rules import (
    ASSESSORS,
    DECIDERS,
    due_after,
    finish_all,
    not_own,
    those_who_may,
)
from setsquare.domains.changes.thing import PRIORITIES
from setsquare.domains.changes.work import ASSESS as ASSESSING
from setsquare.domains.changes.work import DECIDE as DECIDING
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

Considered = Annotated[str, Field(min_length=1, max_length=5000)]
IMPACT = ("quality", "regulatory", "training", "cost", "risk")


class Assess(Body):
    """What the change would mean."""

    quality: Annotated[
        Considered,
        Shown(
            gettext_lazy("Quality"),
            gettext_lazy("Products, processes, other documents. Say so where there is none."),
            Widget.LONG_TEXT,
        ),
    ]
    regulatory: Annotated[
        Considered,
        Shown(
            gettext_lazy("Regulations"),
            gettext_lazy("Standards, authorities, certificates."),
            Widget.LONG_TEXT,
        ),
    ]
    training: Annotated[
        Considered,
        Shown(gettext_lazy("Training"), gettext_lazy("Who has to learn or read what."), Widget.LONG_TEXT),
    ]
    cost: Annotated[
        Considered, Shown(gettext_lazy("Cost"), gettext_lazy("Once and every year."), Widget.LONG_TEXT)
    ]
    risk: Annotated[
        Considered,
        Shown(
            gettext_lazy("Risk"),
            gettext_lazy("Of making the change and of not making it. Say so where there is none."),
            Widget.LONG_TEXT,
        ),
    ]
    priority: Annotated[
        ChangeRequest.Priority | None, Shown(gettext_lazy("Priority"), choices=PRIORITIES)
    ] = None
    decider: Annotated[
        Person | None,
        Shown(
            gettext_lazy("Who decides"),
            gettext_lazy("Left empty: everybody who may is asked."),
            Widget.PERSON,
        ),
    ] = None


class Accept(Body):
    """What is agreed along with the acceptance."""

    verify: Annotated[
        bool,
        Shown(
            gettext_lazy("Look at the result before closing"),
            gettext_lazy("Otherwise it closes by itself as soon as the last revision is effective."),
        ),
    ] = False


def _impact_as_is(situation: Situation) -> Mapping[str, Any]:
    change: ChangeRequest = situation.detail
    return {"priority": change.priority, **{name: getattr(change, name) for name in IMPACT}}


@command(
    "change_request",
    "assess",
    label=gettext_lazy("Assess"),
    past=gettext_lazy("assessed its impact"),
    body=Assess,
    who=ASSESSORS,
    prominent=True,
    initial=_impact_as_is,
)
def assess(act: Act, body: Assess) -> None:
    """Write down what the change would mean, and ask for the decision."""
    change: ChangeRequest = act.detail
    for name in IMPACT:
        setattr(change, name, getattr(body, name))
    change.priority = body.priority or change.priority
    change.assessed_by, change.assessed = act.actor.user, act.now
    _note_whose_task(act, ASSESSING.code)
    finish_all(act, "assessed", ASSESSING.code, DECIDING.code)
    barred = frozenset({change.requested_by_id, act.record.owner_id})
    deciders = those_who_may(DECIDE, act, body.decider, "decider", barred)
    act.ask_all(DECIDING.code, deciders, due_after(act, change))
    act.conclude(
        gettext_noop("%(number)s is assessed. Asked to decide on it: %(names)s."),
        names=some(person.name for person in deciders),
    )


@command(
    "change_request",
    "accept",
    label=gettext_lazy("Accept"),
    past=gettext_lazy("accepted it"),
    body=Accept,
    who=DECIDERS,
    barred=(not_own,),
    signature=Meaning(
        "accepted",
        gettext_lazy("Accepted"),
        gettext_lazy("I have considered what this change means, as assessed, and accept it."),
    ),
    reason=Reason.ALWAYS,
    prominent=True,
    hint=gettext_lazy("Each affected document gets a revision in draft."),
)
def accept(act: Act, body: Accept) -> None:
    """Decide that the change is made."""
    act.detail.verify = body.verify
    _decide(act, gettext_noop("%(who)s accepted %(number)s %(title)s."))
    documents = some(affected_by(act.record).order_by("number").values_list("number", flat=True))
    if documents:
        sentence = gettext_noop("%(number)s is accepted. A revision is opened of each: %(documents)s.")
        act.conclude(sentence, documents=documents)
    else:
        act.conclude(
            gettext_noop("%(number)s is accepted. Report it as implemented once the change is made.")
        )


@command(
    "change_request",
    "reject",
    label=gettext_lazy("Reject"),
    past=gettext_lazy("rejected it"),
    who=DECIDERS,
    barred=(not_own,),
    signature=Meaning(
        "rejected",
        gettext_lazy("Rejected"),
        gettext_lazy("I have considered what this change means, as assessed, and reject it."),
    ),
    reason=Reason.ALWAYS,
    danger=True,
)
def reject(act: Act, _body: Body) -> None:
    """Decide that the change is not made."""
    _decide(act, gettext_noop("%(who)s rejected %(number)s %(title)s: %(reason)s"))
    act.conclude(gettext_noop("%(number)s is rejected; who asked for it is told why."))


def _decide(act: Act, notice: Label) -> None:
    change: ChangeRequest = act.detail
    change.decision = act.reason
    change.decided_by, change.decided = act.user, act.now
    _note_whose_task(act, DECIDING.code)
    finish_all(act, "decided")
    act.tell_all(
        {act.record.owner, change.requested_by},
        "change",
        str(notice),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )


def _note_whose_task(act: Act, kind: str) -> None:
    """Close the task by which the person acted, keeping whom they stood in for."""
    if act.actor.user is not None and act.situation.task(kind) is not None:
        act.complete(kind, "done")

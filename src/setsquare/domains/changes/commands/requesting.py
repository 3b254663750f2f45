"""Asking for a change: writing it down, naming what it affects, submitting it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.permissions import ASSESS
from setsquare.domains.changes.queries import AFFECTS, affected_by
from setsquare.domains.changes.rules import (
    ASSESSORS,
    DECIDERS,
    OWNERS,
    REQUESTERS,
    cancels,
    check_documents,
    due_after,
    finish_all,
    those_who_may,
)
from setsquare.domains.changes.thing import PRIORITIES
from setsquare.domains.changes.work import ASSESS as ASSESSING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.sentences import some

Title = Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("Title"))]
What = Annotated[
    str,
    Field(min_length=1, max_length=10_000),
    Shown(gettext_lazy("What should change"), widget=Widget.LONG_TEXT),
]
Why = Annotated[
    str,
    Field(min_length=1, max_length=10_000),
    Shown(gettext_lazy("Why"), gettext_lazy("And what happens if nothing changes."), Widget.LONG_TEXT),
]
Affected = Annotated[
    Sequence[RecordRef],
    Field(max_length=100),
    Shown(
        gettext_lazy("Documents that it affects"),
        gettext_lazy("Once it is accepted, each gets a revision in draft."),
        Widget.RECORDS,
        of="document",
    ),
]
Priority = Annotated[ChangeRequest.Priority, Shown(gettext_lazy("Priority"), choices=PRIORITIES)]
WantedBy = Annotated[dt.date | None, Shown(gettext_lazy("Wanted by"))]
RequestedBy = Annotated[
    Person | None, Shown(gettext_lazy("Requested by"), gettext_lazy("Left empty: you."), Widget.PERSON)
]
Assessor = Annotated[
    Person | None,
    Shown(
        gettext_lazy("Who assesses it"),
        gettext_lazy("Left empty: everybody who may is asked."),
        Widget.PERSON,
    ),
]
InUnit = Annotated[
    UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("Who assesses and decides follows from it."))
]


class CreateChange(Body):
    """A new change request."""

    title: Title
    what: What
    why: Why
    unit: InUnit
    affected: Affected = ()
    priority: Priority = ChangeRequest.Priority.NORMAL
    wanted_by: WantedBy = None
    requested_by: RequestedBy = None


class EditChange(Body):
    """What is asked for."""

    title: Title
    what: What
    why: Why
    priority: Priority
    wanted_by: WantedBy = None


class SetAffected(Body):
    """The documents that the change affects, all of them."""

    affected: Affected


class Submit(Body):
    """To whom it goes."""

    assessor: Assessor = None


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else "", "priority": ChangeRequest.Priority.NORMAL}


def _as_is(situation: Situation) -> Mapping[str, Any]:
    change: ChangeRequest = situation.detail
    return {
        "title": situation.subject.title,
        "what": change.what,
        "why": change.why,
        "priority": change.priority,
        "wanted_by": change.wanted_by.isoformat() if change.wanted_by else "",
    }


def _affected_as_is(situation: Situation) -> Mapping[str, Any]:
    return {"affected": list(affected_by(situation.subject).values_list("number", flat=True))}


@command(
    "change_request",
    "create",
    label=gettext_lazy("New change request"),
    past=gettext_lazy("asked for the change"),
    body=CreateChange,
    who=REQUESTERS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: CreateChange) -> Record:
    """Write down what should change and why."""
    if body.unit.closed_on is not None:
        sentence = _("%(name)s is closed; choose a unit that is open.")
        raise Refused({"unit": sentence % {"name": body.unit.name}})
    check_documents(body.affected)
    asking: User | None = body.requested_by or act.actor.user
    if asking is None:
        raise Refused({"requested_by": _("Say who asks for the change.")})
    record = act.create(
        title=body.title,
        unit=body.unit,
        owner=act.actor.user or asking,
        requested_by=asking,
        **body.model_dump(include={"what", "why", "priority", "wanted_by"}),
    )
    for document in body.affected:
        act.link(document, AFFECTS)
    if act.actor.user not in (None, asking):
        act.say(gettext_noop("in the name of %(name)s"), name=asking.name)
        act.tell(
            asking,
            "change",
            gettext_noop("%(who)s wrote down %(number)s %(title)s as asked for by you."),
            record,
            who=act.user.name,
            number=record.number,
            title=record.title,
        )
    act.conclude(gettext_noop("%(number)s was made as a draft. Submit it once it says all that it should."))
    return record


@command(
    "change_request",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=EditChange,
    who=OWNERS,
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: EditChange) -> None:
    """Change what is asked for, as long as nobody assessed it."""
    change: ChangeRequest = act.detail
    act.record.title = body.title
    change.what, change.why = body.what, body.why
    change.priority, change.wanted_by = body.priority, body.wanted_by
    act.conclude(gettext_noop("What %(number)s asks for is as given now."))


@command(
    "change_request",
    "set_affected",
    label=gettext_lazy("Set affected documents"),
    past=gettext_lazy("set the documents that it affects"),
    body=SetAffected,
    who=OWNERS,
    initial=_affected_as_is,
    edits=True,
)
def set_affected(act: Act, body: SetAffected) -> None:
    """Say anew which documents the change affects."""
    kept = {record.pk for record in body.affected}
    known = {record.pk for record in affected_by(act.record)}
    check_documents([record for record in body.affected if record.pk not in known])
    if kept - known and act.record.state not in ("draft", "submitted") and act.actor.user is not None:
        sentence = _(
            "It was assessed for the documents that it has: send it back first, or ask for another change."
        )
        raise Refused({"affected": sentence})
    for document in affected_by(act.record).exclude(pk__in=kept):
        act.unlink(document, AFFECTS)
    for document in body.affected:
        act.link(document, AFFECTS)
    if body.affected:
        sentence = gettext_noop("%(number)s affects: %(documents)s.")
        act.conclude(sentence, documents=some(document.number for document in body.affected))
    else:
        act.conclude(gettext_noop("%(number)s affects no document."))


@command(
    "change_request",
    "submit",
    label=gettext_lazy("Submit"),
    past=gettext_lazy("submitted it for assessment"),
    body=Submit,
    who=OWNERS,
    prominent=True,
    bulk=True,
    reindexes=False,
)
def submit(act: Act, body: Submit) -> None:
    """Hand the request to those who assess what the change would mean."""
    assessors = those_who_may(ASSESS, act, body.assessor, "assessor", frozenset())
    act.ask_all(ASSESSING.code, assessors, due_after(act, act.detail))
    act.conclude(
        gettext_noop("%(number)s is submitted. Asked to assess it: %(names)s."),
        names=some(person.name for person in assessors),
    )


@command(
    "change_request",
    "send_back",
    label=gettext_lazy("Send back"),
    past=gettext_lazy("sent it back"),
    who=(*ASSESSORS, *DECIDERS),
    reason=Reason.ALWAYS,
    hint=gettext_lazy("Something is missing; the requester completes it and submits it again."),
    reindexes=False,
)
def send_back(act: Act, _body: Body) -> None:
    """Return the request to who asked for it, saying what is missing."""
    finish_all(act, "sent_back")
    change: ChangeRequest = act.detail
    act.tell_all(
        {act.record.owner, change.requested_by} - {act.actor.user},
        "change",
        gettext_noop("%(who)s sent %(number)s back: %(reason)s"),
        who=act.user.name,
        number=act.record.number,
        reason=act.reason[:200],
    )
    act.conclude(
        gettext_noop("%(number)s is a draft again: %(name)s completes it and submits it anew."),
        name=change.requested_by.name,
    )


@command(
    "change_request",
    "cancel",
    label=gettext_lazy("Cancel"),
    past=gettext_lazy("cancelled it"),
    who=(*OWNERS, *DECIDERS),
    barred=(cancels,),
    reason=Reason.ALWAYS,
    danger=True,
    bulk=True,
    hint=gettext_lazy("Revisions that were opened for it stay; discard them where they are not needed."),
    reindexes=False,
)
def cancel(act: Act, _body: Body) -> None:
    """End a request that is no longer wanted."""
    finish_all(act, "cancelled")
    change: ChangeRequest = act.detail
    act.tell_all(
        {act.record.owner, change.requested_by} - {act.actor.user},
        "change",
        gettext_noop("%(number)s %(title)s was cancelled: %(reason)s"),
        number=act.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(number)s is cancelled; nothing more is asked for."))


@command(
    "change_request",
    "reopen",
    label=gettext_lazy("Reopen"),
    past=gettext_lazy("reopened it"),
    who=OWNERS,
    reason=Reason.ALWAYS,
    hint=gettext_lazy("It begins again as a draft; its assessment is kept to start from."),
    reindexes=False,
)
def reopen(act: Act, _body: Body) -> None:
    """Take up a rejected or cancelled request again; its former decision stays in the history alone."""
    change: ChangeRequest = act.detail
    change.decision, change.decided_by, change.decided = "", None, None
    change.assessed_by, change.assessed = None, None
    act.conclude(gettext_noop("%(number)s is a draft again; its assessment is kept to start from."))

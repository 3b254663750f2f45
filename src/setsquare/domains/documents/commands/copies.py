"""Controlled copies: who has which printed or exported copy, and getting it back."""

import datetime as dt
from typing import Annotated, Literal

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.fields import Line, refuse_far, today_at
from setsquare.domains.documents.models import ControlledCopy, Document
from setsquare.domains.documents.rules import CONTROLLERS
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.lifecycle import gettext_noop

OUTCOMES = {
    "returned": gettext_lazy("Returned"),
    "destroyed": gettext_lazy("Destroyed"),
    "lost": gettext_lazy("Lost"),
}
TOLD = {
    "returned": gettext_noop("%(copy)s was returned"),
    "destroyed": gettext_noop("%(copy)s was destroyed"),
    "lost": gettext_noop("%(copy)s is lost"),
}
SETTLED = {
    "returned": gettext_noop("Copy %(copy)s of %(number)s is settled: it was returned."),
    "destroyed": gettext_noop("Copy %(copy)s of %(number)s is settled: it was destroyed."),
    "lost": gettext_noop("Copy %(copy)s of %(number)s is settled: it is lost."),
}
AMONG = frozenset({"issue_copy", "recall_copy", "recall_copies", "remind_copy", "reconcile_copy"})


class IssueCopy(Body):
    """Who gets a copy, or where it lies, and until when."""

    holder: Annotated[Person | None, Shown(gettext_lazy("Holder"))] = None
    place: Annotated[
        str,
        Field(max_length=200),
        Shown(gettext_lazy("Place"), gettext_lazy("Where it lies, where no one person has it.")),
    ] = ""
    until: Annotated[
        dt.date | None, Shown(gettext_lazy("Until"), gettext_lazy("Empty: as long as it is in force."))
    ] = None


@command(
    "document",
    "issue_copy",
    label=gettext_lazy("Issue a copy"),
    past=gettext_lazy("issued a controlled copy"),
    body=IssueCopy,
    who=CONTROLLERS,
    reason=Reason.NEVER,
    reindexes=False,
    tolerates=AMONG,
)
def issue_copy(act: Act, body: IssueCopy) -> None:
    """Enter a copy of the revision in force into the register."""
    document: Document = act.detail
    revision = document.current
    if revision is None:
        raise WrongState(_("Nothing is in force yet that could be copied."))
    if body.holder is None and not body.place:
        raise Refused({"holder": _("Say who gets it or where it lies.")})
    if body.until is not None:
        today = today_at(act.record.unit, act.now)
        if body.until < today:
            raise Refused({"until": _("This day is past; choose today or a later one.")})
        refuse_far("until", body.until, today)
    last = revision.copies.aggregate(last=Max("number"))["last"] or 0
    ControlledCopy.objects.create(
        document=document,
        revision=revision,
        number=last + 1,
        holder=body.holder,
        place=body.place,
        until=body.until,
        issued=act.now,
        issued_by=act.actor.user or act.record.owner,
    )
    who = body.holder.name if body.holder is not None else body.place
    act.say(gettext_noop("%(copy)s for %(who)s"), copy=last + 1, who=who)
    act.conclude(
        gettext_noop("Copy %(copy)s of %(number)s is issued: %(who)s."),
        copy=f"{revision.ordinal}-{last + 1}",
        who=who,
    )


class CopyBody(Body):
    """Which copy."""

    label: Annotated[
        str,
        Field(pattern=r"^\d{1,6}-\d{1,6}$"),
        Shown(gettext_lazy("Copy"), gettext_lazy("The revision and its number, such as 2-3.")),
    ]


class Recall(CopyBody):
    """A copy that is to come back."""


class Reconcile(CopyBody):
    """What became of a copy."""

    outcome: Annotated[
        Literal["returned", "destroyed", "lost"], Shown(gettext_lazy("Outcome"), choices=OUTCOMES)
    ]
    note: Annotated[
        Line,
        Shown(gettext_lazy("Note"), widget=Widget.LONG_TEXT, needed=gettext_lazy("needed for a lost copy")),
    ] = ""


def _copy(act: Act, label: str) -> ControlledCopy:
    document: Document = act.detail
    ordinal, number = (int(part) for part in label.split("-"))
    copies = document.copies.select_related("holder", "revision__record", "issued_by")
    found = copies.filter(revision__ordinal=ordinal, number=number).first()
    if found is None:
        raise Refused({"label": _("There is no copy %(copy)s.") % {"copy": label}})
    if found.reconciled is not None:
        sentence = _("Copy %(copy)s is settled already: %(outcome)s.")
        raise Refused({"label": sentence % {"copy": label, "outcome": OUTCOMES[found.outcome]}})
    return found


@command(
    "document",
    "recall_copy",
    label=gettext_lazy("Recall a copy"),
    past=gettext_lazy("recalled a controlled copy"),
    body=Recall,
    who=CONTROLLERS,
    reason=Reason.NEVER,
    reindexes=False,
    listed=False,
    tolerates=AMONG,
)
def recall_copy(act: Act, body: Recall) -> None:
    """Ask for a copy back."""
    copy = _copy(act, body.label)
    if copy.recalled is not None:
        raise Refused({"label": _("Copy %(copy)s is recalled already.") % {"copy": body.label}})
    copy.recalled = act.now
    copy.save()
    told = _tell_holder(act, copy)
    act.say(gettext_noop("%(copy)s"), copy=body.label)
    act.conclude(
        gettext_noop("Copy %(copy)s of %(number)s is recalled. Told: %(name)s."),
        copy=body.label,
        name=told.name,
    )


@command(
    "document",
    "recall_copies",
    label=gettext_lazy("Recall all copies"),
    past=gettext_lazy("recalled all controlled copies that were out"),
    who=CONTROLLERS,
    reason=Reason.NEVER,
    reindexes=False,
    listed=False,
    bulk=True,
    tolerates=AMONG,
)
def recall_all_copies(act: Act, _body: Body) -> None:
    """Ask for all copies back that are out and not recalled yet."""
    copies = act.detail.copies.select_related("holder", "revision__record", "issued_by").order_by("id")
    out = list(copies.filter(recalled__isnull=True, reconciled__isnull=True))
    if not out:
        raise WrongState(_("No copy of it is out that is not recalled already."))
    for copy in out:
        copy.recalled = act.now
        copy.save()
        _tell_holder(act, copy)
    labels = ", ".join(copy.label for copy in out)
    act.say(gettext_noop("%(copies)s"), copies=labels)
    act.conclude(gettext_noop("Copies of %(number)s that are recalled: %(copies)s."), copies=labels)


@command(
    "document",
    "remind_copy",
    label=gettext_lazy("Remind of a copy"),
    past=gettext_lazy("reminded of a controlled copy"),
    body=Recall,
    who=CONTROLLERS,
    reason=Reason.NEVER,
    reindexes=False,
    listed=False,
    tolerates=AMONG,
)
def remind_copy(act: Act, body: Recall) -> None:
    """Tell the holder again; for a copy that lies in a place, who issued it."""
    copy = _copy(act, body.label)
    copy.reminded = act.now
    copy.save()
    told = _tell_holder(act, copy)
    act.say(gettext_noop("%(copy)s"), copy=body.label)
    act.conclude(
        gettext_noop("%(name)s was reminded of copy %(copy)s of %(number)s."), copy=body.label, name=told.name
    )


def _tell_holder(act: Act, copy: ControlledCopy) -> User:
    """Tell who has a copy that it has to come back, or who issued one that lies in a place; returns whom."""
    told = copy.holder or copy.issued_by
    act.tell(
        told,
        "copy_recalled",
        gettext_noop("Copy %(copy)s of %(number)s has to come back (%(where)s)."),
        copy=copy.number,
        number=copy.revision.record.number,
        where=copy.place or (copy.holder.name if copy.holder else ""),
    )
    return told


@command(
    "document",
    "reconcile_copy",
    label=gettext_lazy("Settle a copy"),
    past=gettext_lazy("settled a controlled copy"),
    body=Reconcile,
    who=CONTROLLERS,
    reason=Reason.NEVER,
    reindexes=False,
    listed=False,
    tolerates=AMONG,
)
def reconcile_copy(act: Act, body: Reconcile) -> None:
    """Note that a copy came back, was destroyed or is lost."""
    copy = _copy(act, body.label)
    if body.outcome == "lost" and not body.note:
        raise Refused({"note": _("Say how it got lost and what was done about it.")})
    copy.reconciled = act.now
    copy.outcome = body.outcome
    copy.note = body.note
    copy.save()
    act.say(TOLD[body.outcome], copy=body.label)
    act.conclude(SETTLED[body.outcome], copy=body.label)

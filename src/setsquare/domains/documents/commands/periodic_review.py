"""Periodic review: whether a document in force still holds."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.commands.opening import begin_revision
from setsquare.domains.documents.commands.withdrawing import take_out_of_use
from setsquare.domains.documents.dates import next_review_after
from setsquare.domains.documents.fields import Words, end_of, today_at
from setsquare.domains.documents.meanings import REVIEWED
from setsquare.domains.documents.models import Document
from setsquare.domains.documents.replacing import Replacement
from setsquare.domains.documents.rules import RESPONSIBLE, controls, nothing_open, works_on
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, momentary
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.overdue import TaskList
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

OUTCOMES = {
    "reaffirmed": gettext_lazy("It still holds"),
    "revise": gettext_lazy("It has to be revised"),
    "withdraw": gettext_lazy("It is no longer needed"),
}


TOLD = {
    "reaffirmed": gettext_noop("it still holds. %(findings)s"),
    "revise": gettext_noop("it has to be revised. %(findings)s"),
    "withdraw": gettext_noop("it is no longer needed. %(findings)s"),
}


TOLD_LATER = {
    "reaffirmed": gettext_noop("on %(day)s, entered later: it still holds. %(findings)s"),
    "revise": gettext_noop("on %(day)s, entered later: it has to be revised. %(findings)s"),
    "withdraw": gettext_noop("on %(day)s, entered later: it is no longer needed. %(findings)s"),
}
DAYS_BACK = 31
"""How long after a review it may be entered at the latest."""


class Review(Body):
    """What the periodic review found."""

    outcome: Annotated[
        Literal["reaffirmed", "revise", "withdraw"], Shown(gettext_lazy("Outcome"), choices=OUTCOMES)
    ]
    reviewed_on: Annotated[
        dt.date | None,
        Shown(
            gettext_lazy("Reviewed on"),
            gettext_lazy("Empty: today. The next review is counted from this day."),
            Widget.DATE,
        ),
    ] = None
    findings: Annotated[
        Words,
        Field(min_length=1),
        Shown(
            gettext_lazy("What was looked at and found"),
            gettext_lazy("Kept in its history."),
            Widget.LONG_TEXT,
        ),
    ]
    replaced_by: Replacement = None


def _today(situation: Situation) -> Mapping[str, Any]:
    return {"reviewed_on": today_at(situation.subject.unit, situation.now).isoformat()}


def _asked(situation: Situation) -> Label | None:
    """Rule: the person is asked to; who stands in for somebody works on documents here themself."""
    task = situation.task("periodic_review")
    if task is not None and (task.assignee_id == situation.user.pk or works_on(situation)):
        return None
    return _("This is not among your tasks now.")


@command(
    "document",
    "review",
    label=gettext_lazy("Review periodically"),
    past=gettext_lazy("reviewed it periodically"),
    body=Review,
    who=(*RESPONSIBLE, momentary(_asked)),
    signature=REVIEWED,
    reason=Reason.NEVER,
    initial=_today,
    hint=gettext_lazy("Confirm that it still holds, open a revision, or withdraw it."),
)
def review(act: Act, body: Review) -> None:
    """Note the outcome of a periodic review and act on it."""
    document: Document = act.detail
    today = today_at(act.record.unit, act.now)
    day = body.reviewed_on or today
    if day > today:
        raise Refused({"reviewed_on": _("This day is still to come; give the day of the review.")})
    if (today - day).days > DAYS_BACK:
        sentence = _("A review is entered within %(days)s days, so that it cannot be made up afterwards.")
        raise Refused({"reviewed_on": sentence % {"days": DAYS_BACK}})
    if document.last_review is not None and day < document.last_review:
        sentence = _("The last review was on %(day)s; give a later day.")
        raise Refused({"reviewed_on": sentence % {"day": date_format(document.last_review)}})
    if body.replaced_by is not None and body.outcome != "withdraw":
        sentence = _("Only what is no longer needed is replaced; leave this empty or choose that outcome.")
        raise Refused({"replaced_by": sentence})
    document.last_review = day
    act.finish(Task.objects.filter(record=act.record, kind="periodic_review"), body.outcome)
    if day < today:
        act.say(TOLD_LATER[body.outcome], day=day.isoformat(), findings=body.findings)
    else:
        act.say(TOLD[body.outcome], findings=body.findings)
    if body.outcome == "withdraw":
        _withdraw(act, body.replaced_by)
        return
    document.next_review = next_review_after(day, document.review_months)
    if document.next_review is not None:
        sentence = gettext_noop("%(number)s still holds. Its next review is due on %(day)s.")
        act.conclude(sentence, day=document.next_review)
    else:
        act.conclude(gettext_noop("%(number)s still holds. No further review is planned."))
    if body.outcome == "revise":  # which tells of the revision
        begin_revision(act, kind="normal", why=body.findings)
    act.move_to("effective")


def _withdraw(act: Act, replacement: Record | None) -> None:
    if not controls(act):
        raise NotPermitted(_("Only who controls documents withdraws them; ask them to."))
    if why := nothing_open(act.situation):
        raise Refused({"outcome": why})
    take_out_of_use(act, replacement)
    act.move_to("withdrawn")


@command(
    "document",
    "call_review",
    label=gettext_lazy("Ask for the periodic review"),
    past=gettext_lazy("asked for its periodic review"),
    reason=Reason.NEVER,
    reindexes=False,
)
def call_review(act: Act, _body: Body) -> None:
    """Ask the owner for the periodic review that comes due; done by the clock."""
    document: Document = act.detail
    if document.next_review is None:
        raise Refused(_("No periodic review is due."))
    act.ask("periodic_review", act.record.owner, end_of(document.next_review, act.record.unit))


entrusts("document")


@command(
    "document",
    "escalate",
    label=gettext_lazy("Escalate"),
    past=gettext_lazy("told the line of its overdue review"),
    body=TaskList,
    reason=Reason.NEVER,
    reindexes=False,
)
def escalate(act: Act, body: TaskList) -> None:
    """Tell the owner's manager of an overdue periodic review; done by the clock."""
    overdue.escalate(act, body)

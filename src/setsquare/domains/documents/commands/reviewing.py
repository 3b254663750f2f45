"""Review of a revision before it goes to approval."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.commands.commenting import add_comment
from setsquare.domains.documents.fields import Words, end_of, refuse_far, today_at
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.next_steps import KINDS, ask_author, ask_to_work_on, close_steps
from setsquare.domains.documents.required import incomplete_sections
from setsquare.domains.documents.rules import (
    CONTROLLERS,
    RESPONSIBLE,
    WRITERS,
    an_author,
    asked_to,
    did_not_write,
    reviews_asked,
    wrote,
)
from setsquare.domains.documents.states import ASIDE, TALK
from setsquare.domains.documents.working import nothing_unsaved
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, owner
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

OUTCOMES = {
    "no_objection": gettext_lazy("No objection"),
    "changes_needed": gettext_lazy("Changes needed"),
}


def incomplete(situation: Situation) -> dict[str, Label]:
    """Return all that a draft lacks, by field."""
    return _lacking(situation.detail)


def check_complete(revision: Revision) -> None:
    """Refuse a revision that lacks anything."""
    if found := _lacking(revision):
        raise Refused(found)


def _lacking(revision: Revision) -> dict[str, Label]:
    """Return all that a revision lacks: its content, required sections, what is said of the change; by field."""
    found: dict[str, Label] = {}
    lacking = "" if revision.file_id is not None else incomplete_sections(revision)
    if lacking is None:
        found["content"] = _("There is nothing in it yet: write the text or put in a file.")
    elif lacking:
        found["content"] = lacking
    if revision.document.current_id is not None and not revision.summary:
        found["summary"] = _("Say what changed first: readers see it before the text.")
    return found


class Submit(Body):
    """Who is to review it, and until when."""

    reviewers: Annotated[
        list[Person],
        Field(min_length=1, max_length=30),
        Shown(gettext_lazy("Reviewers"), widget=Widget.PEOPLE),
    ]
    due: Annotated[dt.date, Shown(gettext_lazy("Until"), widget=Widget.DATE)]


REVIEW_DAYS = 14
"""Days that a review is suggested to take."""
REPLACED = frozenset({"reassigned", "handed_over"})
"""Outcomes of reviews that went to somebody else."""


def _suggested(situation: Situation) -> Mapping[str, Any]:
    """Suggest two weeks, and of those who reviewed the last round whoever may review again."""
    day = today_at(situation.subject.unit, situation.now) + dt.timedelta(days=REVIEW_DAYS)
    asked = [task.assignee for task in reviews_asked(situation) if task.outcome not in REPLACED]
    able = [person for person in asked if person.is_active and not wrote(person, situation.detail)]
    return {"due": day.isoformat(), "reviewers": [person.username for person in able]}


@command(
    "revision",
    "submit",
    label=gettext_lazy("Submit for review"),
    past=gettext_lazy("submitted it for review"),
    body=Submit,
    who=WRITERS,
    conditions=(nothing_unsaved,),
    obstacles=incomplete,
    prominent=True,
    initial=_suggested,
    tolerates=TALK | {"escalate", "plan_reading"},
)
def submit(act: Act, body: Submit) -> None:
    """Ask people to review the draft."""
    revision: Revision = act.detail
    if revision.kind == Revision.Kind.EDITORIAL:
        raise WrongState(_("An editorial change is not reviewed; send it for approval."))
    wrong: dict[str, Label] = {}
    if body.due < today_at(act.record.unit, act.now):
        wrong["due"] = _("This day is past; choose today or a later one.")
    authors = [person.name for person in body.reviewers if wrote(person, revision)]
    if authors:
        sentence = _("%(names)s wrote on it; choose reviewers who did not.")
        wrong["reviewers"] = sentence % {"names": ", ".join(authors)}
    if wrong:
        raise Refused(wrong)
    refuse_far("due", body.due, today_at(act.record.unit, act.now))
    close_steps(act)
    revision.round += 1
    revision.submitted = act.now
    for person in body.reviewers:
        act.ask("review", person, end_of(body.due, act.record.unit))
    act.conclude(
        gettext_noop("%(number)s is in review until %(day)s. Asked to review it: %(names)s."),
        day=body.due,
        names=some(person.name for person in body.reviewers),
    )


class Review(Body):
    """What a reviewer found."""

    outcome: Annotated[
        Literal["no_objection", "changes_needed"], Shown(gettext_lazy("Outcome"), choices=OUTCOMES)
    ]
    remark: Annotated[
        Words,
        Shown(gettext_lazy("Remark"), gettext_lazy("Becomes a comment on the whole."), Widget.LONG_TEXT),
    ] = ""


@command(
    "revision",
    "review",
    label=gettext_lazy("Finish my review"),
    past=gettext_lazy("reviewed it"),
    body=Review,
    who=(asked_to("review"),),
    barred=(did_not_write,),
    prominent=True,
    tolerates=TALK | ASIDE | {"review", "plan_reading"},
)
def review(act: Act, body: Review) -> None:
    """Finish one's review, with or without objection."""
    if body.outcome == "changes_needed" and not _has_said_what(act, body):
        raise Refused({"remark": _("Say what has to change, here or as a comment on the passage.")})
    act.complete("review", body.outcome)
    if body.remark:
        add_comment(act, body.remark)
    act.say(
        gettext_noop("no objection") if body.outcome == "no_objection" else gettext_noop("changes needed")
    )
    ask_author(act)
    _say_who_is_next(act)


def _say_who_is_next(act: Act) -> None:
    """Tell a reviewer who is done whether others still review it, or who goes on with it."""
    waiting = Task.objects.filter(record=act.record, kind="review", done__isnull=True)
    others = list(waiting.order_by("id").values_list("assignee__name", flat=True))
    if others:
        sentence = gettext_noop("Your review of %(number)s is finished. Still to review it: %(names)s.")
        act.conclude(sentence, names=some(others))
    else:
        sentence = gettext_noop("Your review of %(number)s was the last one. %(name)s goes on with it.")
        act.conclude(sentence, name=act.record.owner.name)


def _has_said_what(act: Act, body: Review) -> bool:
    """Tell whether a reviewer says what has to change: in a remark, or by a comment of theirs that is open."""
    revision: Revision = act.detail
    theirs = revision.comments.filter(author=act.user, answers__isnull=True, resolved__isnull=True)
    return bool(body.remark) or theirs.exists()


def close_tasks(act: Act, outcome: str) -> int:
    """Close all that is asked on the act's revision: review, approval, early reading, what its author has to do."""
    kinds = ("review", "approve", "read", "coverage", *KINDS)
    waiting = Task.objects.filter(record=act.record, kind__in=kinds)
    return act.finish(waiting, outcome)


def _tell_asked(act: Act, text: str) -> None:
    """Tell the author, and whoever is asked to review or sign, that somebody else made it a draft again."""
    waiting = Task.objects.filter(record=act.record, kind__in=("review", "approve"), done__isnull=True)
    asked = {task.assignee for task in waiting.select_related("assignee")}
    act.tell_all(
        {act.record.owner, *asked} - {act.actor.user},
        "returned",
        text,
        who=act.actor.user.name if act.actor.user is not None else "Setsquare",
        number=act.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )


@command(
    "revision",
    "return_to_draft",
    label=gettext_lazy("Back to draft"),
    past=gettext_lazy("took it back to draft"),
    who=(an_author, *RESPONSIBLE),
    reason=Reason.NEVER,
    tolerates=TALK | ASIDE | {"review"},
    hint=gettext_lazy(
        "For its author, when the review shows what to change: work that in and submit it anew. No reason is asked for."
    ),
)
def return_to_draft(act: Act, _body: Body) -> None:
    """Take a reviewed revision back to work on it."""
    _tell_asked(act, gettext_noop("%(who)s took %(number)s %(title)s back to draft."))
    close_tasks(act, "returned")
    ask_to_work_on(act)
    act.conclude(gettext_noop("%(number)s is a draft again: work on it, then submit it anew."))


@command(
    "revision",
    "recall",
    label=gettext_lazy("Recall"),
    past=gettext_lazy("recalled it to draft"),
    who=(*CONTROLLERS, owner()),
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy(
        "To stop it on its way, with a reason for its history: nobody is asked any more, and signatures made so far"
        " stay in the history and no longer count."
    ),
)
def recall(act: Act, _body: Body) -> None:
    """Take a revision out of review or approval, or back before it takes effect."""
    revision: Revision = act.detail
    _tell_asked(act, gettext_noop("%(who)s recalled %(number)s %(title)s: %(reason)s"))
    close_tasks(act, "recalled")
    forget_approval(revision)
    ask_to_work_on(act)
    act.conclude(gettext_noop("%(number)s is a draft again; nobody is asked to review or sign it any more."))


def forget_approval(revision: Revision) -> None:
    """Take a revision off its route; what was signed no longer counts."""
    revision.step = 0
    revision.sent = None
    revision.approved = None
    revision.effective_from = None

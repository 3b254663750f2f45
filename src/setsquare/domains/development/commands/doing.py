"""What is done in a running plan: actions, notes and reviews."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.development.arranging import arrange
from setsquare.domains.development.commands.agreeing import A_QUARTER, check_review
from setsquare.domains.development.commands.writing import ASIDE, tell_person
from setsquare.domains.development.models import Action, DevelopmentPlan, Note
from setsquare.domains.development.rules import FOLLOWERS, WRITERS, themself
from setsquare.domains.development.scopes import leads
from setsquare.domains.development.thing import CONFIDENCE
from setsquare.domains.development.work import ACT, REVIEW
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.tasks.models import Task

Which = Annotated[
    int,
    Field(ge=1, le=1000),
    Shown(gettext_lazy("Action"), gettext_lazy("The number before it in the plan.")),
]


class Finished(Body):
    """Which action, and what came of it."""

    action: Which
    result: Annotated[
        str, Field(max_length=2000), Shown(gettext_lazy("What came of it"), widget=Widget.LONG_TEXT)
    ] = ""


class Dropped(Body):
    """Which action, and why it is not done."""

    action: Which
    result: Annotated[
        str, Field(min_length=1, max_length=2000), Shown(gettext_lazy("Why"), widget=Widget.LONG_TEXT)
    ]


def _first_own(situation: Situation) -> Mapping[str, Any]:
    """Return the person's own action that is due first."""
    opened = situation.detail.actions.filter(state=Action.State.OPEN, responsible=situation.user)
    first = opened.order_by("due", "number").first()
    return {"action": first.number} if first is not None else {}


def _end(act: Act, number: int, state: Action.State, result: str) -> Action:
    plan: DevelopmentPlan = act.detail
    action = plan.actions.filter(number=number).select_related("responsible").first()
    if action is None:
        sentence = _("There is no action %(number)s in this plan.")
        raise Refused({"action": sentence % {"number": number}})
    if action.state != Action.State.OPEN:
        sentence = _("Action %(number)s is no longer open.")
        raise Refused({"action": sentence % {"number": number}})
    action.state, action.result = state, result
    action.save(update_fields=["state", "result"])
    outcome = "done" if state == Action.State.DONE else "dropped"
    act.finish(Task.objects.filter(record=act.record, kind=ACT.code, step=number), outcome)
    arrange(act, "agreed")
    act.say(gettext_noop("%(action)s: %(what)s"), action=number, what=action.what[:200])
    return action


@command(
    "development_plan",
    "finish_action",
    label=gettext_lazy("Action done"),
    past=gettext_lazy("did an action"),
    body=Finished,
    who=FOLLOWERS,
    reason=Reason.NEVER,
    initial=_first_own,
    reindexes=False,
    listed=False,
    tolerates=ASIDE,
)
def finish_action(act: Act, body: Finished) -> None:
    """Say that an action is done: by who is responsible for it, whose plan it is, or their line."""
    plan: DevelopmentPlan = act.detail
    action = plan.actions.filter(number=body.action).first()
    if action is not None and act.actor.user is not None:
        own = act.user.pk in (action.responsible_id, plan.person_id)
        if not own and not leads(act.user, plan.person):
            raise NotPermitted(_("This action is somebody else’s; they say that it is done."))
    done = _end(act, body.action, Action.State.DONE, body.result)
    tell_person(act, gettext_noop("%(who)s did an action of %(number)s %(title)s."))
    act.conclude(gettext_noop("Action %(action)s of %(number)s is done."), action=done.number)


@command(
    "development_plan",
    "drop_action",
    label=gettext_lazy("Drop action"),
    past=gettext_lazy("dropped an action"),
    body=Dropped,
    who=WRITERS,
    reason=Reason.NEVER,
    reindexes=False,
    listed=False,
    tolerates=ASIDE,
)
def drop_action(act: Act, body: Dropped) -> None:
    """Say why an action is not done after all."""
    dropped = _end(act, body.action, Action.State.DROPPED, body.result)
    tell_person(act, gettext_noop("%(who)s dropped an action of %(number)s %(title)s."))
    act.conclude(gettext_noop("Action %(action)s of %(number)s is dropped."), action=dropped.number)


Said = Annotated[
    str, Field(min_length=1, max_length=5000), Shown(gettext_lazy("How it goes"), widget=Widget.LONG_TEXT)
]


class Noted(Body):
    """How it goes."""

    text: Said


class Reviewed(Body):
    """How it goes, how sure one is, and when it is looked at again."""

    text: Said
    confidence: Annotated[DevelopmentPlan.Confidence, Shown(gettext_lazy("Confidence"), choices=CONFIDENCE)]
    next_review: Annotated[
        dt.date | None,
        Shown(gettext_lazy("Next review"), gettext_lazy("Left empty: on the plan’s last day.")),
    ] = None


def _write(act: Act, body: "Noted | Reviewed | Commented") -> None:
    plan: DevelopmentPlan = act.detail
    last = plan.notes.order_by("-number").first()
    day = day_in(act.now, plan.person.unit)
    number = last.number + 1 if last is not None else 1
    Note.objects.create(plan=plan, number=number, author=act.user, day=day, **dict(body))


@command(
    "development_plan",
    "note",
    label=gettext_lazy("Add a note"),
    past=gettext_lazy("noted how it goes"),
    body=Noted,
    who=FOLLOWERS,
    reason=Reason.NEVER,
    reindexes=False,
    tolerates=ASIDE,
)
def note(act: Act, body: Noted) -> None:
    """Note how it goes, such as after a talk with the mentor."""
    _write(act, body)
    tell_person(act, gettext_noop("%(who)s noted how %(number)s %(title)s goes."))
    act.conclude(gettext_noop("What you noted stands in %(number)s."))


class Commented(Body):
    """What the person says of how their plan ended."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=5000),
        Shown(gettext_lazy("What you say of it"), widget=Widget.LONG_TEXT),
    ]


@command(
    "development_plan",
    "comment",
    label=gettext_lazy("Comment on how it ended"),
    past=gettext_lazy("commented on how it ended"),
    body=Commented,
    who=(themself,),
    reason=Reason.NEVER,
    reindexes=False,
    prominent=True,
    hint=gettext_lazy("It is kept with the plan, beside what your line manager wrote, and they are told."),
)
def comment(act: Act, body: Commented) -> None:
    """Have the person's own word beside what their line manager wrote of the plan."""
    _write(act, body)
    plan: DevelopmentPlan = act.detail
    if (manager := plan.person.manager) is not None and manager.is_active:
        told: dict[str, Any] = {"who": act.user.name, "number": act.record.number, "title": act.record.title}
        act.tell(
            manager,
            "development",
            gettext_noop("%(who)s commented on how %(number)s %(title)s ended."),
            **told,
        )
    act.conclude(gettext_noop("Your comment stands in %(number)s."))


def _next_quarter(situation: Situation) -> Mapping[str, Any]:
    plan: DevelopmentPlan = situation.detail
    later = day_in(situation.now, plan.person.unit) + A_QUARTER
    return {"next_review": later} if later < plan.ends else {}


@command(
    "development_plan",
    "review",
    label=gettext_lazy("Review progress"),
    past=gettext_lazy("reviewed the progress"),
    body=Reviewed,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_next_quarter,
    prominent=True,
    reindexes=False,
    tolerates=ASIDE,
)
def review(act: Act, body: Reviewed) -> None:
    """Look at the plan together: how it goes, how sure one is of it, and when next."""
    plan: DevelopmentPlan = act.detail
    check_review(act, body.next_review)
    _write(act, body)
    plan.confidence, plan.next_review = body.confidence, body.next_review
    act.finish(Task.objects.filter(record=act.record, kind=REVIEW.code), "reviewed")
    arrange(act, "agreed")
    tell_person(act, gettext_noop("%(who)s reviewed %(number)s %(title)s."))
    act.conclude(
        gettext_noop("%(number)s was reviewed; the next review is on %(day)s."),
        day=plan.next_review or plan.ends,
    )

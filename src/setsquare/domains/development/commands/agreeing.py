"""Proposing a plan, agreeing it, taking it back, and ending it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.development.arranging import agreers, arrange
from setsquare.domains.development.commands.writing import ASIDE, tell_person
from setsquare.domains.development.looking import standings
from setsquare.domains.development.models import Action, DevelopmentPlan, Target
from setsquare.domains.development.rules import LINE, WRITERS, agreed_together, not_alone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

A_QUARTER = dt.timedelta(days=91)


class Agreed(Body):
    """When it is reviewed first."""

    next_review: Annotated[
        dt.date | None,
        Shown(gettext_lazy("First review"), gettext_lazy("Left empty: on the plan’s last day.")),
    ] = None


def check_review(act: Act, day: dt.date | None) -> None:
    """Refuse a day of the next review that is past, or after the plan's last day."""
    plan: DevelopmentPlan = act.detail
    if day is None:
        return
    if day < day_in(act.now, plan.person.unit):
        raise Refused({"next_review": _("This day is past.")})
    if day > plan.ends:
        sentence = _("The plan ends on %(day)s; review it by then.")
        raise Refused({"next_review": sentence % {"day": date_format(plan.ends)}})


def _something_to_do(situation: Situation) -> Label | None:
    plan: DevelopmentPlan = situation.detail
    if plan.all_targets or plan.all_actions:
        return None
    return _("It has neither targets nor actions yet; set them first.")


def _in_a_quarter(situation: Situation) -> Mapping[str, Any]:
    plan: DevelopmentPlan = situation.detail
    today = day_in(situation.now, plan.person.unit)
    return {"next_review": min(today + A_QUARTER, max(plan.ends, today))}


@command(
    "development_plan",
    "propose",
    label=gettext_lazy("Propose"),
    past=gettext_lazy("proposed it"),
    who=WRITERS,
    conditions=(_something_to_do,),
    prominent=True,
    reindexes=False,
)
def propose(act: Act, _body: Body) -> None:
    """Ask the line manager, or who manages development, to agree."""
    arrange(act, "proposed")
    if names := some(one.name for one in agreers(act.detail)):
        act.conclude(gettext_noop("%(number)s was proposed. Asked to agree it: %(names)s."), names=names)
    else:
        act.conclude(
            gettext_noop(
                "%(number)s was proposed, but nobody may agree it: there is no line manager, and nobody else"
                " manages development there."
            )
        )


@command(
    "development_plan",
    "agree",
    label=gettext_lazy("Agree"),
    past=gettext_lazy("agreed it"),
    body=Agreed,
    who=LINE,
    barred=(not_alone,),
    initial=_in_a_quarter,
    prominent=True,
    reindexes=False,
    hint=gettext_lazy("From now on it runs: everybody responsible for an action is asked to do it."),
)
def agree(act: Act, body: Agreed) -> None:
    """Agree the plan: it runs, its actions are asked of those responsible, and it is reviewed."""
    plan: DevelopmentPlan = act.detail
    check_review(act, body.next_review)
    plan.next_review = body.next_review
    today = day_in(act.now, plan.person.unit)
    for standing in standings(plan):
        if standing.met and standing.target.met is None:
            standing.target.met = today
            standing.target.save(update_fields=["met"])
    arrange(act, "agreed")
    tell_person(act, gettext_noop("%(who)s agreed %(number)s %(title)s."))
    act.conclude(gettext_noop("%(number)s is agreed and runs; whoever has something to do was told."))


@command(
    "development_plan",
    "send_back",
    label=gettext_lazy("Send back"),
    past=gettext_lazy("sent it back"),
    who=LINE,
    barred=(not_alone,),
    reason=Reason.ALWAYS,
    reindexes=False,
)
def send_back(act: Act, _body: Body) -> None:
    """Say what has to be otherwise before it can be agreed."""
    arrange(act, "draft")
    sentence = gettext_noop("%(who)s sent %(number)s %(title)s back: %(reason)s")
    tell_person(act, sentence, reason=act.reason[:200])
    act.conclude(gettext_noop("%(number)s is a draft again."))


@command(
    "development_plan",
    "revise",
    label=gettext_lazy("Revise"),
    past=gettext_lazy("took it back to revise it"),
    who=WRITERS,
    reason=Reason.ALWAYS,
    reindexes=False,
    hint=gettext_lazy("It becomes a draft and is proposed anew; until then nobody is asked to do anything."),
    tolerates=ASIDE,
)
def revise(act: Act, _body: Body) -> None:
    """Take an agreed plan back into draft; what is done stays done."""
    arrange(act, "draft")
    sentence = gettext_noop("%(who)s took %(number)s %(title)s back to revise it: %(reason)s")
    tell_person(act, sentence, reason=act.reason[:200])
    act.conclude(gettext_noop("%(number)s is a draft again. Change it, then propose it anew."))


class Completed(Body):
    """What came of the plan."""

    outcome: Annotated[
        str, Field(max_length=5000), Shown(gettext_lazy("What came of it"), widget=Widget.LONG_TEXT)
    ] = ""
    reason: Annotated[
        str,
        Field(max_length=2000),
        Shown(
            gettext_lazy("Why it ends with something open"),
            widget=Widget.LONG_TEXT,
            needed=gettext_lazy("needed where a target is not met or an action not done"),
        ),
    ] = ""


@command(
    "development_plan",
    "complete",
    label=gettext_lazy("Complete plan"),
    past=gettext_lazy("completed it"),
    body=Completed,
    who=LINE,
    barred=(not_alone,),
    reason=Reason.NEVER,
    reindexes=False,
    hint=gettext_lazy(
        "What the person holds of each target is kept; open actions are dropped with the reason. The person is told"
        " and can comment on it."
    ),
)
def complete(act: Act, body: Completed) -> None:
    """End a plan that has run; what is still open needs a reason, and how each target came out is kept."""
    plan: DevelopmentPlan = act.detail
    standing = standings(plan)
    unmet = [one for one in standing if not one.met]
    opened = list(plan.actions.filter(state=Action.State.OPEN).order_by("number"))
    if (unmet or opened) and not body.reason:
        sentence = _("Not all is reached (targets not met: %(targets)s; actions open: %(actions)s). Say why.")
        raise Refused({"reason": sentence % {"targets": len(unmet), "actions": len(opened)}})
    for one in standing:
        one.target.held = one.held
    Target.objects.bulk_update([one.target for one in standing], ["held"])
    for action in opened:
        action.state, action.result = Action.State.DROPPED, body.reason
    Action.objects.bulk_update(opened, ["state", "result"])
    plan.outcome, plan.next_review = body.outcome, None
    act.reason = body.reason
    arrange(act, "completed")
    tell_person(
        act, gettext_noop("%(who)s completed %(number)s %(title)s. You can say what you think of it.")
    )
    act.say(
        gettext_noop("targets met: %(met)s of %(all)s"), met=len(standing) - len(unmet), all=len(standing)
    )
    act.conclude(
        gettext_noop("%(number)s is completed. Targets met: %(met)s of %(all)s."),
        met=len(standing) - len(unmet),
        all=len(standing),
    )


@command(
    "development_plan",
    "cancel",
    label=gettext_lazy("Cancel"),
    past=gettext_lazy("cancelled it"),
    who=WRITERS,
    barred=(agreed_together,),
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
)
def cancel(act: Act, _body: Body) -> None:
    """Give the plan up; what was done stays in it."""
    plan: DevelopmentPlan = act.detail
    plan.next_review = None
    arrange(act, "cancelled")
    sentence = gettext_noop("%(who)s cancelled %(number)s %(title)s: %(reason)s")
    tell_person(act, sentence, reason=act.reason[:200])
    act.conclude(gettext_noop("%(number)s is cancelled; what was done stays in it."))

"""What follows an agreed assessment by the clock and as people leave: the next one, and others who are asked."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.competence.assessing import agreeing, agrees, confirming, is_assessed, why_not_by
from setsquare.domains.competence.commands.agreeing import DAYS_TO_AGREE, DAYS_TO_REWORK
from setsquare.domains.competence.commands.assessing import ByMethod, Day, Note
from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.work import AGREE, CONFIRM, REASSESS, REWORK
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import (
    ASKED_AGAIN,
    PASSED_ON,
    Gone,
    PassOn,
    say_in_whose_place,
    take_over,
)
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in, end_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

A_MOMENT = dt.timedelta(seconds=1)
"""What holds until a day is over is due on that day."""

keep_after("assessment")
entrusts("assessment")


class AssessAnew(Body):
    """How and as of which day the person is assessed anew."""

    method: ByMethod
    day: Day
    note: Note = ""


def _usual(situation: Situation) -> dict[str, Any]:
    assessment: Assessment = situation.detail
    person, user = assessment.person, situation.user
    methods = (assessment.method, *Assessment.Method.values)
    method = next((one for one in methods if why_not_by(one, person, user) is None), assessment.method)
    return {"method": method, "day": day_in(situation.now, person.unit)}


@command(
    "assessment",
    "assess_anew",
    label=gettext_lazy("Assess anew"),
    past=gettext_lazy("began the next assessment"),
    body=AssessAnew,
    who=(agrees, is_assessed),
    initial=_usual,
    reason=Reason.NEVER,
    reindexes=False,
)
def assess_anew(act: Act, body: AssessAnew) -> None:
    """Begin the next assessment of the same person in the same framework."""
    assessment: Assessment = act.detail
    if not assessment.person.is_active:
        raise Refused(_("%(name)s has left and cannot be chosen.") % {"name": assessment.person.name})
    given = {"person": assessment.person.username, "framework": assessment.framework.record.number}
    given |= {"method": body.method, "day": body.day.isoformat(), "note": body.note}
    made = act.also("assessment", "begin", body=given)
    act.say(gettext_noop("%(number)s"), number=made.number)
    act.conclude(
        gettext_noop("%(number)s was begun. Rate the components, then submit it."), number=made.number
    )


@command(
    "assessment",
    "ask_renewal",
    label=gettext_lazy("Ask for the next one"),
    past=gettext_lazy("asked for the next assessment"),
    reason=Reason.NEVER,
    reindexes=False,
)
def ask_renewal(act: Act, _body: Body) -> None:
    """Ask who leads or assesses the person to see to a new assessment before this one ends; done by the clock."""
    assessment: Assessment = act.detail
    if assessment.valid_until is not None:
        people = agreeing(assessment)
        due = end_of(assessment.valid_until, assessment.person.unit) - A_MOMENT
        act.ask_all(REASSESS.code, people, due)
        act.say(gettext_noop("%(names)s"), names=some(person.name for person in people))


@command(
    "assessment",
    "renewed",
    label=gettext_lazy("Note that it was renewed"),
    past=gettext_lazy("a newer assessment takes its place"),
    reason=Reason.NEVER,
    reindexes=False,
)
def renewed(act: Act, _body: Body) -> None:
    """Close the request for a new assessment; part of agreeing on that."""
    act.finish(Task.objects.filter(record=act.record, kind=REASSESS.code), "assessed")


@command("assessment", "ask_again", **ASKED_AGAIN)
def ask_again(act: Act, body: Gone) -> None:
    """Close what somebody was asked who left, and ask who else may; the system does this."""
    assessment: Assessment = act.detail
    theirs = Task.objects.filter(record=act.record, assignee=body.person, done__isnull=True)
    dues = dict(theirs.values_list("kind", "due"))
    act.finish(theirs, "handed_over")
    for kind in (AGREE.code, REASSESS.code):
        if kind in dues:
            people = agreeing(assessment, frozenset({body.person.pk}))
            act.ask_all(
                kind, people, max(dues[kind], act.now + DAYS_TO_AGREE) if kind == AGREE.code else dues[kind]
            )
    if CONFIRM.code in dues:
        people = confirming(assessment, frozenset({body.person.pk}))
        act.ask_all(CONFIRM.code, people, max(dues[CONFIRM.code], act.now + DAYS_TO_AGREE))
    say_in_whose_place(act, body.person)


@command("assessment", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give it to who takes over from somebody who left; the system does this.

    Who takes over a draft assesses in their place where the method lets them, else they can only drop it.
    """
    assessment: Assessment = act.detail
    take_over(act, body)
    act.finish(Task.objects.filter(record=act.record, kind=REWORK.code, assignee=body.person), "handed_over")
    fits = why_not_by(assessment.method, assessment.person, body.to) is None
    if act.record.state == "draft" and assessment.assessor_id == body.person.pk and fits:
        assessment.assessor = body.to
        act.ask(REWORK.code, body.to, act.now + DAYS_TO_REWORK)

"""What becomes of an assessment: submitted, answered, sent back, agreed by signature, revoked, dropped."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.assessing import (
    ASSESSED_BY,
    agreeing,
    agrees,
    drops,
    framework_in_force,
    is_assessed,
    is_assessor,
    named_by_another,
    not_alone,
    not_by_their_hand,
    not_of_oneself,
    not_own_peer,
    why_no_level,
    why_not_by,
)
from setsquare.domains.competence.commands.assessing import MOST_RATED, AtLevel, Because, Code
from setsquare.domains.competence.commands.noting import note_second_look
from setsquare.domains.competence.models import Assessment, Rating
from setsquare.domains.competence.qualifying import next_newest, one_at_a_time, qualify, said_by
from setsquare.domains.competence.showing import SHOWN_BY_THESE, unshown
from setsquare.domains.competence.work import AGREE, REASSESS, REWORK
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in, months_later
from setsquare.kernel.records.things import Fact, Kind, Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

DAYS_TO_AGREE = dt.timedelta(days=14)
DAYS_TO_REWORK = dt.timedelta(days=14)
MOST_MONTHS = 240
MONTHS_VALID = 24
"""Proposed where nothing was agreed of the person in the framework before, or that for good."""

AGREED = Meaning(
    "assessment_agreed",
    gettext_lazy("Assessment agreed"),
    gettext_lazy("I have looked at this assessment; the person is at the levels that are agreed here."),
)
AGREED_UNSHOWN: Label = gettext_lazy(
    "I have looked at this assessment, which no record and no file shows; the person is at the levels that are"
    " agreed here."
)
"""What the signature says where nothing shows the assessment: what is signed keeps that."""
WAS_AGREED = (
    Fact(gettext_lazy("Person"), "assessment__person", Kind.PERSON),
    Fact(gettext_lazy("Framework"), "assessment__framework__record", Kind.RECORD),
    Fact(gettext_lazy("Day"), "assessment__day", Kind.DATE),
    Fact(ASSESSED_BY, "assessment__assessor", Kind.PERSON),
    Fact(gettext_lazy("Agreed by"), "assessment__agreed_by", Kind.PERSON),
    Fact(gettext_lazy("Agreed levels"), "assessment__agreed_levels", Kind.LIST),
)
"""What whoever takes an assessment back has before them."""


class Answer(Body):
    """What the person says to it."""

    answer: Annotated[
        str,
        Field(max_length=5000),
        Shown(
            gettext_lazy("Your answer"),
            gettext_lazy("Read by everybody who sees the assessment."),
            Widget.LONG_TEXT,
        ),
    ]


class AgreedLevel(Body):
    """The level that is agreed of one component."""

    component: Code
    level: AtLevel = None
    reason: Because = ""


class Agree(Body):
    """The agreed levels, and for how long they hold."""

    levels: Annotated[
        list[AgreedLevel],
        Field(max_length=MOST_RATED),
        Shown(
            gettext_lazy("Agreed levels"),
            gettext_lazy("What is left out is agreed as it was rated. Where a level differs, say why."),
            Widget.ROWS,
        ),
    ] = []
    months: Annotated[
        int | None,
        Field(ge=1, le=MOST_MONTHS),
        Shown(
            gettext_lazy("Valid for months"),
            gettext_lazy(
                "From the day of the assessment. Emptied (null): for good. Left out, and no last day given: as many as"
                " the form offers, those of the assessment before, or 24."
            ),
            emptied=True,
        ),
    ] = None
    valid_until: Annotated[
        dt.date | None,
        Shown(gettext_lazy("Valid until"), gettext_lazy("The last day, instead of months.")),
    ] = None


class Components(Body):
    """Of which components."""

    codes: Annotated[list[str], Shown(gettext_lazy("Components"))]


def _unready(situation: Situation) -> Mapping[str, Label]:
    if situation.subject.state != "draft":
        return {}
    rated = situation.detail.ratings.exists()
    none = {} if rated else {"ratings": _("Rate at least one component first.")}
    return {**none, **unshown(situation)}


def _still_may(situation: Situation) -> Label | None:
    assessment: Assessment = situation.detail
    return why_not_by(assessment.method, assessment.person, situation.user)


def tell_concerned(act: Act, text: str, **values: str) -> None:
    """Tell the person, the assessor and who agreed on it or recorded it, except who acts."""
    assessment: Assessment = act.detail
    concerned = (assessment.person, assessment.assessor, assessment.agreed_by, assessment.recorder)
    people = {one.pk: one for one in concerned if one is not None}
    people.pop(act.user.pk, None)
    told = {"who": act.user.name, "number": act.record.number, "title": act.record.title, **values}
    act.tell_all(people.values(), "competence", text, **told)


def _finish(act: Act, kind: str, outcome: str) -> None:
    act.finish(Task.objects.filter(record=act.record, kind=kind), outcome)


@command(
    "assessment",
    "submit",
    label=gettext_lazy("Submit"),
    past=gettext_lazy("submitted it"),
    who=(is_assessor,),
    conditions=(framework_in_force, _still_may),
    obstacles=_unready,
    mended_by=SHOWN_BY_THESE,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def submit(act: Act, _body: Body) -> None:
    """Hand it to who agrees; the person is told and may answer."""
    _finish(act, REWORK.code, "submitted")
    asked = agreeing(act.detail)
    act.ask_all(AGREE.code, asked, act.now + DAYS_TO_AGREE)
    tell_concerned(
        act, gettext_noop("%(who)s submitted the assessment %(number)s %(title)s; you may answer to it.")
    )
    if asked == [act.user]:
        act.conclude(gettext_noop("%(number)s was submitted. You agree on it yourself, as nobody else may."))
    elif asked:
        names = some(person.name for person in asked)
        act.conclude(gettext_noop("%(number)s was submitted. Asked to agree: %(names)s."), names=names)
    else:
        act.conclude(
            gettext_noop(
                "%(number)s was submitted, but nobody may agree: somebody has to be given the right."
            )
        )


@command(
    "assessment",
    "answer",
    label=gettext_lazy("Answer"),
    past=gettext_lazy("answered to it"),
    body=Answer,
    who=(is_assessed,),
    initial=lambda situation: {"answer": situation.detail.answer},
    edits=True,
    reason=Reason.NEVER,
    reindexes=False,
)
def answer(act: Act, body: Answer) -> None:
    """Say as the person who is assessed what one thinks of it; it stands beside the levels."""
    act.detail.answer = body.answer
    tell_concerned(act, gettext_noop("%(who)s answered to the assessment %(number)s %(title)s."))
    act.conclude(gettext_noop("Your answer stands beside the levels of %(number)s."))


@command(
    "assessment",
    "send_back",
    label=gettext_lazy("Send back"),
    past=gettext_lazy("sent it back"),
    who=(agrees,),
    barred=(not_of_oneself, not_own_peer),
    reason=Reason.ALWAYS,
    reindexes=False,
)
def send_back(act: Act, _body: Body) -> None:
    """Ask the one who assessed to go over it again."""
    assessment: Assessment = act.detail
    _finish(act, AGREE.code, "sent_back")
    if assessment.assessor.is_active:
        act.ask(REWORK.code, assessment.assessor, act.now + DAYS_TO_REWORK)
    tell_concerned(
        act,
        gettext_noop("%(who)s sent the assessment %(number)s %(title)s back: %(reason)s"),
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(number)s went back to %(name)s."), name=assessment.assessor.name)


def _as_rated(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.ratings.select_related("component").order_by("component__place", "id")
    return {
        "levels": [{"component": row.component.code, "level": row.level, "reason": ""} for row in rows],
        "months": _months_before(situation.detail),
    }


def _months_before(assessment: Assessment) -> int:
    """Return for how many months the one agreed last of the person in the framework holds."""
    agreed = Assessment.objects.filter(person=assessment.person_id, framework=assessment.framework_id)
    last = agreed.filter(record__state="agreed").order_by("-day", "-pk").first()
    if last is None or last.valid_until is None:
        return MONTHS_VALID
    months = 12 * (last.valid_until.year - last.day.year) + last.valid_until.month - last.day.month
    return min(max(months, 1), MOST_MONTHS)


def _in_the_way(situation: Situation) -> Mapping[str, Label]:
    return unshown(situation) if situation.subject.state == "submitted" else {}


@command(
    "assessment",
    "agree",
    label=gettext_lazy("Agree"),
    past=gettext_lazy("agreed on it"),
    body=Agree,
    who=(agrees,),
    barred=(not_of_oneself, not_own_peer, not_alone, not_by_their_hand),
    conditions=(framework_in_force,),
    initial=_as_rated,
    obstacles=_in_the_way,
    mended_by=SHOWN_BY_THESE,
    signature=AGREED,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def agree(act: Act, body: Agree) -> None:
    """Say, signed, at which levels the person is and until when that holds: from then on it counts."""
    assessment: Assessment = act.detail
    one_at_a_time(assessment.person)
    if body.valid_until is None and "months" not in body.model_fields_set:
        body.months = _months_before(assessment)
        act.given = {**act.given, "months": body.months} if act.given or act.signed_by else act.given
    until = last_day(body.valid_until, body.months, assessment.day)
    if until is not None and until < day_in(act.now, assessment.person.unit):
        where = "months" if body.months is not None else "valid_until"
        raise Refused({where: _("It would be over already; give a later day.")})
    rows = list(assessment.ratings.select_related("component").order_by("component__place", "id"))
    _settle(rows, body)
    assessment.agreed, assessment.agreed_by, assessment.valid_until = act.now, act.user, until
    _finish(act, AGREE.code, "agreed")
    note_second_look(act)
    qualify(act, rows)
    close_renewals(act)
    tell_concerned(act, gettext_noop("%(who)s agreed on the assessment %(number)s %(title)s."))
    if until is None:
        act.conclude(gettext_noop("%(number)s is agreed; it holds for good."))
    else:
        act.conclude(gettext_noop("%(number)s is agreed; it holds until %(day)s."), day=until)


def last_day(valid_until: dt.date | None, months: int | None, day: dt.date) -> dt.date | None:
    """Return the last day of what was assessed on a day; refuse two that contradict and one before it."""
    if valid_until is not None and months is not None:
        raise Refused({"months": _("Give months or the last day, not both.")})
    if valid_until is not None and valid_until < day:
        raise Refused({"valid_until": _("It cannot end before the day of the assessment.")})
    return months_later(day, months) if months is not None else valid_until


def _settle(rows: list[Rating], body: Agree) -> None:
    """Write the agreed level beside each rating; refuse what does not fit, each at its field."""
    wrong: dict[str, Label] = {}
    said: dict[str, AgreedLevel] = {}
    rated = {row.component.code: row for row in rows}
    for place, given in enumerate(body.levels):
        row = rated.get(given.component)
        level = row.level if row is not None and given.level is None else given.level
        if row is None:
            sentence = _("“%(code)s” was not rated.")
            wrong[f"levels.{place}.component"] = sentence % {"code": given.component}
        elif given.component in said:
            wrong[f"levels.{place}.component"] = _("“%(code)s” is named twice.") % {"code": given.component}
        elif level != row.level and (why := why_no_level(row.component, level or 0)):
            wrong[f"levels.{place}.level"] = why
        elif level != row.level and not given.reason:
            wrong[f"levels.{place}.reason"] = _("Say why the agreed level differs from the rating.")
        said[given.component] = given
    if wrong:
        raise Refused(wrong)
    for code, row in rated.items():
        given = said.get(code, AgreedLevel(component=code))
        row.agreed = row.level if given.level is None else given.level
        row.agreed_reason = given.reason
        row.save()


def close_renewals(act: Act) -> None:
    """Close the request for a new assessment on those that this one takes the place of."""
    assessment: Assessment = act.detail
    waiting = Task.objects.filter(
        kind=REASSESS.code,
        done__isnull=True,
        record__assessment__person=assessment.person,
        record__assessment__framework=assessment.framework,
    ).exclude(record=act.record)
    for task in waiting.select_related("record").order_by("record_id").distinct():
        if not any(said_by(task.record.assessment).values()) and task.record.state == "agreed":
            act.also("assessment", "renewed", task.record)


@command(
    "assessment",
    "revoke",
    label=gettext_lazy("Revoke"),
    past=gettext_lazy("revoked it"),
    who=(agrees, named_by_another),
    barred=(not_of_oneself, not_own_peer),
    signature=Meaning(
        "assessment_revoked",
        gettext_lazy("Assessment revoked"),
        gettext_lazy(
            "I take this assessment back for the reason given here; what was agreed by it no longer counts."
        ),
    ),
    deciding=WAS_AGREED,
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy(
        "What it found holds no longer; the one before it stands again, as long as it is valid."
    ),
)
def revoke(act: Act, _body: Body) -> None:
    """Take an assessment back, signed: what it gave ends, and nothing that a later one gave.

    Signatures that relied on it keep it as what they relied on; what its person was asked moves on by the clock.
    """
    assessment: Assessment = act.detail
    one_at_a_time(assessment.person)
    codes = said_by(assessment)
    act.disqualify()
    _finish(act, REASSESS.code, "not_needed")
    for other, theirs in next_newest(assessment, codes).items():
        act.also("assessment", "take_up", other.record, Components(codes=theirs))
    tell_concerned(
        act,
        gettext_noop("%(who)s revoked the assessment %(number)s %(title)s: %(reason)s"),
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(number)s was revoked: the levels that it gave no longer count."))


@command(
    "assessment",
    "take_up",
    label=gettext_lazy("Take up"),
    past=gettext_lazy("stands again in place of a revoked one"),
    body=Components,
    reason=Reason.NEVER,
    reindexes=False,
)
def take_up(act: Act, body: Components) -> None:
    """Have an assessment stand again for some components; part of revoking a later one."""
    rows = act.detail.ratings.filter(component__code__in=body.codes).select_related("component")
    qualify(act, rows.order_by("component__place", "id"))
    act.say(gettext_noop("%(names)s"), names=some(body.codes))


@command(
    "assessment",
    "drop",
    label=gettext_lazy("Drop"),
    past=gettext_lazy("dropped it"),
    who=(drops,),
    reason=Reason.NEVER,
    danger=True,
    bulk=True,
    reindexes=False,
    hint=gettext_lazy("It is not gone on with and counts for nothing."),
)
def drop(act: Act, _body: Body) -> None:
    """Give an assessment up before it is agreed."""
    act.finish(Task.objects.filter(record=act.record), "not_needed")
    act.conclude(gettext_noop("%(number)s is given up; it counts for nothing."))

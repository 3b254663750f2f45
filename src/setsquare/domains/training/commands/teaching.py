"""Courses: writing them down, saying who needs them, offering and retiring them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from setsquare.domains.training.closing.rows import (
    OutcomeRow,
    outcomes_as_are,
    outcomes_of,
    wrong_outcomes,
)
from setsquare.domains.training.commands.asking import ASIDE
from setsquare.domains.training.commands.certifying import Issue, certify, named
from setsquare.domains.training.commands.closing import place_outcomes
from setsquare.domains.training.commands.easing import conclude_given
from setsquare.domains.training.commands.needing import Needs, need
from setsquare.domains.training.models import FIRST, TEACHES, Certificate, Course, linked_numbers
from setsquare.domains.training.rules import (
    COORDINATORS,
    RUNNERS,
    check_first,
    check_order,
    check_passed,
    check_still_completed,
    is_kind,
    qualified_to_sign_off,
)
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.thing import KINDS
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import (
    Body,
    Person,
    RecordRef,
    Shown,
    UnitRef,
    Widget,
)
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, anybody, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.days import day_in, months_later
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Fact, Kind, Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.bounds import why_too_heavy
from setsquare.kernel.writing.sentences import some

SHORTEST_MONTH = 28
"""Days of the shortest month."""


def _to_hundredths(hours: Decimal | None) -> Decimal | None:
    """Return hours as the database holds them, so that a state reads the same before and after."""
    return hours.quantize(Decimal("0.01")) if hours is not None else None


Hours = Annotated[
    Decimal | None,
    Field(gt=0, le=2000, max_digits=6, decimal_places=2),
    AfterValidator(_to_hundredths),
    Shown(gettext_lazy("Hours")),
]


def _light(text: str) -> str:
    if why := why_too_heavy(text):
        raise ValueError(why)
    return text


class Described(Body):
    """What a course is."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=300),
        Shown(gettext_lazy("Title"), under=gettext_lazy("What is taught")),
    ]
    kind: Annotated[Course.Kind, Shown(gettext_lazy("Kind"), choices=KINDS)]
    description: Annotated[
        str,
        Field(max_length=5000),
        Shown(gettext_lazy("Description"), gettext_lazy("What one can do afterwards."), Widget.LONG_TEXT),
    ] = ""
    content: Annotated[
        str,
        Field(max_length=100_000),
        AfterValidator(_light),
        Shown(gettext_lazy("Content"), gettext_lazy("What it goes through."), Widget.MARKDOWN),
    ] = ""
    hours: Hours = None
    validity_months: Annotated[
        int | None,
        Field(ge=1, le=240),
        Shown(
            gettext_lazy("Valid for months"),
            gettext_lazy("Of each certificate. Empty: for good. A change holds for new certificates."),
            under=gettext_lazy("How long it holds"),
        ),
    ] = None
    grace_days: Annotated[
        int,
        Field(ge=0, le=365),
        Shown(
            gettext_lazy("Days of grace"), gettext_lazy("After the last day, before it counts as expired.")
        ),
    ] = 0
    renew_days: Annotated[
        int,
        Field(ge=0, le=365),
        Shown(
            gettext_lazy("Renewed how many days before"),
            gettext_lazy("So long before the last day people are asked to renew it."),
        ),
    ] = 60
    trainers: Annotated[
        list[Person],
        Field(max_length=100),
        Shown(
            gettext_lazy("Given by"),
            widget=Widget.PEOPLE,
            under=gettext_lazy("Who gives it, and what it goes with"),
        ),
    ] = []
    builds_on: Annotated[
        Sequence[RecordRef],
        Field(max_length=20),
        Shown(
            gettext_lazy("Builds on"),
            gettext_lazy("Courses that have to be held first."),
            Widget.RECORDS,
            of="course",
        ),
    ] = ()
    teaches: Annotated[
        Sequence[RecordRef],
        Field(max_length=50),
        Shown(gettext_lazy("Teaches"), gettext_lazy("Documents."), Widget.RECORDS, of="document"),
    ] = ()
    leads_to: Annotated[
        list[OutcomeRow],
        Field(max_length=50),
        Shown(
            gettext_lazy("Leads to"),
            gettext_lazy("Levels of components; an assessment shows that somebody reached one."),
            Widget.ROWS,
        ),
    ] = []
    quiz: Annotated[
        RecordRef | None,
        Shown(
            gettext_lazy("Quiz to pass"),
            gettext_lazy("No certificate is given before; passing it gives that of an online course."),
            Widget.RECORD,
            of="quiz",
        ),
    ] = None


HomeUnit = Annotated[
    UnitRef,
    Shown(
        gettext_lazy("Unit"),
        gettext_lazy("It is known there and below."),
        under=gettext_lazy("Where it is known"),
    ),
]


class NewCourse(Described, Needs):
    """A course, the unit whose it is, and who needs it."""

    unit: HomeUnit


def _as_is(situation: Situation) -> Mapping[str, Any]:
    course: Course = situation.detail
    names = ("kind", "description", "hours", "validity_months", "grace_days", "renew_days")
    return {
        **{name: getattr(course, name) for name in names},
        "title": situation.subject.title,
        "hours": str(course.hours) if course.hours is not None else "",
        "content": course.content.body,
        "trainers": list(course.trainers.order_by("name").values_list("username", flat=True)),
        "builds_on": linked_numbers(situation.subject, FIRST),
        "teaches": linked_numbers(situation.subject, TEACHES),
        "leads_to": outcomes_as_are(course.pk),
        "quiz": course.quiz.number if course.quiz is not None else None,
    }


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else "", "grace_days": 0, "renew_days": 60}


@command(
    "course",
    "create",
    label=gettext_lazy("New course"),
    past=gettext_lazy("wrote it down"),
    body=NewCourse,
    who=COORDINATORS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: NewCourse) -> Record:
    """Write down what is taught; nobody is asked to take it before it is offered."""
    _check(None, body)
    record = act.create(
        title=body.title,
        unit=body.unit,
        owner=act.user,
        content=act.text(body.content),
        quiz=body.quiz,
        **body.model_dump(
            include={"kind", "description", "hours", "validity_months", "grace_days", "renew_days"}
        ),
    )
    _place(act, body)
    need(act, body.needed_by)
    act.conclude(gettext_noop("%(number)s was made as a draft. Say who needs it, then offer it."))
    return record


@command(
    "course",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Described,
    who=RUNNERS,
    initial=_as_is,
    edits=True,
    tolerates=ASIDE,
    hint=gettext_lazy(
        "What a course gives to who wrote on it counts once somebody else who runs training has verified it."
    ),
)
def edit(act: Act, body: Described) -> None:
    """Change what the course is; certificates that there are stay as they are."""
    _check(act.record, body)
    course: Course = act.detail
    if body.kind != course.kind and act.record.state != "draft":
        sentence = _("The kind stays once a course is offered; retire this one and make a new one.")
        raise Refused({"kind": sentence})
    act.record.title = body.title
    course.kind, course.description, course.content = body.kind, body.description, act.text(body.content)
    course.hours, course.validity_months = body.hours, body.validity_months
    course.grace_days, course.renew_days = body.grace_days, body.renew_days
    could = course.can_be_completed
    course.quiz = body.quiz
    check_still_completed(course, could, "quiz")
    _place(act, body)
    act.conclude(gettext_noop("%(number)s was changed; certificates that there are stay as they are."))


def _check(course: Record | None, body: Described) -> None:
    if body.validity_months is not None and body.renew_days >= body.validity_months * SHORTEST_MONTH:
        sentence = _("So many days before, nobody has it yet: give fewer days than it is valid.")
        raise Refused({"renew_days": sentence})
    check_order(course, body.builds_on)
    if body.quiz is not None and body.quiz.type != "quiz":
        raise Refused({"quiz": _("%(number)s is no quiz.") % {"number": body.quiz.number}})
    for place, document in enumerate(body.teaches):
        if document.type != "document":
            sentence = _("%(number)s is no document.") % {"number": document.number}
            raise Refused({f"teaches.{place}": sentence})
    if wrong := dict(wrong_outcomes(body.leads_to, outcomes_of(course.pk if course is not None else None))):
        raise Refused(wrong)


def _place(act: Act, body: Described) -> None:
    """Store who gives it, what it builds on, what it teaches and what it leads to."""
    act.detail.trainers.set(body.trainers)
    for kind, wanted in ((FIRST, body.builds_on), (TEACHES, body.teaches)):
        kept = {record.pk for record in wanted}
        gone = Link.objects.filter(source=act.record, kind=kind).exclude(target_id__in=kept)
        for link in gone.select_related("target"):
            act.unlink(link.target, kind)
        for record in wanted:
            act.link(record, kind)
    place_outcomes(act.record.pk, body.leads_to)


def _not_to_be_completed(situation: Situation) -> Mapping[str, Label]:
    """Return what a course lacks without which nobody could complete it, by field."""
    course: Course = situation.detail
    if situation.subject.state != "draft":
        return {}
    if not course.can_be_completed:
        sentence = _(
            "Nobody could complete it: choose a quiz to pass by “Edit”, or, where a learning system teaches it, name"
            " its activity address by “Set the activity address”."
        )
        return {"quiz": sentence}
    teaches = Link.objects.filter(source=situation.subject, kind=TEACHES)
    if course.kind == Course.Kind.READ and not course.content.body.strip() and not teaches.exists():
        sentence = _(
            "There is nothing to read in it: write its content, or name the documents that it teaches."
        )
        return {"content": sentence}
    return {}


@command(
    "course",
    "offer",
    label=gettext_lazy("Offer"),
    past=gettext_lazy("offered it"),
    who=RUNNERS,
    obstacles=_not_to_be_completed,
    mended_by=("edit", "set_activity"),
    prominent=True,
    bulk=True,
    reindexes=False,
)
def offer(act: Act, _body: Body) -> None:
    """Have people take the course from now on; whoever needs it is asked."""
    act.conclude(
        gettext_noop("%(number)s is offered. Whoever needs it and does not hold it is asked to take it.")
    )


@command(
    "course",
    "retire",
    label=gettext_lazy("Retire"),
    past=gettext_lazy("retired it"),
    who=RUNNERS,
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy("Nobody is asked to take it any more; certificates stay."),
    tolerates=ASIDE,
)
def retire(act: Act, _body: Body) -> None:
    """End the course; what people hold stays valid as long as it says."""
    act.finish(Task.objects.filter(record=act.record, kind=TRAIN.code), "course_retired")
    act.conclude(gettext_noop("%(number)s is retired; nobody has to take it any more."))
    act.warn_of_rules()


READ_THERE = (Fact(gettext_lazy("Content"), "course__content__body", Kind.MARKDOWN),)
"""What whoever confirms that they read it has before them."""


@command(
    "course",
    "confirm",
    label=gettext_lazy("Confirm that I have read and understood it"),
    past=gettext_lazy("read and understood it"),
    who=(anybody(),),
    occasion=is_kind(Course.Kind.READ, gettext_lazy("This course is not one to be read.")),
    signature=Meaning(
        "course_read",
        gettext_lazy("Read and understood"),
        gettext_lazy("I have read and understood what this course goes through."),
    ),
    deciding=READ_THERE,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
    tolerates=ASIDE,
)
def confirm(act: Act, _body: Body) -> None:
    """Confirm that one has read and understood it, which gives the certificate."""
    course: Course = act.detail
    _check_due(act, course)
    check_first(course, [act.user], "")
    check_passed(course, [act.user], "")
    waiting = Certificate.objects.filter(person=act.user, course=course, source=Certificate.Source.READ)
    if number := waiting.filter(record__state="submitted").values_list("record__number", flat=True).first():
        raise Refused(_("Your certificate %(number)s waits to be verified already.") % {"number": number})
    issued = day_in(act.now, act.user.unit)
    made = certify(
        act, Issue(person=act.user, course=act.record, issued=issued, source=Certificate.Source.READ)
    )
    if made.state in GIVEN:
        sentence = gettext_noop("You hold %(number)s now; your certificate is %(certificate)s.")
    else:
        sentence = gettext_noop(
            "You wrote on %(number)s: your certificate %(certificate)s counts once somebody else has verified it."
        )
    act.conclude(sentence, certificate=made.number)


def _check_due(act: Act, course: Course) -> None:
    """Refuse who holds a course for longer, and need not take it anew."""
    held = holding().filter(user=act.user, subject=act.record, topic="").first()
    if held is None or Task.objects.filter(
        record=act.record, kind=TRAIN.code, assignee=act.user, done__isnull=True
    ):
        return
    if held.until is None:
        raise Refused(_("You hold %(number)s already, for good.") % {"number": act.record.number})
    renewed_from = held.until - dt.timedelta(days=course.renew_days)
    if renewed_from > act.now:
        day = formats.date_format(day_in(renewed_from, act.user.unit))
        sentence = _("You hold %(number)s already; you can confirm it anew from %(day)s on.")
        raise Refused(sentence % {"number": act.record.number, "day": day})


class SignOff(Body):
    """Who can do it now."""

    people: Annotated[
        list[Person], Field(min_length=1, max_length=50), Shown(gettext_lazy("People"), widget=Widget.PEOPLE)
    ]
    on: Annotated[dt.date | None, Shown(gettext_lazy("Day"), gettext_lazy("Left empty: today."))] = None
    note: Annotated[
        str,
        Field(max_length=2000),
        Shown(gettext_lazy("Note"), gettext_lazy("What was shown and seen."), Widget.LONG_TEXT),
    ] = ""


@command(
    "course",
    "sign_off",
    label=gettext_lazy("Sign off"),
    past=gettext_lazy("signed people off"),
    body=SignOff,
    who=(qualified_to_sign_off,),
    occasion=is_kind(Course.Kind.ON_THE_JOB, gettext_lazy("This course is not learned on the job.")),
    signature=Meaning(
        "signed_off",
        gettext_lazy("Signed off"),
        gettext_lazy("I have seen that these people can do what this course teaches."),
    ),
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
    tolerates=ASIDE,
)
def sign_off(act: Act, body: SignOff) -> None:
    """Give people the certificate of what they learned on the job, by somebody who can do it."""
    course: Course = act.detail
    if act.user in body.people:
        raise Refused({"people": _("Nobody signs themself off; somebody else who can do it does.")})
    check_first(course, body.people, "people")
    check_passed(course, body.people, "people")
    given, names = [], []
    for person in body.people:
        today = day_in(act.now, person.unit)
        if body.on is not None and body.on > today:
            raise Refused({"on": _("This day has not come yet.")})
        if body.on is not None and body.on < months_later(today, -12):
            sentence = _("Sign off what you saw within a year; what is older is recorded as a certificate.")
            raise Refused({"on": sentence})
        issued = Issue(
            person=person,
            course=act.record,
            issued=body.on or today,
            source=Certificate.Source.SIGN_OFF,
            note=body.note,
        )
        given.append(certify(act, issued))
        names.append(named(person, given[-1]))
    act.say(gettext_noop("%(names)s"), names=some(person.name for person in body.people))
    conclude_given(act, gettext_noop("Signed off for %(number)s: %(names)s."), given, names)

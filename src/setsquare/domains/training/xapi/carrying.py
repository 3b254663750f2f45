"""What statements mean here: who completed or passed the activity of an online course holds it.

Of other courses they are kept as evidence alone: no learning system knows who was in the room, or can do it now. Where
a course names a quiz, passing that gives the certificate.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.asking import ASIDE
from setsquare.domains.training.commands.certifying import (
    Issued,
    IssuedBy,
    NumberThere,
    OfCourse,
    Trainee,
    make,
    place,
    until,
)
from setsquare.domains.training.models import FIRST, Certificate, Course
from setsquare.domains.training.rules import (
    RUNNERS,
    check_first,
    check_still_completed,
    chose_own_address,
)
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.xapi.checking import VERBS, is_iri
from setsquare.domains.training.xapi.keeping import STORED, recognise
from setsquare.domains.training.xapi.models import Statement
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown
from setsquare.kernel.commands.declaration import Actor, Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record

DONE = (f"{VERBS}completed", f"{VERBS}passed")
BESIDE = dt.timedelta(days=1)
"""How near a certificate lies that shows the same: systems tell that somebody completed, and that they passed."""


class Activity(Body):
    """By which address learning systems name the course."""

    activity: Annotated[
        str,
        Field(max_length=500),
        Shown(
            gettext_lazy("Activity address (IRI)"),
            gettext_lazy(
                "As a learning system names it in its statements (xAPI). They count for an online course alone."
            ),
        ),
    ] = ""


class CarryOver(Body):
    """What a statement says that somebody completed."""

    person: Trainee
    course: OfCourse
    issued: Issued
    issuer: IssuedBy
    external_number: NumberThere
    by_address: Annotated[bool, Shown(gettext_lazy("Recognised by their e-mail address"))] = False


def _as_is(situation: Situation) -> Mapping[str, Any]:
    return {"activity": situation.detail.activity}


@command(
    "course",
    "set_activity",
    label=gettext_lazy("Set the activity address"),
    past=gettext_lazy("set the activity address"),
    body=Activity,
    who=RUNNERS,
    initial=_as_is,
    edits=True,
    reindexes=False,
    tolerates=ASIDE,
)
def set_activity(act: Act, body: Activity) -> None:
    """Say by which address learning systems name the course: who completes an online one there then holds it here."""
    if body.activity and not is_iri(body.activity):
        raise Refused({"activity": _("Write an address (IRI), such as https://lms.example.org/courses/7.")})
    others = Course.objects.filter(activity=body.activity).exclude(activity="").exclude(pk=act.record.pk)
    if body.activity and (other := others.select_related("record").first()):
        sentence = _("%(number)s has this address already.") % {"number": other.record.number}
        raise Refused({"activity": sentence})
    could = act.detail.can_be_completed
    act.detail.activity = body.activity
    check_still_completed(act.detail, could, "activity")
    if not body.activity:
        return
    if act.detail.kind == Course.Kind.ONLINE:
        act.conclude(gettext_noop("Who completes this activity elsewhere holds %(number)s from then on."))
    else:
        act.conclude(
            gettext_noop(
                "What learning systems tell of %(number)s is kept; it counts once the course is online."
            )
        )


@command(
    "certificate",
    "carry_over",
    label=gettext_lazy("Carry over from a learning record"),
    past=gettext_lazy("carried it over from a learning record"),
    body=CarryOver,
    creates=True,
    listed=False,
    reason=Reason.NEVER,
)
def carry_over(act: Act, body: CarryOver) -> Record:
    """Issue what somebody completed in a learning system; the statement that says so is its evidence.

    Who wrote on the course, or gave themself the address by which they were recognised, has it once somebody else has
    looked at it.
    """
    made = make(
        act,
        body.person,
        body.course.course,
        body.issued,
        "external",
        expires=until(body.course.course, body.issued),
        issuer=body.issuer,
        external_number=body.external_number,
        own_address=body.by_address and chose_own_address(body.person),
    )
    place(act, made.certificate)
    return made


def counts(statement: Statement) -> bool:
    """Tell whether a statement says that its activity was completed or passed."""
    result = json.loads(statement.content).get("result", {})
    return (
        statement.verb in DONE
        and result.get("success") is not False
        and result.get("completion") is not False
    )


@subscribe(STORED)
def statement_came(event: Event) -> None:
    """Have the person hold the course whose activity they completed."""
    for statement in Statement.objects.filter(pk=event.payload["statement"]):
        _carry(statement)


@subscribe("course.set_activity", "course.offer", "course.edit")
def activity_was_named(event: Event) -> None:
    """Carry over what came before the course declared its activity, was offered, or given online."""
    course = Course.objects.filter(pk=event.record_id).exclude(activity="").first()
    if course is not None:
        about = Statement.objects.filter(activity=course.activity).select_related(
            "recognised__person", "person"
        )
        came = list(about.order_by("happened", "pk"))
        became = outcomes(came)
        for statement in came:
            if became[statement.pk][0] == "waits":
                _carry(statement)


@subscribe("person.hire", "person.edit", "person.edit_own", "person.transfer", "person.return")
def person_was_named(event: Event) -> None:
    """Have somebody hold what statements told of them before they could be known by their address or account."""
    person = User.objects.filter(file__record=event.record_id, is_active=True).select_related("unit").first()
    if person is not None:
        recognise(person)
        theirs = Statement.objects.filter(recognised__person=person).select_related("recognised__person")
        for statement in theirs.order_by("happened", "pk"):
            _carry(statement)


@subscribe("qualification.given")
def something_is_held(event: Event) -> None:
    """Carry over what waited until its person held the courses that come first."""
    theirs = Statement.objects.filter(
        Q(person=event.payload["user"]) | Q(recognised__person=event.payload["user"])
    )
    if not theirs.exists():  # as with most people, and looking closer costs ten times as much
        return
    held = holding().filter(user_id=event.payload["user"], topic="").values("subject_id")
    building = Link.objects.filter(kind=FIRST, target_id__in=held).values("source_id")
    waiting = Course.objects.filter(pk__in=building).exclude(activity="").values("activity")
    statements = theirs.filter(activity__in=waiting)
    for statement in statements.select_related("recognised__person", "person").order_by("happened", "pk"):
        _carry(statement)


def _carry(statement: Statement) -> None:
    course = Course.objects.filter(activity=statement.activity).select_related("record").first()
    if course is None or course.record.state == "draft" or outcomes([statement])[statement.pk][0] != "waits":
        return
    person = statement.learner
    assert person is not None
    platform = json.loads(statement.content).get("context", {}).get("platform") or statement.sender.name
    body = CarryOver(
        person=person,
        course=course.record,
        issued=day_in(statement.happened, person.unit),
        issuer=platform[:200],
        external_number=str(statement.uid),
        by_address="account" not in json.loads(statement.content)["actor"],
    )
    try:
        check_first(course, [person], "")
    except Refused:  # it is looked at again once that is held
        return
    carry_out("certificate", "carry_over", Actor.system(), body=body)


def outcomes(statements: Sequence[Statement]) -> dict[int, tuple[str, str]]:
    """Return what became of each statement, and the number of the certificate that shows it, in two queries."""
    activities = {one.activity for one in statements}
    courses = Course.objects.filter(activity__in=activities).only("activity", "kind", "quiz_id")
    taught = {course.activity: course for course in courses}
    people = {one.learner for one in statements if one.learner is not None}
    held = Certificate.objects.filter(person__in=people, course__activity__in=activities)
    handed_in = Q(record__state__in=("refused", "submitted"), handed_in_by__isnull=False)
    rows = held.exclude(handed_in).select_related("record", "course")
    certificates: dict[tuple[int, str], list[Certificate]] = {}
    for row in rows.order_by("pk"):
        certificates.setdefault((row.person_id, row.course.activity), []).append(row)
    return {one.pk: _outcome(one, certificates, taught) for one in statements}


def _outcome(
    one: Statement,
    certificates: Mapping[tuple[int, str], Sequence[Certificate]],
    taught: Mapping[str, Course],
) -> tuple[str, str]:
    person = one.learner
    if person is None:
        return "unknown_learner", ""
    if one.activity not in taught:
        return "other_activity", ""
    held = certificates.get((person.pk, one.activity), ())
    for certificate in held:
        if certificate.external_number == str(one.uid):
            return "certificate", certificate.record.number
    if why := _only_kept(one, person, taught[one.activity]):
        return why, ""
    for certificate in held:
        near = abs(certificate.issued - one.happened.date()) <= BESIDE
        if near and certificate.record.state in GIVEN:
            return "shown", certificate.record.number
    return "waits", ""


def _only_kept(one: Statement, person: User, course: Course) -> str:
    """Return why a statement gives no certificate, empty where it does."""
    if not counts(one):
        return "kept"
    if course.kind != Course.Kind.ONLINE:
        return "not_online"
    if course.quiz_id is not None:
        return "quiz"
    return "own" if person.pk == one.sender_id else ""

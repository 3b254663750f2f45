"""Taking part in a training session: enrolling, leaving, attendance and its result, closing with certificates."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.certifying import Issue, certify, named
from setsquare.domains.training.commands.easing import conclude_given
from setsquare.domains.training.models import IN_LINE, Attendance, Certificate, TrainingSession
from setsquare.domains.training.rules import (
    GIVERS,
    RUNNERS,
    check_first,
    gives_certificates,
    lacking_first,
    trains,
    yet_to_pass,
)
from setsquare.domains.training.thing import RESULTS
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, anybody, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.things import Fact, Kind, Label
from setsquare.kernel.writing.sentences import some

ATTENDED = (
    Fact(gettext_lazy("Course"), "training_session__course__record", Kind.RECORD),
    Fact(gettext_lazy("Starts"), "training_session__starts", Kind.DATETIME),
    Fact(gettext_lazy("Ends"), "training_session__ends", Kind.DATETIME),
    Fact(gettext_lazy("Take part"), "training_session__people", Kind.STEPS),
)
"""What whoever closes a session has before them."""
MOST_NAMED = 5
"""People of whom it is said why a session is not to be closed."""
TAKEN = (
    Fact(gettext_lazy("Course"), "training_session__course__record", Kind.RECORD),
    Fact(gettext_lazy("Starts"), "training_session__starts", Kind.DATETIME),
    Fact(gettext_lazy("Places taken"), "training_session__places"),
    Fact(gettext_lazy("Take part"), "training_session__people", Kind.LIST),
    Fact(gettext_lazy("Wait for a place"), "training_session__waiting", Kind.LIST),
)
"""What whoever enrols people has before them."""
BESIDE = frozenset({"enrol", "enrol_me", "leave", "withdraw"})
"""Commands by which people come and go: none makes another's stale."""


class Enrol(Body):
    """Who takes part."""

    people: Annotated[
        list[Person], Field(min_length=1, max_length=200), Shown(gettext_lazy("People"), widget=Widget.PEOPLE)
    ]


class Withdraw(Body):
    """Who does not take part after all."""

    people: Annotated[
        list[AnyPerson],
        Field(min_length=1, max_length=200),
        Shown(gettext_lazy("People"), widget=Widget.PEOPLE),
    ]


Attendee = Annotated[AnyPerson, Shown(gettext_lazy("Person"))]


class Attended(Body):
    """What came of it for one person."""

    person: Attendee
    result: Annotated[Attendance.Result, Shown(gettext_lazy("Result"), choices=RESULTS)]
    reason: Annotated[
        str,
        Field(max_length=300),
        Shown(gettext_lazy("Why"), gettext_lazy("Where somebody was absent or did not pass.")),
    ] = ""


class RecordAttendance(Body):
    """What came of it, for everybody."""

    people: Annotated[
        list[Attended], Field(max_length=1000), Shown(gettext_lazy("People"), widget=Widget.ROWS)
    ]


def _enrolled(situation: Situation) -> bool:
    session: TrainingSession = situation.detail
    return session.attendances.filter(person=situation.user).exists()


def _not_enrolled_yet(situation: Situation) -> Label | None:
    return _("You are enrolled already.") if _enrolled(situation) else None


def _is_enrolled(situation: Situation) -> Label | None:
    return None if _enrolled(situation) else _("You are not enrolled.")


def _not_begun(situation: Situation) -> Label | None:
    return None if situation.detail.starts > timezone.now() else _("It has begun.")


def _has_begun(situation: Situation) -> Label | None:
    return None if situation.detail.starts <= timezone.now() else _("It has not begun yet.")


def _place(act: Act, people: Iterable[User], field: str) -> list[User]:
    """Enrol people; returns those for whom there was no place, who wait in the order given."""
    session: TrainingSession = act.detail
    known = set(session.attendances.values_list("person_id", flat=True))
    new = [person for person in dict.fromkeys(people) if person.pk not in known]
    check_first(session.course, new, field)
    taken = session.attendances.filter(waiting=False).count()
    free = len(new) if session.capacity is None else max(session.capacity - taken, 0)
    if session.attendances.filter(waiting=True).exists():
        free = 0
    Attendance.objects.bulk_create(
        Attendance(session=session, person=person, waiting=place >= free) for place, person in enumerate(new)
    )
    return new[free:]


def move_up(act: Act) -> None:
    """Give free places to who waits, first in line first; they are told."""
    session: TrainingSession = act.detail
    line = list(session.attendances.filter(waiting=True).select_related("person").order_by("id"))
    taken = session.attendances.filter(waiting=False).count()
    free = len(line) if session.capacity is None else max(session.capacity - taken, 0)
    lucky = line[:free]
    if not lucky:
        return
    Attendance.objects.filter(pk__in=[row.pk for row in lucky]).update(waiting=False)
    act.tell_all(
        [row.person for row in lucky],
        "training",
        gettext_noop("A place has become free: you take part in %(number)s %(title)s."),
        number=act.record.number,
        title=act.record.title,
    )


@command(
    "training_session",
    "enrol_me",
    label=gettext_lazy("Take part"),
    past=gettext_lazy("enrolled"),
    who=(anybody(),),
    occasion=_not_enrolled_yet,
    conditions=(_not_begun,),
    prominent=True,
    reindexes=False,
    tolerates=BESIDE,
)
def enrol_me(act: Act, _body: Body) -> None:
    """Enrol oneself, on the waiting list where it is full."""
    if _place(act, [act.user], ""):
        act.conclude(
            gettext_noop("%(number)s is full: you are on the waiting list, and told once there is a place.")
        )
    else:
        act.conclude(gettext_noop("You take part in %(number)s."))


@command(
    "training_session",
    "leave",
    label=gettext_lazy("Do not take part"),
    past=gettext_lazy("does not take part after all"),
    who=(anybody(),),
    occasion=_is_enrolled,
    conditions=(_not_begun,),
    reindexes=False,
    tolerates=BESIDE,
)
def leave(act: Act, _body: Body) -> None:
    """Give one's place to the next in line."""
    act.detail.attendances.filter(person=act.user).delete()
    move_up(act)
    act.conclude(gettext_noop("You no longer take part in %(number)s."))


@command(
    "training_session",
    "enrol",
    label=gettext_lazy("Enrol people"),
    past=gettext_lazy("enrolled people"),
    body=Enrol,
    who=(trains, *RUNNERS),
    deciding=TAKEN,
    reindexes=False,
    tolerates=BESIDE,
)
def enrol(act: Act, body: Enrol) -> None:
    """Enrol people; those for whom there is no place wait, in the order given."""
    before = set(act.detail.attendances.values_list("person_id", flat=True))
    line = _place(act, body.people, "people")
    new = [one for one in dict.fromkeys(body.people) if one.pk not in before]
    act.tell_all(
        [one for one in new if one not in line and one != act.user],
        "training",
        gettext_noop("%(who)s enrolled you for %(number)s %(title)s."),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
    )
    act.say(gettext_noop("%(names)s"), names=some(one.name for one in new))
    if line:
        sentence = gettext_noop("%(number)s is full; on the waiting list: %(names)s.")
        act.conclude(sentence, names=some(one.name for one in line))
    else:
        act.conclude(gettext_noop("Enrolled for %(number)s: %(names)s."), names=some(one.name for one in new))


@command(
    "training_session",
    "withdraw",
    label=gettext_lazy("Take people off"),
    past=gettext_lazy("took people off"),
    body=Withdraw,
    who=(trains, *RUNNERS),
    reindexes=False,
    tolerates=BESIDE,
)
def withdraw(act: Act, body: Withdraw) -> None:
    """Take people off the session; the next in line move up."""
    rows = act.detail.attendances.filter(person__in=body.people)
    there = set(rows.values_list("person_id", flat=True))
    for person in body.people:
        if person.pk not in there:
            raise Refused({"people": _("%(name)s is not enrolled.") % {"name": person.name}})
    rows.delete()
    move_up(act)
    act.say(gettext_noop("%(names)s"), names=some(one.name for one in body.people))
    act.conclude(
        gettext_noop("Taken off %(number)s: %(names)s."), names=some(one.name for one in body.people)
    )


def _tell_of_quiz(act: Act, waiting: list[User], names: list[str]) -> None:
    """Tell those who attended that the quiz of the course is still to be passed, and the trainer who they are."""
    quiz = act.detail.course.quiz
    act.tell_all(
        waiting,
        "training",
        gettext_noop("Pass the quiz %(quiz)s to get the certificate of %(number)s %(title)s."),
        quiz=f"{quiz.number} {quiz.title}",
        number=act.record.number,
        title=act.record.title,
    )
    told = {"waiting": some(person.name for person in waiting), "names": some(names), "quiz": quiz.number}
    if names:
        sentence = gettext_noop(
            "%(number)s is closed. Certificates were issued to: %(names)s. Still to pass %(quiz)s: %(waiting)s."
        )
    else:
        sentence = gettext_noop(
            "%(number)s is closed. Certificates follow once %(quiz)s is passed by: %(waiting)s."
        )
    act.conclude(sentence, **told)


def _attendance_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.attendances.exclude(IN_LINE).select_related("person").order_by("person__name")
    return {
        "people": [
            {"person": row.person.username, "result": row.result or "passed", "reason": row.reason}
            for row in rows
        ]
    }


@command(
    "training_session",
    "record_attendance",
    label=gettext_lazy("Record attendance"),
    past=gettext_lazy("recorded who attended"),
    body=RecordAttendance,
    who=GIVERS,
    conditions=(_has_begun,),
    initial=_attendance_as_is,
    prominent=True,
    reindexes=False,
)
def record_attendance(act: Act, body: RecordAttendance) -> None:
    """Say who attended and what came of it; who came without being enrolled is added.

    Who waited for a place and was absent took none.
    """
    session: TrainingSession = act.detail
    known = {row.person_id: row for row in session.attendances.all()}
    seen: set[int] = set()
    _refuse_before_first(session, body.people)
    for place, given in enumerate(body.people):
        _check_row(act, given, place, seen)
        row = known.get(given.person.pk) or Attendance(session=session, person=given.person)
        row.waiting = row.waiting and given.result == Attendance.Result.ABSENT
        row.result, row.reason = given.result, given.reason
        row.save()
    session.attendances.filter(IN_LINE).delete()
    act.conclude(
        gettext_noop(
            "What came of %(number)s is noted. Closing it issues the certificates of those who passed."
        )
    )


def _refuse_before_first(session: TrainingSession, rows: list[Attended]) -> None:
    """Refuse at their rows those who are said to have passed and did not hold what has to be held first."""
    passed = {row.person.pk: row.person for row in rows if row.result == Attendance.Result.PASSED}
    lacking = lacking_first(session.course, passed.values(), session.starts)
    wrong = {
        f"people.{place}.person": lacking[row.person.pk]
        for place, row in enumerate(rows)
        if row.result == Attendance.Result.PASSED and row.person.pk in lacking
    }
    if wrong:
        raise Refused(wrong)


def _check_row(act: Act, given: Attended, place: int, seen: set[int]) -> None:
    if given.person.pk in seen:
        sentence = _("%(name)s is named twice.") % {"name": given.person.name}
        raise Refused({f"people.{place}.person": sentence})
    seen.add(given.person.pk)
    if given.person == act.actor.user and given.result == Attendance.Result.PASSED:
        raise Refused({f"people.{place}.result": _("Somebody else says that you passed.")})
    if given.result != Attendance.Result.PASSED and not given.reason:
        raise Refused({f"people.{place}.reason": _("Say why.")})


def _not_to_be_closed(situation: Situation) -> Mapping[str, Label]:
    """Return whose result is missing, else who passed without what has to be held first."""
    if situation.subject.state != "held":
        return {}
    session: TrainingSession = situation.detail
    rows = session.attendances.filter(waiting=False, result="").select_related("person")
    names = [row.person.name for row in rows.order_by("person__name")]
    if names:
        return {"people": _("Say what came of it for: %(names)s.") % {"names": some(names)}}
    if not gives_certificates(session):
        return {}
    passed = session.attendances.filter(result=Attendance.Result.PASSED).select_related("person")
    people = [row.person for row in passed.order_by("person__name")]
    lacking = [str(sentence) for sentence in lacking_first(session.course, people, session.starts).values()]
    told = " ".join([*lacking[:MOST_NAMED], *(["…"] if len(lacking) > MOST_NAMED else [])])
    return {"people": told} if told else {}


@command(
    "training_session",
    "close",
    label=gettext_lazy("Close and issue certificates"),
    past=gettext_lazy("closed it"),
    who=GIVERS,
    obstacles=_not_to_be_closed,
    signature=Meaning(
        "session_closed",
        gettext_lazy("Attendance confirmed"),
        gettext_lazy("These people attended the session, with the results given here."),
    ),
    deciding=ATTENDED,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def close(act: Act, _body: Body) -> None:
    """Confirm by signature who attended; whoever passed, the quiz as well, gets a certificate.

    Nobody does where the course is not completed by taking part, or its trainer may not say who can do it.
    """
    session: TrainingSession = act.detail
    if not gives_certificates(session):
        act.conclude(
            gettext_noop(
                "%(number)s is closed; no certificate was issued, as the course is not completed by this session."
            )
        )
        return
    issued = day_in(session.ends, act.record.unit)
    passed = session.attendances.filter(result=Attendance.Result.PASSED).select_related("person__unit")
    rows = list(passed.order_by("person__name"))
    waiting = yet_to_pass(session.course, [row.person for row in rows])
    certificates, names = [], []
    for row in rows:
        if row.person in waiting:
            continue
        given = Issue(
            person=row.person,
            course=session.course.record,
            issued=min(issued, day_in(act.now, act.record.unit)),
            source=Certificate.Source.SESSION,
            session=act.record,
        )
        certificates.append(certify(act, given))
        names.append(named(row.person, certificates[-1]))
    if waiting:
        _tell_of_quiz(act, waiting, names)
    elif names:
        sentence = gettext_noop("%(number)s is closed. Certificates were issued to: %(names)s.")
        conclude_given(act, sentence, certificates, names)
    else:
        act.conclude(gettext_noop("%(number)s is closed; nobody passed, so no certificate was issued."))

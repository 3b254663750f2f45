"""Who passes the quiz that a course names gets its certificate: of an online course, of sessions that waited for it.

An attempt that is declared void takes the certificates along that rest on it alone: the one that it gave, and those of
sessions, sign-offs and readings for which the quiz had to be passed.

Each handler asks how things stand rather than what the event says, so that one that is delivered twice, late or out
of order leaves the same behind as one that is delivered once.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef

from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.training.commands.certifying import Issue
from setsquare.domains.training.models import Attendance, Certificate, Course
from setsquare.domains.training.rules import check_first, gives_certificates
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import held, holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry

TAUGHT = (Certificate.Source.SESSION, Certificate.Source.SIGN_OFF, Certificate.Source.READ)
"""What is given by what people did besides passing the quiz."""
RESTING = ("submitted", *GIVEN)
"""States of certificates that lose their ground."""


@subscribe("qualification.given")
def passing_gives_certificates(event: Event) -> None:
    """Give a person what they have earned now, be it by a quiz or by a course that had to be held first."""
    quizzes = Course.objects.filter(quiz__isnull=False).values("quiz_id")
    give(holding().filter(user_id=event.payload["user"], topic="", subject__in=quizzes))


@subscribe("course.offer", "course.edit")
def naming_a_quiz_gives_certificates(event: Event) -> None:
    """Give the certificate of a course to those who passed its quiz before it was offered, or named it."""
    course = Course.objects.filter(pk=event.record_id, quiz__isnull=False).first()
    if course is not None:
        give(holding().filter(subject=course.quiz_id))


@subscribe("quiz_attempt.void")
def a_void_attempt_takes_its_certificate(event: Event) -> None:
    """Revoke what rests on an attempt that is void, unless another one stands in its place."""
    attempt = QuizAttempt.objects.get(pk=event.record_id)
    if holding().filter(user=attempt.person_id, subject=attempt.quiz_id, topic="").exists():
        return
    void = Record.objects.filter(
        type="quiz_attempt",
        state="void",
        quiz_attempt__quiz=attempt.quiz_id,
        quiz_attempt__person=attempt.person_id,
    ).in_bulk(field_name="number")
    given = Certificate.objects.filter(
        person=attempt.person_id, source=Certificate.Source.QUIZ, note__in=void, record__state__in=RESTING
    )
    grounds = [(one, void[one.note]) for one in given.select_related("record").order_by("pk")]
    for certificate, ground in [*grounds, *_resting_on(void.values(), attempt)]:
        body = {"ground": ground}
        carry_out("certificate", "lose_ground", Actor.system(), record=certificate.record, body=body)


def _resting_on(void: Iterable[Record], attempt: QuizAttempt) -> Iterator[tuple[Certificate, Record]]:
    """Yield the certificates for which the quiz had to be passed, each with the void attempt that showed it then."""
    needed = Certificate.objects.filter(
        person=attempt.person_id,
        course__quiz=attempt.quiz_id,
        source__in=TAUGHT,
        record__state__in=RESTING,
    )
    known = {record.pk: record for record in void}
    for certificate in needed.select_related("record").order_by("pk"):
        then = held(certificate.record.created).filter(
            user=attempt.person_id, subject=attempt.quiz_id, topic=""
        )
        ground = then.values_list("evidence_id", flat=True).first()
        if ground in known:
            yield certificate, known[ground]


def give(shown: Iterable[Qualification]) -> None:
    """Issue the certificates that these qualifications earn, where they are of quizzes that courses name."""
    rows = {(one.subject_id, one.user_id): one for one in shown if not one.topic}
    if not rows:
        return
    people = User.objects.filter(is_active=True).select_related("unit").in_bulk({key[1] for key in rows})
    courses = Course.objects.filter(quiz__in={key[0] for key in rows}).select_related("record")
    for course in courses.order_by("pk"):
        for (subject, key), one in rows.items():
            if subject == course.quiz_id and key in people:
                _of_sessions(course, people[key])
                if course.kind == Course.Kind.ONLINE and course.record.state == "offered":
                    _of_online(course, people[key], one)


def _of_online(course: Course, person: User, passed: Qualification) -> None:
    since = Certificate.objects.filter(course=course, person=person, record__created__gte=passed.since)
    if since.exists():
        return
    try:
        check_first(course, [person], "")
    except Refused:  # it is looked at again once that is held
        return
    given = Issue(
        person=person,
        course=course.record,
        issued=day_in(passed.since, person.unit),
        source=Certificate.Source.QUIZ,
        note=passed.evidence.number,
    )
    carry_out("certificate", "issue", Actor.system(), body=given)


def _of_sessions(course: Course, person: User) -> None:
    """Issue what closed sessions left open until the quiz is passed."""
    lost = Entry.objects.filter(record=OuterRef("record"), command="lose_ground")
    issued = Certificate.objects.filter(~Exists(lost), session=OuterRef("session"), person=person)
    waiting = Attendance.objects.filter(
        ~Exists(issued),
        session__course=course,
        session__record__state="closed",
        person=person,
        result="passed",
    )
    for row in waiting.select_related("session__record", "session__trainer").order_by("session__starts"):
        if not gives_certificates(row.session):
            continue
        given = Issue(
            person=person,
            course=course.record,
            issued=day_in(row.session.ends, person.unit),
            source=Certificate.Source.SESSION,
            session=row.session.record,
        )
        carry_out("certificate", "issue", Actor.system(), body=given)

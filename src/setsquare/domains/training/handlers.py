"""What training does upon events and by the clock: people come and go, needs change, certificates lapse."""

import structlog
from django.db.models import QuerySet

from setsquare.domains.training.closing.queries import concerned_by, still_lacking
from setsquare.domains.training.commands.asking import People
from setsquare.domains.training.models import Course
from setsquare.domains.training.needs import moves_of, requirements_of
from setsquare.domains.training.retraining import clock
from setsquare.domains.training.thing import EXPIRY
from setsquare.domains.training.work import TRAIN
from setsquare.domains.training.xapi import sending
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.handing_over import hand_over
from setsquare.kernel.commands.leaving import LEFT_BEHIND
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.expiring import over
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task

__all__ = ["clock"]
AT_A_TIME = 500
"""People whom one command asks, and certificates that expire in one round: with more, others would wait too long."""
log = structlog.get_logger()
__all__ = ["sending"]
"""What is loaded with this module: it subscribes to events, too."""


def reconcile(course: Course, among: list[int] | None = None) -> int:
    """Bring what people are asked of a course into line with who needs and who holds it; returns for how many."""
    moves = moves_of(course, among)
    for name, keys in (("release", moves.release), ("call", moves.ask)):
        people = list(User.objects.filter(pk__in=keys).order_by("pk"))
        for start in range(0, len(people), AT_A_TIME):
            body = People(people=people[start : start + AT_A_TIME])
            carry_out("course", name, Actor.system(), record=course.record, body=body)
    return len(moves.ask) + len(moves.release)


def _offered() -> QuerySet[Course]:
    return Course.objects.filter(record__state="offered").select_related("record").order_by("pk")


@subscribe(
    "course.offer",
    "course.set_requirements",
    "course.edit",
    "course.ask_lacking",
    "course.ask_lacking_no_longer",
    "course.retrain",
    "course.forgo_retraining",
)
def asking_follows_course(event: Event) -> None:
    """Ask whoever needs a course that is offered, and whoever was added; release who needs it no more."""
    course = _offered().filter(pk=event.record_id).first()
    if course is not None:
        reconcile(course)


@subscribe(
    "person.hire",
    "person.grant_role",
    "person.revoke_role",
    "person.transfer",
    "person.return",
    "person.leave",
)
def asking_follows_person(event: Event) -> None:
    """Ask who joined a role or unit to take what is needed there, and release who left one."""
    person = User.objects.filter(file__record=event.record_id).first() if event.record_id else None
    if person is None:
        return
    needed = requirements_of(person).values("course_id")
    short = still_lacking().filter(person=person).values("course_id")
    asked = Task.objects.filter(assignee=person, kind=TRAIN.code, done__isnull=True).values("record_id")
    for course in _offered().filter(pk__in=needed.union(asked, short)):
        reconcile(course, [person.pk])


@subscribe("unit.move")
def asking_follows_unit(_event: Event) -> None:
    """Ask whom a course reaches, and release whom not, where a unit stands in another place."""
    follow_needs()


@subscribe("qualification.ended")
def asking_follows_certificates(event: Event) -> None:
    """Ask anew who needs a course and no longer holds it."""
    subject = event.payload.get("subject")
    course = _offered().filter(pk=subject).first() if subject else None
    if course is not None:
        reconcile(course, [event.payload["user"]])


@subscribe("qualification.given", "qualification.ended")
def asking_follows_competence(event: Event) -> None:
    """Ask who lacks what a course is needed for, and no longer who holds it now."""
    person, about = event.payload["user"], event.payload
    for course in _offered().filter(pk__in=concerned_by(person, about["subject"], about["topic"])):
        reconcile(course, [person])


@subscribe(LEFT_BEHIND)
def left_behind(event: Event) -> None:
    """Hand a course or session of who left to who takes over, and have others verify what they were to."""
    hand_over(event, owned=("course", "training_session", "badge_issuer"), asked=("certificate",))


@every(seconds=60)
def expire_when_over() -> int:
    """Enter of every certificate whose last day is past that it has expired."""
    valid = Record.objects.filter(over(EXPIRY), type="certificate")
    done = 0
    for record in valid.order_by("pk")[:AT_A_TIME]:
        try:
            carry_out("certificate", "expire", Actor.system(), record=record)
            done += 1
        except CommandError as refused:  # revoked at this very moment
            log.info("clock_command_refused", record=record.number, why=str(refused))
    return done


@every(hours=6)
def follow_needs() -> int:
    """Ask who has to renew a course by now, and follow roles that began or ended of themselves."""
    done = 0
    for course in _offered():
        try:
            done += reconcile(course)
        except CommandError as refused:
            log.warning(
                "clock_command_refused", command="course.call", record=course.record.number, why=str(refused)
            )
    return done

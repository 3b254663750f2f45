"""Who sees which courses, sessions and certificates, as conditions on Record: subqueries only."""

from django.db.models import Q

from setsquare.domains.training.models import Attendance
from setsquare.domains.training.permissions import MANAGE, READ, SEE, SEEING
from setsquare.domains.training.retraining.queries import rightly_given
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import led_by, permissions_in, units_where
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.tasks.models import Task


def course_scope(_thing: Thing, user: User) -> Q:
    """Courses for readers, upwards too; those in preparation for who runs training; what one is asked for or has."""
    asked = Task.objects.filter(assignee=user, done__isnull=True, record__type="course")
    has = rightly_given().filter(person=user)
    ready = Q(state__in=("offered", "retired"))
    return (
        (ready & (Q(unit_id__in=units_where(user, READ, upwards=True)) | Q(pk__in=has.values("course_id"))))
        | Q(unit_id__in=units_where(user, MANAGE))
        | Q(owner_id=user.pk)
        | Q(pk__in=asked.values("record_id"))
    )


def session_scope(_thing: Thing, user: User) -> Q:
    """Sessions for readers, upwards too, and for those who give them or take part."""
    taking_part = Attendance.objects.filter(person=user)
    return (
        Q(unit_id__in=units_where(user, READ, upwards=True))
        | Q(owner_id=user.pk)
        | Q(training_session__trainer_id=user.pk)
        | Q(pk__in=taking_part.values("session_id"))
    )


def certificate_scope(_thing: Thing, user: User) -> Q:
    """One's own certificates, and those of the people whose training one sees or runs, or whom one leads."""
    return (
        Q(certificate__person_id=user.pk)
        | Q(certificate__person__unit_id__in=units_where(user, MANAGE, SEE))
        | led_by(user, "certificate__person__")
    )


def people_followed_by(user: User) -> Q:
    """Return the condition on people whose training somebody sees: their own, whose they see or run, whom they lead."""
    return Q(pk=user.pk) | Q(unit_id__in=units_where(user, MANAGE, SEE)) | led_by(user)


def knows_who_is_asked(record: Record, user: User) -> bool:
    """Tell whether `user` knows whom a course asks, who completed it and all the documents that it teaches.

    So does who runs it or sees the training of everybody in its unit. Others find the documents that they may see among
    the links, and what they are asked themselves.
    """
    if record.owner_id == user.pk:
        return True
    return not permissions_in(user, record.unit_id).isdisjoint(SEEING)

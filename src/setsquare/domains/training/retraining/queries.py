"""Who has to take which course anew, and has not yet."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from setsquare.domains.training.models import Certificate, Course, Retraining, Trainee
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record


def rightly_given() -> QuerySet[Certificate]:
    """Return the certificates that were rightly given, also those that count on while their correction waits."""
    shows = Qualification.objects.filter(evidence=OuterRef("pk"), ended__isnull=True)
    return Certificate.objects.filter(Q(record__state__in=GIVEN) | Exists(shows))


def still_to_do() -> QuerySet[Trainee]:
    """Return those who have to take a course anew and have not since."""
    since = rightly_given().filter(
        person=OuterRef("person"),
        course=OuterRef("retraining__course"),
        issued__gte=OuterRef("retraining__since"),
    )
    return Trainee.objects.filter(person__is_active=True).exclude(Exists(since))


def due_anew(course: Course, among: Collection[int] | None = None) -> dict[int, dt.datetime]:
    """Return who has to take a course anew (of some people alone), by id, and by when."""
    rows = still_to_do().filter(retraining__course=course)
    rows = rows.filter(person__in=among) if among is not None else rows
    return dict(rows.order_by("-retraining__due").values_list("person_id", "retraining__due"))


def completed_by(course: Record, since: dt.date) -> QuerySet[User]:
    """Return who completed a course on this day or later."""
    made = rightly_given().filter(course=course.pk, issued__gte=since)
    return User.objects.filter(pk__in=made.values("person_id"))


def calls_for(certificate: Certificate) -> bool:
    """Tell whether the certificate's person has to take its course anew and does so by it."""
    rows = still_to_do().filter(person=certificate.person_id, retraining__course=certificate.course_id)
    return rows.filter(retraining__since__lte=certificate.issued).exists()


def outdated(certificate: Certificate) -> QuerySet[Retraining]:
    """Return because of what the certificate's person has to take its course anew all the same."""
    rows = Retraining.objects.filter(course=certificate.course_id, since__gt=certificate.issued)
    return rows.filter(trainees__person=certificate.person_id)


def retraining_of(record: Record) -> dict[str, object]:
    """Return what the trail keeps of who takes a course anew; nothing where nobody does."""
    rows = Retraining.objects.filter(course=record.pk).select_related("because").order_by("id")
    kept = [
        {
            "because": row.because,
            "reason": row.reason,
            "since": row.since,
            "due": row.due,
            "lapses": row.lapses,
            "people": row.people_id,
        }
        for row in rows
    ]
    return {"retraining": kept} if kept else {}


def wrong_trainees(record: Record) -> tuple[str, ...]:
    """Return what does not follow from the lists that the retraining of a course keeps."""
    for row in Retraining.objects.filter(course=record.pk).select_related("people"):
        names = row.trainees.values_list("person__username", flat=True)
        if sorted(names) != row.people.body.split():
            return ("trainees",)
    return ()

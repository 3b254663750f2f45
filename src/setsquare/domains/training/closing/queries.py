"""Who lacks what somebody is to take a course for, as conditions in SQL: the same for one person and for thousands."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from setsquare.domains.training.models import Requirement, Shortfall
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding


def held_enough(user: Any) -> QuerySet[Qualification]:
    """Return by what a person (an expression) holds what a row is narrowed to, at its level."""
    return holding().filter(
        user=user, subject=OuterRef("lacking"), topic=OuterRef("topic"), level__gte=OuterRef("level")
    )


def still_lacking() -> QuerySet[Shortfall]:
    """Return the people who are asked because of a gap and still have it."""
    return Shortfall.objects.exclude(Exists(held_enough(OuterRef("person")))).filter(person__is_active=True)


def lacks(row: Requirement) -> Q:
    """Return the condition that a person lacks what a row is narrowed to; met by everybody where it is not."""
    if row.lacking_id is None:
        return Q()
    held = holding().filter(subject=row.lacking_id, topic=row.topic, level__gte=row.level)
    return ~Q(pk__in=held.values("user_id"))


def concerned_by(person: int, subject: int, topic: str) -> QuerySet[Any]:
    """Return the courses whose need follows what a person holds of a part of a subject."""
    narrowed = Requirement.objects.filter(lacking=subject, topic=topic).values("course_id")
    asked = Shortfall.objects.filter(person=person, lacking=subject, topic=topic).values("course_id")
    return narrowed.union(asked)


def in_need(user: User) -> Q:
    """Return the condition on rows of need that are not narrowed to something that this person holds."""
    return Q(lacking__isnull=True) | Q(~Exists(held_enough(user.pk)))

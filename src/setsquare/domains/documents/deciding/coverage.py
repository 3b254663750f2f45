"""How many of those who are asked because of a revision have done all of it, which its taking effect may wait for."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.domains.documents.deciding.asked import (
    anybody,
    asked_by,
    askings,
    is_read_early,
    lacking,
    reached,
)
from setsquare.domains.documents.deciding.learning import learned
from setsquare.domains.documents.deciding.models import Named
from setsquare.domains.documents.fields import today_at
from setsquare.domains.documents.models import Revision, decision_of
from setsquare.kernel.accounts.models import User


@dataclass(frozen=True)
class Coverage:
    """Of `people` who have to read it or take a course anew, `done` have done all that they have to."""

    people: int
    done: int
    threshold: int

    @property
    def share(self) -> int:
        """Return the share in percent, rounded down, so that it never says more than there is."""
        return 100 * self.done // self.people if self.people else 100

    @property
    def reached(self) -> bool:
        """Tell whether it takes effect; where nobody is asked any more, there is nothing to wait for."""
        return 100 * self.done >= self.threshold * self.people


def coverage_of(revision: Revision) -> Coverage | None:
    """Return how far a revision is that waits for people, by two queries; None for one that does not wait."""
    decision = decision_of(revision)
    if decision is None or decision.threshold is None or not is_read_early(revision):
        return None
    asked = askings(revision)
    reads = reached(revision.document.audience.select_related("role", "unit")) & anybody(asked)
    concerned, missing = reads, reads & lacking(revision, asked)
    since = today_at(revision.record.unit, revision.approved or timezone.now())
    for row in decision.retraining:
        if row.course is None:
            continue
        learns = reads if row.is_of_readers else reached([row])
        concerned |= learns
        missing |= learns & ~Q(pk__in=learned(row.course, since).values("pk"))
    people = User.objects.filter(concerned, is_active=True)
    count = people.count()
    return Coverage(count, count - people.filter(missing).count(), decision.threshold)


def retrained_by(revision: Revision, row: Named) -> QuerySet[User]:
    """Return the active people who have to take a course anew by a row of the decision on a revision."""
    if not row.is_of_readers:
        return User.objects.filter(reached([row]), is_active=True)
    readers = reached(revision.document.audience.select_related("role", "unit"))
    return User.objects.filter(readers & anybody(asked_by(revision.ordinal, row.decision)), is_active=True)

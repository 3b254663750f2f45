"""Who has read what is in force, who has not, and by when: for thousands of people, in a few queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from setsquare.domains.documents.audiences import confirmed, readers
from setsquare.domains.documents.models import Revision
from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.tasks.models import Task

CONFIRMED = "confirmed"
WAITING = "waiting"
OVERDUE = "overdue"
NOT_ASKED = "not_asked"
STANDINGS = (OVERDUE, WAITING, NOT_ASKED, CONFIRMED)
"""What a person of the audience can be, the most pressing first."""


@dataclass(frozen=True)
class Reading:
    """How far the reading of a revision is: of `people`, who confirmed it, who is asked, who is late."""

    people: int
    confirmed: int
    waiting: int
    """Asked and not yet due."""
    overdue: int

    @property
    def share(self) -> float | None:
        """Return which part of the people confirmed it, from 0 to 1; None where there are none."""
        return self.confirmed / self.people if self.people else None


@dataclass(frozen=True)
class UnitReading:
    """How far the reading is in one unit (without those below); `unit` is None for people of none."""

    unit: Unit | None
    reading: Reading


def matrix(revision: Revision, *, unit: Unit | None = None, standing: str = "") -> QuerySet[User]:
    """Return the people who have to read a revision or were asked to, by unit and name.

    Each has `standing` (one of `STANDINGS`), `confirmed_at` and `due`. `unit` narrows them to a unit and all
    below it, `standing` to one of these. One query a page.
    """
    people: QuerySet[User] = _with_standing(revision)
    if unit is not None:
        people = people.filter(unit_id__in=UnitPath.objects.filter(ancestor=unit).values("descendant_id"))
    if standing:
        people = people.filter(Q(("standing", standing)))
    return people.select_related("unit", "manager").order_by("unit__name", "name", "pk")


def reading_of(revision: Revision) -> Reading:
    """Return how far the reading of a revision is, by one query (and one for its audience)."""
    rows = _with_standing(revision).order_by().values("standing").annotate(people=Count("pk"))
    counts = {row["standing"]: row["people"] for row in rows}
    return _reading(counts)


def reading_by_unit(revision: Revision) -> list[UnitReading]:
    """Return how far the reading is in each unit, by name."""
    rows = _with_standing(revision).order_by().values("unit_id", "standing").annotate(people=Count("pk"))
    counts: dict[int | None, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["unit_id"], {})[row["standing"]] = row["people"]
    units = Unit.objects.in_bulk([key for key in counts if key is not None])
    found = [UnitReading(units.get(key or 0), _reading(of_unit)) for key, of_unit in counts.items()]
    return sorted(found, key=lambda item: item.unit.name if item.unit else "")


def overdue_readings(user: User) -> QuerySet[Task]:
    """Return the overdue readings of documents that `user` controls, the longest overdue first."""
    late = Task.objects.filter(kind="read", done__isnull=True, due__lt=timezone.now())
    controlled = late.filter(record__unit_id__in=units_where(user, "documents.control"))
    return controlled.select_related("record", "assignee__unit", "assignee__manager").order_by("due", "id")


def _reading(counts: dict[str, int]) -> Reading:
    return Reading(
        people=sum(counts.values()),
        confirmed=counts.get(CONFIRMED, 0),
        waiting=counts.get(WAITING, 0) + counts.get(NOT_ASKED, 0),
        overdue=counts.get(OVERDUE, 0),
    )


def _with_standing(revision: Revision) -> Any:
    now = timezone.now()
    tasks = Task.objects.filter(record_id=revision.pk, kind="read")
    enough = confirmed(revision.document, revision.reading_base or revision.ordinal).filter(
        record__revision__ordinal__lte=revision.ordinal
    )
    asked = tasks.filter(done__isnull=True, assignee=OuterRef("pk"))
    has = enough.filter(assignee=OuterRef("pk")).order_by("-done")
    people = _concerned(revision, tasks).annotate(
        confirmed_at=Subquery(has.values("done")[:1]), due=Subquery(asked.values("due")[:1])
    )
    return people.annotate(
        standing=Case(
            When(confirmed_at__isnull=False, then=Value(CONFIRMED)),
            When(due__lt=now, then=Value(OVERDUE)),
            When(due__isnull=False, then=Value(WAITING)),
            default=Value(NOT_ASKED),
        )
    )


def _concerned(revision: Revision, tasks: QuerySet[Task]) -> QuerySet[User]:
    """The audience of what is in force, and for any revision those who were asked to read it to the end."""
    asked = Q(pk__in=tasks.filter(Q(done__isnull=True) | Q(outcome="confirmed")).values("assignee_id"))
    if revision.document.current_id != revision.pk or revision.reading_base is None:
        missed = Q(pk__in=tasks.filter(outcome__in=("superseded", "withdrawn")).values("assignee_id"))
        return User.objects.filter(asked | missed)
    return User.objects.filter(asked | Q(pk__in=readers(revision.document).values("pk")))

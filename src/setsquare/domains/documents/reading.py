"""Who has read what is in force, who has not, and by when: for thousands of people, in a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from setsquare.domains.documents.audiences import readers_of
from setsquare.domains.documents.deciding.asked import Asking, askings, confirmed, is_read_early
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


def matrix(
    revision: Revision,
    *,
    unit: Unit | None = None,
    standing: str = "",
    asked: Sequence[Asking] | None = None,
) -> QuerySet[User]:
    """Return the people who have to read a revision or were asked to, by unit and name.

    Each has `standing` (one of `STANDINGS`), `confirmed_at` and `due`. `unit` narrows them to a unit and all
    below it, `standing` to one of these. One query a page, and one for `asked` where it is not known yet.
    """
    people: QuerySet[User] = _with_standing(revision, asked)
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


def reading_by_unit(revision: Revision, asked: Sequence[Asking] | None = None) -> list[UnitReading]:
    """Return how far the reading is in each unit, by name; of the units only code and name are read along."""
    named = ("unit_id", "unit__code", "unit__name", "standing")
    rows = _with_standing(revision, asked).order_by().values_list(*named).annotate(people=Count("pk"))
    counts: dict[int | None, dict[str, int]] = {}
    units: dict[int | None, Unit] = {}
    for key, code, name, standing, people in rows:
        counts.setdefault(key, {})[standing] = people
        if key is not None:
            units[key] = Unit(pk=key, code=code, name=name)
    found = [UnitReading(units.get(key), _reading(of_unit)) for key, of_unit in counts.items()]
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


def _with_standing(revision: Revision, known: Sequence[Asking] | None = None) -> Any:
    now = timezone.now()
    tasks = Task.objects.filter(record_id=revision.pk, kind="read")
    wanted = askings(revision) if known is None else known
    asked = tasks.filter(done__isnull=True, assignee=OuterRef("pk"))
    people = _concerned(revision, tasks, wanted).annotate(
        confirmed_at=_confirmed_at(revision, wanted), due=Subquery(asked.values("due")[:1])
    )
    return people.annotate(
        standing=Case(
            When(confirmed_at__isnull=False, then=Value(CONFIRMED)),
            When(due__lt=now, then=Value(OVERDUE)),
            When(due__isnull=False, then=Value(WAITING)),
            default=Value(NOT_ASKED),
        )
    )


def _confirmed_at(revision: Revision, wanted: Sequence[Asking]) -> Any:
    """Return when a person last confirmed what they had to, up to this revision; a part of the audience its own."""

    def since(ordinal: int) -> Subquery:
        enough = confirmed(revision.document_id, ordinal).filter(
            record__revision__ordinal__lte=revision.ordinal, assignee=OuterRef("pk")
        )
        return Subquery(enough.order_by("-done").values("done")[:1])

    parts = [When(who, then=since(ordinal)) for ordinal, who in wanted if who]
    rest = since(next((ordinal for ordinal, who in wanted if not who), revision.ordinal))
    return Case(*parts, default=rest) if parts else rest


def _concerned(revision: Revision, tasks: QuerySet[Task], wanted: Sequence[Asking]) -> QuerySet[User]:
    """The audience of what is read now, and for any revision those who were asked to read it to the end."""
    asked = Q(pk__in=tasks.filter(Q(done__isnull=True) | Q(outcome="confirmed")).values("assignee_id"))
    read_now = revision.document.current_id == revision.pk or is_read_early(revision)
    if not read_now or not wanted:
        missed = Q(pk__in=tasks.filter(outcome__in=("superseded", "withdrawn")).values("assignee_id"))
        return User.objects.filter(asked | missed)
    return User.objects.filter(asked | Q(pk__in=readers_of(revision, wanted).values("pk")))

"""Reading the organisation: its people, its tree, and who holds what where."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from setsquare.domains.organisation.permissions import READ
from setsquare.kernel.accounts.models import Delegation, Grant, Role, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import units_where


@dataclass
class Branch:
    """A unit with how many work in it and what is below it."""

    unit: Unit
    people: int
    below: list["Branch"] = field(default_factory=list)

    @property
    def people_within(self) -> int:
        """Return how many work in it and in all below it."""
        return self.people + sum(branch.people_within for branch in self.below)


def directory(user: User, words: str = "", unit: Unit | None = None) -> QuerySet[User]:
    """Return the active people whom `user` may see, by name; narrowed by words, or to a unit and below."""
    found = User.objects.filter(is_active=True, unit_id__in=units_where(user, READ, upwards=True))
    for word in words.split()[:6]:
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(title__icontains=word))
    if unit is not None:
        found = found.filter(unit__paths_up__ancestor=unit)
    return found.select_related("unit", "manager").order_by("name", "pk")


def tree(user: User, *, closed: bool = False) -> list[Branch]:
    """Return the organisation's tree as far as `user` may see it, by two queries; closed units on demand."""
    units = Unit.objects.filter(pk__in=units_where(user, READ, upwards=True))
    if not closed:
        units = units.filter(closed_on__isnull=True)
    working = Count("members", filter=Q(members__is_active=True))
    branches = {
        unit.pk: Branch(unit, unit.working) for unit in units.annotate(working=working).order_by("name")
    }
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.unit.parent_id) if branch.unit.parent_id else None
        (above.below if above else tops).append(branch)
    return tops


def line(unit: Unit) -> Sequence[Unit]:
    """Return the units above `unit` and itself, the organisation first."""
    paths = UnitPath.objects.filter(descendant=unit).select_related("ancestor").order_by("-depth")
    return [path.ancestor for path in paths]


def holdings(
    *, user: User | None = None, role: Role | None = None, unit: Unit | None = None, past: bool = False
) -> QuerySet[Grant]:
    """Return who holds which role where: of a person, of a role, in a unit (granted there or above).

    With `past`, also what has ended; otherwise what holds now or will.
    """
    grants = Grant.objects.select_related("user", "role", "unit")
    if user is not None:
        grants = grants.filter(user=user)
    if role is not None:
        grants = grants.filter(role=role)
    if unit is not None:
        grants = grants.filter(unit__paths_down__descendant=unit)
    if not past:
        grants = grants.filter(Q(ends__isnull=True) | Q(ends__gt=timezone.now()), user__is_active=True)
    return grants.order_by("role__name", "unit__name", "user__name", "pk")


def permitted_to(permission: str, unit: Unit) -> QuerySet[Grant]:
    """Return the grants by which people hold `permission` in `unit` now: who, by which role, where given."""
    now = timezone.now()
    return holdings(unit=unit).filter(role__permissions__permission=permission, starts__lte=now)


def delegations(user: User, at: dt.datetime | None = None) -> QuerySet[Delegation]:
    """Return the substitutions of a person, given and taken, that are not over at the time (default: now)."""
    moment = at or timezone.now()
    live = Delegation.objects.filter(revoked__isnull=True, ends__gt=moment)
    return (
        live.filter(Q(absent=user) | Q(substitute=user))
        .select_related("absent", "substitute")
        .order_by("starts")
    )

"""Who has which role profile: by having been given it, or by a job title that maps onto it.

Titles are compared here, as SQLite knows the capitals of ASCII alone.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.domains.competence.models import ProfileHolding, ProfileTitle, RoleProfile
from setsquare.kernel.accounts.models import UnitPath, User


@dataclass(frozen=True)
class Held:
    """Why somebody has a profile today: by job title, by having been given it, or by both."""

    by_title: bool
    given: ProfileHolding | None

    @property
    def since(self) -> dt.date | None:
        """Return since when they have what was given."""
        return self.given.since if self.given is not None else None

    @property
    def until(self) -> dt.date | None:
        """Return the last day of what was given."""
        return self.given.until if self.given is not None else None


def profiles_of(person: User, at: dt.date | None = None) -> QuerySet[RoleProfile]:
    """Return the profiles in force that a person has on a day (default: today), by number.

    They have it by having been given it for that day, or by their job title where they work in the profile's unit or
    below it: a unit asks nothing of the people of another one.
    """
    given = ProfileHolding.objects.filter(_covers(at), person=person)
    above = UnitPath.objects.filter(descendant_id=person.unit_id)
    by_title = Q(pk__in=titled(person.title), record__unit_id__in=above.values("ancestor_id"))
    found = RoleProfile.objects.filter(
        Q(pk__in=given.values("profile_id")) | by_title, record__state="in_force"
    )
    return found.select_related("record__unit").order_by("record__number")


def holders(profile: RoleProfile, at: dt.date | None = None) -> QuerySet[User]:
    """Return who has a profile on a day (default: today), by name; of a draft who would have it in force."""
    given = ProfileHolding.objects.filter(_covers(at), profile=profile)
    below = UnitPath.objects.filter(ancestor_id=profile.record.unit_id).values("descendant_id")
    by_title = Q(title__in=profile.spellings, unit_id__in=below)
    found = User.objects.filter(Q(pk__in=given.values("person_id")) | by_title, is_active=True)
    return found.order_by("name", "pk")


def titled(title: str) -> list[int]:
    """Return the profiles onto which a job title maps, wherever they are; SQLite knows the capitals of ASCII alone."""
    wanted = title.casefold()
    known = ProfileTitle.objects.values_list("title", "profile_id")
    return [profile for named, profile in known if named.casefold() == wanted]


def why_held(profile: RoleProfile, people: Sequence[User]) -> dict[int, Held]:
    """Return why these people have a profile today, by the ids of the people."""
    given = ProfileHolding.objects.filter(
        _covers(None), profile=profile, person__in=[one.pk for one in people]
    )
    held = {one.person_id: one for one in given}
    below = UnitPath.objects.filter(
        ancestor_id=profile.record.unit_id, descendant__in={one.unit_id for one in people}
    )
    units = set(below.values_list("descendant_id", flat=True))
    return {
        one.pk: Held(one.title in profile.spellings and one.unit_id in units, held.get(one.pk))
        for one in people
    }


def holdings_of(person: User, profiles: QuerySet[RoleProfile]) -> list[tuple[RoleProfile, Held]]:
    """Return profiles that a person has today, each with why."""
    found = list(profiles.prefetch_related("titles"))
    given = ProfileHolding.objects.filter(_covers(None), person=person, profile__in=[one.pk for one in found])
    held = {one.profile_id: one for one in given}
    above = UnitPath.objects.filter(descendant_id=person.unit_id).values_list("ancestor_id", flat=True)
    units, title = set(above), person.title.casefold()
    return [
        (
            one,
            Held(
                one.record.unit_id in units
                and any(row.title.casefold() == title for row in one.titles.all()),
                held.get(one.pk),
            ),
        )
        for one in found
    ]


def _covers(at: dt.date | None) -> Q:
    """Return the condition that a holding covers a day."""
    day = at or timezone.localdate()
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))

"""Until when somebody could see what is right in a quiz that they manage no longer.

They did by a role that was granted them and ended; by one that let its holders manage quizzes for a while; or by
where a unit was for a while. What roles and units were is read from the trail, which nobody rewrites.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from setsquare.domains.organisation.taking import unit_called
from setsquare.domains.quizzes.permissions import MANAGE
from setsquare.kernel.accounts.models import Grant, UnitPath, User
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry

_BELOW = "unit__paths_down__descendant__records"
_HOLDS = Q(role__permissions__permission=MANAGE)
_CARRIED = Q(state__contains=f'"{MANAGE}"')


def managed_until(keys: Collection[int], person: User) -> Mapping[int, dt.datetime]:
    """Return until when a person managed each of these quizzes, of those that they do so no longer.

    It takes two queries, and some more where a role or a unit was changed by which they managed one.
    """
    ended = Grant.objects.filter(_HOLDS, user=person, ends__isnull=False, **{f"{_BELOW}__in": keys})
    found = dict(ended.values(_BELOW).annotate(until=Max("ends")).values_list(_BELOW, "until"))
    for entry in _changes(keys, person):
        for key, at in (_by_role if entry.record.type == "role" else _by_move)(entry, keys, person):
            found[key] = max(found.get(key, at), at)
    return found


def _changes(keys: Collection[int], person: User) -> QuerySet[Entry]:
    """Return what took from a role of the person that its holders manage quizzes, and what moved units above these."""
    before = Entry.objects.filter(_CARRIED, record=OuterRef("record"), seq=OuterRef("seq") - 1)
    roles = Grant.objects.filter(user=person).values("role_id")
    ceased = Q(Exists(before), ~_CARRIED, record__type="role", record__role_file__role_id__in=roles)
    above = UnitPath.objects.filter(descendant__records__in=keys).values("ancestor_id")
    manages = Exists(Grant.objects.filter(_HOLDS, user=person))
    moved = Q(manages, record__type="unit", command="move", record__unit_file__part_id__in=above)
    found = Entry.objects.filter(ceased | moved)
    return found.select_related("record__role_file", "record__unit_file").defer("state")


def _by_role(entry: Entry, keys: Collection[int], person: User) -> Iterator[tuple[int, dt.datetime]]:
    """Yield quizzes with the time until which a role let the person manage them there, before this entry ended it."""
    earlier = Entry.objects.filter(record=entry.record_id, seq__lt=entry.seq)
    without = earlier.exclude(_CARRIED).order_by("-seq").values_list("seq", flat=True).first() or 0
    begun = earlier.filter(seq__gt=without).order_by("seq").values_list("at", flat=True)[0]
    held = Grant.objects.filter(
        Q(ends__isnull=True) | Q(ends__gt=begun),
        user=person,
        role=entry.record.role_file.role_id,
        starts__lt=entry.at,
        **{f"{_BELOW}__in": keys},
    )
    for key, ends in held.values_list(_BELOW, "ends"):
        yield key, _until(ends, entry.at)


def _by_move(entry: Entry, keys: Collection[int], person: User) -> Iterator[tuple[int, dt.datetime]]:
    """Yield quizzes with the time until which the person managed them where this move took their unit away from."""
    earlier = Entry.objects.filter(record=entry.record_id, seq__lt=entry.seq).order_by("-seq")
    before = earlier[0]
    parent = unit_called(str(before.values["parent"]), before.at)
    put = earlier.filter(command="move").first() or earlier.last() or before
    below = Record.objects.filter(pk__in=keys, unit__paths_up__ancestor_id=entry.record.unit_file.part_id)
    held = Grant.objects.filter(
        _HOLDS,
        Q(ends__isnull=True) | Q(ends__gt=put.at),
        user=person,
        unit__paths_down__descendant=parent,
        starts__lt=entry.at,
    )
    if there := [_until(ends, entry.at) for ends in held.values_list("ends", flat=True)]:
        yield from ((key, max(there)) for key in below.values_list("pk", flat=True))


def _until(ends: dt.datetime | None, at: dt.datetime) -> dt.datetime:
    return at if ends is None else min(ends, at)

"""By whose hand somebody holds a right: who was given it by the very person whose deed they look at is no second one.

Many rules ask that two people look at something. Without this, who did it gave a role to a helper, who looked at it a
minute later. What was given is read from the trail, as what was taken is (`taking.py`): entries of the last 30 days by
that person, or by whom they let administer within that time, by which somebody got a role (also as they were entered),
a role got a permission, or a unit or the person concerned came to where the role reaches. Whoever holds the right by
another hand as well, or held it until that very person took it, owes it to nobody. It costs one query where they gave
nothing to anybody.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.domains.organisation.letting import GIVING, before, granted_by, let_administer
from setsquare.domains.organisation.taking import MOVING, TAKING, first_unit_before, unit_called
from setsquare.kernel.accounts.models import Grant, UnitPath, User
from setsquare.kernel.accounts.rights import in_force
from setsquare.kernel.commands.owing import LASTING, find_owing_by
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry

REACHING = ("set_permissions", "move", *MOVING)
"""Commands by which roles come to give a right that they did not give there."""


def owing(
    givers: Iterable[User],
    permissions: Collection[str],
    unit_id: int | None,
    roles: Collection[str] = (),
    about: Record | None = None,
) -> dict[int, User]:
    """Return who holds one of some permissions, or roles by name, in a unit only by a hand of `givers`, and by whose.

    That is by what these did within the last 30 days. `about` is the record of the person concerned, where it is
    their unit: they may have been moved there.
    """
    makers = {one.pk: one for one in givers}
    if not makers or unit_id is None or not (permissions or roles):
        return {}
    now = timezone.now()
    done = Entry.objects.filter(actor_id__in=makers, at__gte=now - LASTING, command__in=(*GIVING, *REACHING))
    if not done.exists():  # as with nearly everybody, who administers nothing
        return {}
    known = {**let_administer(makers.values()), **makers}
    right = Q(role__name__in=roles) | Q(role__permissions__permission__in=permissions)
    holding = Grant.objects.filter(right, in_force(now))
    reaching = Grant.objects.filter(right, unit__paths_down__descendant_id=unit_id).exclude(
        user_id__in=makers
    )
    grants = list(reaching.filter(in_force(now)).distinct().order_by("pk"))
    by = _given(known, grants, permissions, holding) if grants else {}
    moved = False
    if grants and about is not None:
        for pk, giver in known.items():
            left = first_unit_before(about, pk)
            if left not in (None, unit_id):
                moved = True
                gained = _only_since(grants, _above(unit_id), _above(left), holding)
                by |= {one.pk: giver for one in gained}
    found: dict[int, User] = {}
    free = {one.user_id for one in grants if one.pk not in by}
    theirs = [one for one in grants if one.pk in by and one.user_id not in free]
    had_it = set() if moved else _had_it(known, theirs, reaching, permissions, holding)
    for grant in theirs:
        renewed = reaching.filter(  # as it came to its end
            user_id=grant.user_id, starts__lt=now - LASTING, ends__gte=grant.starts
        )
        if grant.user_id in free | had_it or renewed.exists():
            free.add(grant.user_id)
            found.pop(grant.user_id, None)
        else:
            found.setdefault(grant.user_id, by[grant.pk])
    return found


def _had_it(
    known: Mapping[int, User],
    grants: list[Grant],
    reaching: QuerySet[Grant],
    permissions: Collection[str],
    holding: QuerySet[Grant],
) -> set[int]:
    """Return the ids of who held the right lately by another hand, until these took it: to give it back is no gift.

    What somebody else took from them is one.
    """
    now = timezone.now()
    ended = reaching.filter(
        user_id__in=[one.user_id for one in grants], ends__gt=now - LASTING, ends__lte=now
    )
    had = list(ended.distinct().order_by("pk")) if grants else []
    by = _given(known, had, permissions, holding) if had else {}
    found = {one.user_id for one in had if one.pk not in by}
    taken = Entry.objects.filter(
        command__in=TAKING, at__gte=now - LASTING, record__person_file__user_id__in=found
    )
    others = taken.exclude(actor_id__in=known) if found else taken.none()
    return found - set(others.values_list("record__person_file__user_id", flat=True))


def _given(
    known: Mapping[int, User], grants: list[Grant], permissions: Collection[str], holding: QuerySet[Grant]
) -> dict[int, User]:
    """Return by whose hand these grants came to be or came to give the right, by id, of those that did lately.

    `holding` are all grants in force that give the right, wherever.
    """
    parts = UnitPath.objects.filter(ancestor_id__in=[one.unit_id for one in grants]).values("descendant_id")
    done = Entry.objects.filter(
        Q(command__in=GIVING, record__person_file__user_id__in=[one.user_id for one in grants])
        | Q(command="set_permissions", record__role_file__role_id__in=[one.role_id for one in grants])
        | Q(command="move", record__unit_file__part_id__in=parts),
        actor_id__in=known,
        at__gte=timezone.now() - LASTING,
    ).select_related("record__person_file", "record__role_file", "record__unit_file")
    by: dict[int, User] = {}
    seen: set[int] = set()
    for entry in done.order_by("pk"):
        giver = known[entry.actor_id or 0]
        earlier = before(entry)
        if entry.command in GIVING:
            for pk in granted_by(entry, earlier):
                by[pk] = giver
        elif earlier is not None and entry.record_id not in seen:  # how it was before the first such deed
            seen.add(entry.record_id)
            if entry.command == "set_permissions":
                gained = _widened(entry.record, earlier, grants, permissions)
            else:
                gained = _reached(entry.record, earlier, grants, holding)
            for grant in gained:
                by.setdefault(grant.pk, giver)
    return by


def _widened(
    record: Record, earlier: Entry, grants: Iterable[Grant], permissions: Collection[str]
) -> list[Grant]:
    """Return the grants of a role that did not give the right as it was."""
    if not set(permissions).isdisjoint(earlier.values.get("permissions") or ()):
        return []
    return [one for one in grants if one.role_id == record.role_file.role_id]


def _reached(
    record: Record, earlier: Entry, grants: Iterable[Grant], holding: QuerySet[Grant]
) -> list[Grant]:
    """Return the grants that hold in a unit only since it was moved."""
    part = record.unit_file.part_id
    was = _above(unit_called(str(earlier.values["parent"]), earlier.at))
    return _only_since(grants, _above(part) - {part}, was, holding)


def _only_since(
    grants: Iterable[Grant], above: set[int], was: set[int], holding: QuerySet[Grant]
) -> list[Grant]:
    """Return the grants by units that are above and were not, of who held nothing by those that were."""
    gained = [one for one in grants if one.unit_id in above - was]
    held = set(holding.filter(unit_id__in=was).values_list("user_id", flat=True)) if gained else set()
    return [one for one in gained if one.user_id not in held]


def _above(unit_id: int | None) -> set[int]:
    """Return the ids of a unit and all above it."""
    return set(UnitPath.objects.filter(descendant_id=unit_id).values_list("ancestor_id", flat=True))


find_owing_by(owing)

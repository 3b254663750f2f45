"""Whom somebody let administer: what these did with people, roles and units a short while ago counts as that person's.

Without this, one hand in between undid what `giving.py` and `taking.py` tell: an administrator gave a helper the right
to administer, and the helper gave or took the roles.
"""

from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import Grant, UnitPath, User
from setsquare.kernel.commands.owing import LASTING
from setsquare.kernel.trail.models import Entry

GIVING = ("grant_role", "hire")
"""Commands of people by which they get roles."""
WIDENING = "set_permissions"
"""The command of roles by which these come to give a right."""


def let_administer(makers: Iterable[User]) -> dict[int, User]:
    """Return who administered in the last 30 days by what one of `makers`, or of these again, gave them in that time.

    By their id, with which of the makers: one query where they let nobody. Whoever administered there by another hand
    as well is none of them.
    """
    found: dict[int, User] = {}
    known = {one.pk: one for one in makers}
    while new := {pk: maker for pk, maker in _let(known).items() if pk not in known}:
        found |= new
        known |= new
    return found


def _let(known: Mapping[int, User]) -> dict[int, User]:
    """Return whom these people, by their ids, let administer themselves, with whom each of these stands for."""
    since = timezone.now() - LASTING
    done = Entry.objects.filter(
        Q(command__in=GIVING, record__type="person") | Q(command=WIDENING, record__type="role"),
        actor_id__in=known,
        at__gte=since,
    ).select_related("record__person_file", "record__role_file")
    deeds = list(done.order_by("pk"))
    if not deeds:
        return {}
    held = Grant.objects.filter(Q(ends__isnull=True) | Q(ends__gt=since)).exclude(user_id__in=known)
    given = [one.record.person_file.user_id for one in deeds if one.command != WIDENING]
    widened = _widened(deeds)
    administering = Q(role__permissions__permission=ADMINISTER, user_id__in=given) | Q(role_id__in=widened)
    grants = list(held.filter(administering).distinct())
    if not grants:
        return {}
    people = {one.user_id for one in grants}
    gifts: dict[int, User] = {one.pk: known[widened[one.role_id]] for one in grants if one.role_id in widened}
    for entry in deeds:
        if entry.command != WIDENING and entry.record.person_file.user_id in people:
            gifts |= dict.fromkeys(granted_by(entry, before(entry)), known[entry.actor_id or 0])
    others = held.filter(role__permissions__permission=ADMINISTER, user_id__in=people).exclude(pk__in=gifts)
    over = Exists(UnitPath.objects.filter(ancestor=OuterRef("unit"), descendant=OuterRef("place")))
    found: dict[int, User] = {}
    for one in grants:
        by_another = others.filter(user_id=one.user_id).annotate(place=Value(one.unit_id)).filter(over)
        if one.pk in gifts and not by_another.exists():
            found[one.user_id] = gifts[one.pk]
    return found


def _widened(deeds: Iterable[Entry]) -> dict[int, int]:
    """Return the ids of roles that came to let people administer by one of these deeds, with whose deed it was."""
    found: dict[int, int] = {}
    for entry in deeds:
        if entry.command == WIDENING and ADMINISTER in (entry.values.get("permissions") or ()):
            earlier = before(entry)
            if earlier is not None and ADMINISTER not in (earlier.values.get("permissions") or ()):
                found[entry.record.role_file.role_id] = entry.actor_id or 0
    return found


def before(entry: Entry) -> Entry | None:
    """Return the entry of the same record before this one."""
    return Entry.objects.filter(record=entry.record_id, seq=entry.seq - 1).first()


def granted_by(entry: Entry, earlier: Entry | None) -> list[int]:
    """Return the ids of the grants that an entry of a person adds: a state lists all, as they were made."""
    count = len(earlier.values.get("grants") or ()) if earlier is not None else 0
    pks = (
        Grant.objects.filter(user=entry.record.person_file.user_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return list(pks)[count : len(entry.values.get("grants") or ())]

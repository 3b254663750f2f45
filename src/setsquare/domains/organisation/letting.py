"""Whom somebody let administer: what these did with people, roles and units a short while ago counts as that person's.

Without this, one hand in between undid what `giving.py` and `taking.py` tell: an administrator gave a helper the right
to administer, and the helper gave or took the roles.
"""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.owing import LASTING
from setsquare.kernel.trail.models import Entry

GIVING = ("grant_role", "hire")
"""Commands of people by which they get roles."""


def let_administer(makers: Iterable[User]) -> dict[int, User]:
    """Return who administered within the last 30 days by nothing but a role that one of `makers` gave them in these.

    By their id, with who gave it: one query where they let nobody.
    """
    known = {one.pk: one for one in makers}
    since = timezone.now() - LASTING
    done = Entry.objects.filter(actor_id__in=known, at__gte=since, command__in=GIVING, record__type="person")
    held = Grant.objects.filter(
        Q(ends__isnull=True) | Q(ends__gt=since),
        role__permissions__permission=ADMINISTER,
        user_id__in=done.values("record__person_file__user_id"),
    ).exclude(user_id__in=known)
    grants = dict(held.values_list("pk", "user_id"))
    if not grants:
        return {}
    gifts: dict[int, User] = {}
    for entry in done.filter(record__person_file__user_id__in=grants.values()).order_by("pk"):
        gifts |= dict.fromkeys(granted_by(entry, before(entry)), known[entry.actor_id or 0])
    otherwise = {user_id for pk, user_id in grants.items() if pk not in gifts}
    return {user_id: gifts[pk] for pk, user_id in grants.items() if user_id not in otherwise}


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

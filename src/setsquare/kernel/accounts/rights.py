"""Who may do what where: permissions follow grants down the unit tree.

Of somebody whose access nobody else has confirmed, only those permissions count that are declared so (`confirming.py`).
Scopes are subqueries on the closure of the tree, never lists of ids, so that a page costs the same for everybody.
"""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from setsquare.kernel.accounts.confirming import at_once, counts_at_once
from setsquare.kernel.accounts.models import Delegation, Grant, Role, RolePermission, Unit, UnitPath, User
from setsquare.kernel.accounts.prepared import moment
from setsquare.kernel.database.statements import SOME_TIME, Statement, planned_cursor, stand_in


def in_force(now: dt.datetime, prefix: str = "") -> Q:
    """Return the condition by which a grant holds at `now`; `prefix` is the path to the grant (`grants__`)."""
    starts, ends = Q(**{f"{prefix}starts__lte": now}), f"{prefix}ends"
    return starts & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": now}))


def granted_around(unit_id: Any, *, within: bool = False) -> Q:
    """Return the condition by which a grant holds in a unit; with `within`, or in one below it."""
    if not within:
        return Q(unit__paths_down__descendant_id=unit_id)
    above = UnitPath.objects.filter(descendant_id=unit_id).values("ancestor_id")
    below = UnitPath.objects.filter(ancestor_id=unit_id).values("descendant_id")
    return Q(unit_id__in=above) | Q(unit_id__in=below)


_HOLDER = f"JOIN {User._meta.db_table} holder ON holder.id = granted.user_id"
_GRANTED = f"""
SELECT granted.unit_id FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id
%(holder)s
WHERE granted.user_id = %%s AND held.permission IN (%%s, %%s) AND granted.starts <= %%s
AND (granted.ends IS NULL OR granted.ends > %%s)
"""  # noqa: S608 - names of tables
_GRANTED_TO = {
    True: _GRANTED % {"holder": ""},
    False: _GRANTED % {"holder": f"{_HOLDER} AND holder.may_sign"},
}
"""By whether the permission counts at once, or only for those whose access is confirmed."""
_PATHS = UnitPath._meta.db_table
_DOWN = {
    now: f"SELECT descendant_id FROM {_PATHS} WHERE ancestor_id IN ({granted})"  # noqa: S608 - names of tables
    for now, granted in _GRANTED_TO.items()
}
_UP = {
    now: f"SELECT ancestor_id FROM {_PATHS} WHERE descendant_id IN ({granted})"  # noqa: S608 - names of tables
    for now, granted in _GRANTED_TO.items()
}


def units_where(user: User, permission: str, other: str = "", *, upwards: bool = False) -> RawSQL:
    """Return a subquery of the ids of the units in which `user` holds `permission`, or `other`, for `unit_id__in`.

    With `upwards`, the units above those too: what holds for the whole organisation is read in each of its parts.
    Written as SQL, because every page asks for it several times and building it by the ORM cost more than the page.
    """
    now = connection.ops.adapt_datetimefield_value(moment(user))
    given = [user.pk, permission, other or permission, now, now]
    anybody = counts_at_once(permission) and (not other or counts_at_once(other))
    if not upwards:
        return RawSQL(_DOWN[anybody], given)  # noqa: S611 - constants; what is given are parameters
    return RawSQL(f"{_DOWN[anybody]} UNION {_UP[anybody]}", given + given)  # noqa: S611


_PERMISSIONS = f"""
SELECT DISTINCT held.permission FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id {_HOLDER}
WHERE granted.user_id = %s AND granted.starts <= %s AND (granted.ends IS NULL OR granted.ends > %s)
"""  # noqa: S608 - names of tables
_ABOVE = (
    f" AND granted.unit_id IN (SELECT ancestor_id FROM {UnitPath._meta.db_table} WHERE descendant_id = %s)"  # noqa: S608
)


def _counting() -> tuple[str, list[str]]:
    """Return the condition by which a permission counts for its holder, with its parameters."""
    open_to_all = ["", *at_once()]  # never empty, as SQL asks
    return (
        f" AND (holder.may_sign OR held.permission IN ({', '.join(['%s'] * len(open_to_all))}))",
        open_to_all,
    )


_KNOWN = "_permissions_known"


def know_permissions(user: User, unit_id: int) -> None:
    """Have what a person may do in a unit, and anywhere, known along with this very object: for a page that they read.

    A command asks anew: rights that were taken a moment ago are not held any more.
    """
    anywhere, here = permissions_anywhere_and_in(user, unit_id)
    vars(user).setdefault(_KNOWN, {}).update({None: anywhere, unit_id: here})


def permissions_in(user: User, unit_id: int | None) -> frozenset[str]:
    """Return every permission that `user` holds in the unit, by one query; with no unit, those held anywhere."""
    if not user.is_active:
        return frozenset()
    known: frozenset[str] | None = vars(user).get(_KNOWN, {}).get(unit_id)
    if known is not None:
        return known
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    counts, open_to_all = _counting()
    with planned_cursor() as cursor:
        if unit_id is None:
            cursor.execute(_PERMISSIONS + counts, [user.pk, now, now, *open_to_all])
        else:
            cursor.execute(_PERMISSIONS + counts + _ABOVE, [user.pk, now, now, *open_to_all, unit_id])
        return frozenset(row[0] for row in cursor.fetchall())


_ANYWHERE_AND_IN = f"""
SELECT held.permission, MAX(CASE WHEN above.ancestor_id IS NULL THEN 0 ELSE 1 END) FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id {_HOLDER}
LEFT JOIN {UnitPath._meta.db_table} above ON above.ancestor_id = granted.unit_id AND above.descendant_id = %s
WHERE granted.user_id = %s AND granted.starts <= %s AND (granted.ends IS NULL OR granted.ends > %s)
"""  # noqa: S608 - names of tables


def permissions_anywhere_and_in(user: User, unit_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return every permission that `user` holds anywhere, and those held in the unit, by one query."""
    if not user.is_active:
        return frozenset(), frozenset()
    known: dict[int | None, frozenset[str]] = vars(user).get(_KNOWN, {})
    if unit_id in known:
        return known[None], known[unit_id]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    counts, open_to_all = _counting()
    with planned_cursor() as cursor:
        cursor.execute(
            f"{_ANYWHERE_AND_IN}{counts} GROUP BY held.permission",
            [unit_id, user.pk, now, now, *open_to_all],
        )
        rows = cursor.fetchall()
    return frozenset(row[0] for row in rows), frozenset(row[0] for row in rows if row[1])


def holders(role: Role, unit: Unit) -> QuerySet[User]:
    """Return the active people who hold `role` in `unit` (granted there or above)."""
    now = timezone.now()
    grants = Grant.objects.filter(in_force(now), role=role, unit__paths_down__descendant=unit)
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True).order_by("name")


def holders_within(role: Role, unit: Unit) -> QuerySet[User]:
    """Return the active people who hold `role` somewhere in `unit`: granted above it, in it or below it."""
    now = timezone.now()
    grants = Grant.objects.filter(in_force(now), role=role).filter(
        Q(unit__paths_down__descendant=unit) | Q(unit__paths_up__ancestor=unit)
    )
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True).order_by("name")


def people_permitted(permission: str, unit: Unit) -> QuerySet[User]:
    """Return the active people who hold `permission` in `unit`, as far as it counts."""
    return _permitted(permission, unit.pk, timezone.now(), anybody=counts_at_once(permission))


def _permitted(permission: str, unit_id: int, now: dt.datetime, *, anybody: bool) -> QuerySet[User]:
    roles = RolePermission.objects.filter(permission=permission).values("role_id")
    grants = Grant.objects.filter(in_force(now), role_id__in=roles, unit__paths_down__descendant_id=unit_id)
    found = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).order_by("name")
    return found if anybody else found.filter(may_sign=True)


_UNIT, _PERMISSION = stand_in(1), "a permission that stands for the one asked for"


def _may(*, anybody: bool) -> Statement[User]:
    return Statement(
        lambda: _permitted(_PERMISSION, _UNIT, SOME_TIME, anybody=anybody),
        lambda: {
            _UNIT: "unit",
            _PERMISSION: "permission",
            connection.ops.adapt_datetimefield_value(SOME_TIME): "now",
        },
    )


_MAY = {True: _may(anybody=True), False: _may(anybody=False)}


def leads(user: User, person: User) -> bool:
    """Tell whether somebody is the line manager of a person, and their access is confirmed."""
    return person.manager_id == user.pk and user.may_sign


def led_by(user: User, path: str = "") -> Q:
    """Return the condition on people whose line manager somebody is, where their access is confirmed.

    `path` leads to the person, such as `certificate__person__`.
    """
    confirmed = User.objects.filter(pk=user.pk, may_sign=True).order_by().values("pk")
    return Q(**{f"{path}manager_id__in": confirmed})


def who_may(permission: str, unit_id: int) -> list[User]:
    """Return the same people as `people_permitted`, by a query that is built once."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return _MAY[counts_at_once(permission)].instances(permission=permission, unit=unit_id, now=now)


def stands_in_for(user: User, now: dt.datetime | None = None) -> QuerySet[Delegation]:
    """Return the delegations by which `user` stands in for somebody now."""
    now = now or timezone.now()
    return Delegation.objects.filter(substitute=user, starts__lte=now, ends__gt=now, revoked__isnull=True)


def acts_for(user: User, now: dt.datetime | None = None) -> QuerySet[Any, Any]:
    """Return the ids of those whose tasks `user` may do: their own, and of whom they stand in for.

    One list and not two conditions joined by OR: with those, SQLite looks through everybody's tasks.
    """
    own = User.objects.filter(pk=user.pk).order_by().values_list("pk")
    return own.union(absent_for(user, now), all=True)


def absent_for(user: User, now: dt.datetime | None = None) -> QuerySet[Any, Any]:
    """Return the ids of those for whom `user` stands in now."""
    return stands_in_for(user, now).order_by().values_list("absent_id")


def substitutes_of(user: User) -> QuerySet[User]:
    """Return who stands in for `user` now."""
    now = timezone.now()
    given = Delegation.objects.filter(absent=user, starts__lte=now, ends__gt=now, revoked__isnull=True)
    return User.objects.filter(pk__in=given.values("substitute_id"), is_active=True)

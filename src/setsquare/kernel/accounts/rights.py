"""Who may do what where: permissions follow grants down the unit tree.

Scopes are subqueries on the closure of the tree, never lists of ids, so that a page costs the same for everybody.
"""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

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


_GRANTED = f"""
SELECT granted.unit_id FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id
WHERE granted.user_id = %s AND held.permission = %s AND granted.starts <= %s
AND (granted.ends IS NULL OR granted.ends > %s)
"""  # noqa: S608 - names of tables
_DOWN = f"SELECT descendant_id FROM {UnitPath._meta.db_table} WHERE ancestor_id IN ({_GRANTED})"  # noqa: S608
_UP = f"SELECT ancestor_id FROM {UnitPath._meta.db_table} WHERE descendant_id IN ({_GRANTED})"  # noqa: S608


def units_where(user: User, permission: str, *, upwards: bool = False) -> RawSQL:
    """Return a subquery of the ids of the units in which `user` holds `permission`, for `unit_id__in`.

    With `upwards`, the units above those too: what holds for the whole organisation is read in each of its parts.
    Written as SQL, because every page asks for it several times and building it by the ORM cost more than the page.
    """
    now = connection.ops.adapt_datetimefield_value(moment(user))
    given = [user.pk, permission, now, now]
    if not upwards:
        return RawSQL(_DOWN, given)  # noqa: S611 - constants; what is given are parameters
    return RawSQL(f"{_DOWN} UNION {_UP}", given + given)  # noqa: S611


_PERMISSIONS = f"""
SELECT DISTINCT held.permission FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id
WHERE granted.user_id = %s AND granted.starts <= %s AND (granted.ends IS NULL OR granted.ends > %s)
"""  # noqa: S608 - names of tables
_ABOVE = (
    f" AND granted.unit_id IN (SELECT ancestor_id FROM {UnitPath._meta.db_table} WHERE descendant_id = %s)"  # noqa: S608
)


def permissions_in(user: User, unit_id: int | None) -> frozenset[str]:
    """Return every permission that `user` holds in the unit, by one query; with no unit, those held anywhere."""
    if not user.is_active:
        return frozenset()
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with planned_cursor() as cursor:
        if unit_id is None:
            cursor.execute(_PERMISSIONS, [user.pk, now, now])
        else:
            cursor.execute(_PERMISSIONS + _ABOVE, [user.pk, now, now, unit_id])
        return frozenset(row[0] for row in cursor.fetchall())


_ANYWHERE_AND_IN = f"""
SELECT held.permission, MAX(CASE WHEN above.ancestor_id IS NULL THEN 0 ELSE 1 END) FROM {Grant._meta.db_table} granted
JOIN {RolePermission._meta.db_table} held ON held.role_id = granted.role_id
LEFT JOIN {UnitPath._meta.db_table} above ON above.ancestor_id = granted.unit_id AND above.descendant_id = %s
WHERE granted.user_id = %s AND granted.starts <= %s AND (granted.ends IS NULL OR granted.ends > %s)
GROUP BY held.permission
"""  # noqa: S608 - names of tables


def permissions_anywhere_and_in(user: User, unit_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return every permission that `user` holds anywhere, and those held in the unit, by one query."""
    if not user.is_active:
        return frozenset(), frozenset()
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with planned_cursor() as cursor:
        cursor.execute(_ANYWHERE_AND_IN, [unit_id, user.pk, now, now])
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
    """Return the active people who hold `permission` in `unit`."""
    return _permitted(permission, unit.pk, timezone.now())


def _permitted(permission: str, unit_id: int, now: dt.datetime) -> QuerySet[User]:
    roles = RolePermission.objects.filter(permission=permission).values("role_id")
    grants = Grant.objects.filter(in_force(now), role_id__in=roles, unit__paths_down__descendant_id=unit_id)
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True).order_by("name")


_UNIT, _PERMISSION = stand_in(1), "a permission that stands for the one asked for"
_MAY: Statement[User] = Statement(
    lambda: _permitted(_PERMISSION, _UNIT, SOME_TIME),
    lambda: {
        _UNIT: "unit",
        _PERMISSION: "permission",
        connection.ops.adapt_datetimefield_value(SOME_TIME): "now",
    },
)


def who_may(permission: str, unit_id: int) -> list[User]:
    """Return the same people as `people_permitted`, by a query that is built once."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return _MAY.instances(permission=permission, unit=unit_id, now=now)


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

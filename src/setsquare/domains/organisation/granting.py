"""Giving and ending roles: what several commands share."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Delegation, Grant, Role, Unit, User
from setsquare.kernel.accounts.tokens import revoke_all
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused


def give(
    act: Act, user: User, role: Role, unit: Unit, starts: dt.datetime, ends: dt.datetime | None
) -> Grant:
    """Store that a person holds a role; refuse where they hold it there in that time already."""
    same = Grant.objects.filter(user=user, role=role, unit=unit).filter(
        Q(ends__isnull=True) | Q(ends__gt=starts)
    )
    if ends is not None:
        same = same.filter(starts__lt=ends)
    if same.exists():
        sentence = _("%(name)s holds the role %(role)s in %(unit)s in this time already.")
        raise Refused({"role": sentence % {"name": user.name, "role": role.name, "unit": unit.name}})
    return Grant.objects.create(user=user, role=role, unit=unit, starts=starts, ends=ends)


def end_rights(act: Act, user: User) -> None:
    """End everything by which a person can act: roles, substitutions given and taken, tokens."""
    Grant.objects.filter(not_over(act.now), user=user).update(ends=act.now)
    live = Delegation.objects.filter(revoked__isnull=True, ends__gt=act.now)
    live.filter(Q(absent=user) | Q(substitute=user)).update(revoked=act.now)
    revoke_all(user)


def not_over(moment: dt.datetime) -> Q:
    """Return the condition that a grant has not ended at the time."""
    return Q(ends__isnull=True) | Q(ends__gt=moment)

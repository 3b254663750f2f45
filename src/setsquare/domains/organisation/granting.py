"""Giving and ending roles: what several commands share."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER, carries_authority
from setsquare.domains.organisation.rules import tell_administrators
from setsquare.kernel.accounts.models import Delegation, Grant, Role, Unit, User
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.accounts.tokens import revoke_all
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.lifecycle import gettext_noop

_USER, _ROLE, _UNIT = stand_in(1), stand_in(2), stand_in(3)
_HELD: Statement[Grant] = Statement(
    lambda: Grant.objects.filter(user_id=_USER, role_id=_ROLE, unit_id=_UNIT).values_list("starts", "ends"),
    lambda: {_USER: "user", _ROLE: "role", _UNIT: "unit"},
)


def give(
    act: Act, user: User, role: Role, unit: Unit, starts: dt.datetime, ends: dt.datetime | None
) -> Grant:
    """Store that a person holds a role; refuse where they hold it there in that time already."""
    held = _HELD.rows(user=user.pk, role=role.pk, unit=unit.pk)
    if any((until is None or until > starts) and (ends is None or since < ends) for since, until in held):
        sentence = _("%(name)s holds the role %(role)s in %(unit)s in this time already.")
        raise Refused({"role": sentence % {"name": user.name, "role": role.name, "unit": unit.name}})
    return Grant.objects.create(user=user, role=role, unit=unit, starts=starts, ends=ends)


def tell_of_role(act: Act, user: User, role: Role, unit: Unit) -> None:
    """Tell a person of a role that they were given; where it decides on content, also who administers there."""
    text = gettext_noop("You hold the role %(role)s in %(unit)s.")
    act.tell(user, "role", text, act.record, role=role.name, unit=unit.name)
    if act.actor.user is None or not carries_authority(role):
        return
    text = gettext_noop("%(name)s gave %(person)s the role %(role)s in %(where)s, which decides on content.")
    values = {"name": act.user.name, "person": user.name, "role": role.name, "where": unit.name}
    tell_administrators(act, unit, text, **values)


def tell_of_taking(act: Act, user: User, role: Role, unit: Unit) -> None:
    """Tell a person of a role that was taken from them, and who else administers there: nobody takes it unseen."""
    name = act.user.name if act.actor.user is not None else "Setsquare"
    text = gettext_noop("%(name)s took the role %(role)s in %(where)s from %(person)s.")
    people = {one.pk: one for one in (user, *who_may(ADMINISTER, unit.pk)) if one != act.actor.user}
    values = {"name": name, "role": role.name, "where": unit.name, "person": user.name}
    act.tell_all(people.values(), "role", text, **values)


def tell_of_leaving(act: Act, user: User) -> None:
    """Tell who else administers there that a person’s work ended, and with it all that they might do."""
    if act.actor.user is not None and user.unit is not None:
        text = gettext_noop("%(name)s ended the work of %(person)s here, and with it all their roles.")
        others = [one for one in who_may(ADMINISTER, user.unit.pk) if one not in (user, act.user)]
        act.tell_all(others, "role", text, name=act.user.name, person=user.name)


def end_rights(act: Act, user: User) -> None:
    """End everything by which a person can act: roles, substitutions given and taken, tokens."""
    Grant.objects.filter(not_over(act.now), user=user).update(ends=act.now)
    live = Delegation.objects.filter(revoked__isnull=True, ends__gt=act.now)
    live.filter(Q(absent=user) | Q(substitute=user)).update(revoked=act.now)
    revoke_all(user)


def not_over(moment: dt.datetime) -> Q:
    """Return the condition that a grant has not ended at the time."""
    return Q(ends__isnull=True) | Q(ends__gt=moment)

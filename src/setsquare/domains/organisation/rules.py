"""Rules of the organisation: who may change it, and what would break it."""

import datetime as dt

from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.taking import sent_away
from setsquare.kernel.accounts.models import Grant, Unit, User
from setsquare.kernel.accounts.rights import people_permitted, permissions_in, who_may
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import why_closed
from setsquare.kernel.commands.declaration import Rule, Situation, of_its_own
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.records.things import Label
from setsquare.kernel.signatures.credentials import can_sign_in


def themself() -> Rule:
    """Rule: the record is the person's own."""

    def rule(situation: Situation) -> Label | None:
        if situation.detail.user_id == situation.user.pk:
            return None
        return _("Only the person themself may do this.")

    return of_its_own(rule)


def manager() -> Rule:
    """Rule: the person of the record reports to the person who acts."""

    def rule(situation: Situation) -> Label | None:
        if situation.detail.user.manager_id == situation.user.pk:
            return None
        return _("Only their manager, or who administers here, may do this.")

    return rule


def not_by_token() -> Rule:
    """Rule: the person came in by signing in, not by a token of the API."""

    def rule(situation: Situation) -> Label | None:
        if situation.actor.channel != "api":
            return None
        return _("This is done in the browser: a token cannot make or change the ways to sign in.")

    return rule


def root() -> Unit | None:
    """Return the organisation itself: the unit above all others; None on an empty installation."""
    return Unit.objects.filter(parent__isnull=True).order_by("pk").first()


def keeper(act: Act) -> User:
    """Return who owns what belongs to nobody in particular: its maker, for the system the first person."""
    return act.actor.user or User.objects.order_by("pk")[0]


def check_unit(act: Act, unit: Unit, field: str) -> None:
    """Refuse a closed unit, and one in which the actor does not administer, at `field`."""
    if why := why_closed(unit):
        raise Refused({field: why})
    if act.actor.user is not None and ADMINISTER not in permissions_in(act.actor.user, unit.pk):
        sentence = _("You do not administer %(name)s; ask somebody who does.")
        raise Refused({field: sentence % {"name": unit.name}})


def not_to_oneself(act: Act, user: User, unit: Unit) -> None:
    """Refuse a role that an administrator grants themself, unless nobody else is there at all."""
    if act.actor.user is None or act.actor.user != user or is_alone(user):
        return
    other = people_permitted(ADMINISTER, unit).exclude(pk=user.pk).first()
    if other is not None:
        sentence = _("Nobody grants themself a role; ask %(name)s, who administers %(unit)s too.")
        raise Refused({"role": sentence % {"name": other.name, "unit": unit.name}})
    raise Refused(
        {"role": _("Nobody grants themself a role; first make somebody else administrator, and ask them.")}
    )


def is_alone(user: User) -> bool:
    """Tell whether nobody else works here yet: whoever sets up an installation may do everything.

    Who ended the work of others a short while ago is not alone: they made themself so.
    """
    return not _OTHERS.rows(user=user.pk) and not sent_away(user)


_USER = stand_in(1)
_OTHERS: Statement[User] = Statement(
    lambda: User.objects.filter(is_active=True).exclude(pk=_USER).order_by().values_list("pk")[:1],
    lambda: {_USER: "user"},
)


def tell_administrators(act: Act, unit: Unit, text: str, **values: str | int) -> None:
    """Tell everybody else who administers the unit what was done to the rights there."""
    people = who_may(ADMINISTER, unit.pk)
    act.tell_all([person for person in people if person != act.actor.user], "role", text, **values)


def keep_an_administrator(act: Act, field: str = "", of: User | None = None) -> None:
    """Refuse a change after which nobody could administer the organisation for good.

    Only who can sign in and act now counts: whose access is confirmed, and who has a password, a passkey or an account
    of another service, as whoever acts has. For the system, who works on the machine, a way in can be made again.
    Called after the change and inside its transaction; `of` is the person from whom it takes something, where it is
    one: who administers no part of the whole leaves nobody behind. The root's row is locked first, so that of two such
    changes at the same instant the second sees what the first did.
    """
    top = Unit.objects.select_for_update().filter(parent__isnull=True).order_by("pk").first()
    granted = Grant.objects.filter(unit=top, role__permissions__permission=ADMINISTER)
    if of is not None and not granted.filter(user=of).exists():
        return
    lasting = granted.filter(starts__lte=act.now, ends__isnull=True)
    people = User.objects.filter(pk__in=lasting.values("user_id"), is_active=True, may_sign=True)
    by = act.actor.user
    if not any(by is None or one == by or can_sign_in(one) for one in people.order_by("pk")):
        sentence = _(
            "Then nobody could administer the organisation any more. First give somebody else a role that may, in the"
            " whole organisation and without an end: somebody who can sign in and whose access is confirmed."
        )
        raise Refused({field: sentence})


def start_of(day: dt.date, unit: Unit | None) -> dt.datetime:
    """Return the beginning of a day in the time zone of a unit."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone(unit))


def end_of(day: dt.date, unit: Unit | None) -> dt.datetime:
    """Return the end of a day in the time zone of a unit: the first moment of the next day."""
    return start_of(day + dt.timedelta(days=1), unit)


def today(act: Act, unit: Unit | None) -> dt.date:
    """Return the day of the act where the unit is."""
    return act.now.astimezone(zone(unit)).date()

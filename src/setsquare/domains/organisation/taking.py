"""Who made themself alone: whose rights somebody took a short while ago still counts as somebody else who may.

Many rules keep a deed from who would do it alone, "unless nobody else may". Without this, an administrator took the
role of everybody else who may for a minute, did the deed alone, and gave the roles back. What was taken is read from
the trail, which nobody rewrites: entries of the last 30 days by this very person, on a person who could act until
then (a role revoked, their work ended, their access ended or no longer confirmed) or on a role (permissions taken out
of it). What somebody else took does not count, nor what ended by itself. It costs one query, and only where nobody
else is found.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Grant, Unit, User
from setsquare.kernel.commands.authorising import count_as_there
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import some

LASTING = dt.timedelta(days=30)
"""How long what somebody took from others counts against them."""
TAKING = ("leave", "revoke_role", "end_access")
"""Commands of people that always take something from them."""
UNCONFIRMING = ("edit", "invite")
"""Commands of people after which they may have to be confirmed anew."""
MOVING = ("transfer", "follow", "return")
"""Commands of people that give them another place or manager."""
_COULD_ACT = Q(state__contains='"is_active":true') & Q(state__contains='"may_sign":true')
_UNCONFIRMED = Q(command__in=UNCONFIRMING, state__contains='"may_sign":false')


def taken_by(user: User, permissions: Collection[str], unit_id: int | None) -> QuerySet[User]:
    """Return from whom `user` took, within the last 30 days, one of some permissions in a unit, by name."""
    now = timezone.now()
    done = Entry.objects.filter(actor=user, at__gte=now - LASTING)
    before = Entry.objects.filter(record=OuterRef("record"), seq=OuterRef("seq") - 1)
    acted_on = done.filter(Q(command__in=TAKING) | _UNCONFIRMED, Exists(before.filter(_COULD_ACT)))
    carried = Q(pk__in=())
    for permission in permissions:
        carried |= Q(state__contains=f'"{permission}"')
    emptied = done.filter(Exists(before.filter(carried)), command="set_permissions", record__type="role")
    roles = Q(role_id__in=emptied.values("record__role_file__role_id"))
    people = Q(user_id__in=acted_on.filter(record__type="person").values("record__person_file__user_id"))
    held = Q(role__permissions__permission__in=permissions)
    lately = Q(ends__isnull=True) | Q(ends__gt=now - LASTING)
    grants = Grant.objects.filter(lately, starts__lte=now, unit__paths_down__descendant_id=unit_id)
    found = grants.filter(roles | (people & held)).values("user_id")
    return User.objects.filter(pk__in=found).exclude(pk=user.pk).order_by("name", "pk")


def why_taken(
    user: User, permissions: Collection[str], unit_id: int | None, but: Collection[int | None] = ()
) -> str | None:
    """Return why who took the right to do this from others does not do it alone; None where they did not.

    `but` holds the ids of people who would not have counted.
    """
    return told_of(one.name for one in taken_by(user, permissions, unit_id) if one.pk not in but)


def told_of(names: Iterable[str]) -> str | None:
    """Return the sentence that names from whom it was taken; None where that is nobody."""
    known = list(names)
    if not known:
        return None
    sentence = _(
        "Within the last %(days)s days you took from %(names)s what would let them do this, so you do not do it alone:"
        " give it back, or have somebody else given the right."
    )
    return sentence % {"days": LASTING.days, "names": some(known)}


def sent_away(user: User) -> bool:
    """Tell whether somebody ended the work of anybody within the last 30 days: they made themself alone then."""
    done = Entry.objects.filter(actor=user, at__gte=timezone.now() - LASTING, command="leave")
    return done.filter(record__type="person").exists()


def _moved_from(record: Record, by: User) -> list[dict[str, object]]:
    """Return how a person stood before somebody moved them, each time within the last 30 days."""
    done = Entry.objects.filter(
        record=record, actor=by, at__gte=timezone.now() - LASTING, command__in=MOVING
    ).values("seq")
    before = Entry.objects.filter(record=record, seq__in=[row["seq"] - 1 for row in done])
    return [entry.values for entry in before]


def units_before(record: Record, by: User) -> QuerySet[Unit]:
    """Return the units in which a person was until `by` transferred them, within the last 30 days."""
    codes = [str(state["unit"]) for state in _moved_from(record, by)]
    return Unit.objects.filter(code__in=codes)


def managers_before(record: Record, by: User) -> QuerySet[User]:
    """Return to whom a person reported until `by` changed that, within the last 30 days."""
    names = [str(state["manager"]) for state in _moved_from(record, by) if state["manager"]]
    return User.objects.filter(username__in=names).exclude(pk=by.pk).order_by("name", "pk")


count_as_there(taken_by)

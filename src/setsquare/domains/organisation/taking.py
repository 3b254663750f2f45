"""Who made themself alone: whose rights somebody took a short while ago still counts as somebody else who may.

Many rules keep a deed from who would do it alone, "unless nobody else may". Without this, an administrator took the
role of everybody else who may for a minute, did the deed alone, and gave the roles back. What was taken is read from
the trail, which nobody rewrites: entries of the last 30 days by this very person, or by whom they let administer
within that time (`letting.py`), on a person who could act until then (a role revoked, their work ended, their access
ended or no longer confirmed), on a role (permissions taken out of it), on a unit (moved to where other people's
rights reach) or on the person about whom it is (transferred). Units are found by who bore a code at that time: a unit
can be given another code since. What somebody else took does not count, nor what ended by itself, nor what left
somebody the right all the same. It costs three queries, and only where nobody else is found.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.organisation.letting import let_administer
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import Grant, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import in_force, people_permitted
from setsquare.kernel.commands.owing import LASTING, count_as_there, tell_who_may
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.everything import PERMISSION as READ_TRAIL
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import some

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
    done = Entry.objects.filter(actor_id__in=[user.pk, *let_administer([user])], at__gte=now - LASTING)
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
    moved = _moved_out_of(user, unit_id)
    places = [unit_id, *(place for place, _at in moved)]
    grants = Grant.objects.filter(lately, starts__lte=now, unit__paths_down__descendant_id__in=places)
    found = Q(pk__in=grants.filter(roles | (people & held)).values("user_id"))
    if moved:
        reached = Q(pk__in=())
        for place, at in moved:
            reached |= Q(unit__paths_down__descendant_id=place, starts__lte=at)
        kept = Grant.objects.filter(reached, held, Q(ends__isnull=True) | Q(ends__gt=now))
        found |= Q(pk__in=kept.values("user_id"), is_active=True, may_sign=True)
    still = Grant.objects.filter(in_force(now), held, unit__paths_down__descendant_id__in=[unit_id])
    kept_it = Q(pk__in=still.values("user_id"), is_active=True, may_sign=True)
    return User.objects.filter(found).exclude(pk=user.pk).exclude(kept_it).order_by("name", "pk")


def _moved_out_of(user: User, unit_id: int | None) -> list[tuple[int, dt.datetime]]:
    """Return the units of which a unit was part until `user` moved it, or one above it, and when they did.

    Whoever held a right there holds it here no longer, though nobody took a role from them. Where `user` had put it
    there themself within that time, nobody there had held it before: it is none of them.
    """
    moves = Entry.objects.filter(
        actor=user, at__gte=timezone.now() - LASTING, command="move", record__type="unit"
    )
    done = list(moves.order_by("pk").values_list("record_id", "seq", "at", "record__unit_file__part_id"))
    found: list[tuple[int, dt.datetime]] = []
    todo = [unit_id] if done and unit_id is not None else []
    seen = set(todo)
    while todo:
        above = set(UnitPath.objects.filter(descendant_id=todo.pop()).values_list("ancestor_id", flat=True))
        for record_id, seq, at, part in done:
            if part not in above or _put_there(record_id, seq, user):
                continue
            before = Entry.objects.get(record_id=record_id, seq=seq - 1)
            parent = unit_called(str(before.values["parent"]), before.at)
            if parent is not None and (parent, at) not in found:
                found.append((parent, at))
            if parent is not None and parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return found


def _put_there(record_id: int, seq: int, user: User) -> bool:
    """Tell whether a unit was where a move took it away because `user` had moved it there a short while ago."""
    moves = Entry.objects.filter(record_id=record_id, seq__lt=seq, command="move").order_by("-seq")
    last = moves.first()
    return last is not None and last.actor_id == user.pk and last.at >= timezone.now() - LASTING


def unit_called(code: str, at: dt.datetime) -> int | None:
    """Return the id of the unit that had a code at a time: units can be given another one."""
    had = Entry.objects.filter(record__type="unit", at__lte=at, state__contains=f'"code":"{code}"')
    for entry in had.order_by("-at", "-pk").select_related("record__unit_file"):
        if entry.values["code"] == code:  # and not in other letters, which SQLite finds as well
            return entry.record.unit_file.part_id
    return None


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


def _moved_from(record: Record, by: User | int) -> list[Entry]:
    """Return how a person stood before somebody moved them, each time within the last 30 days."""
    done = Entry.objects.filter(
        record=record, actor=by, at__gte=timezone.now() - LASTING, command__in=MOVING
    ).values("seq")
    before = Entry.objects.filter(record=record, seq__in=[row["seq"] - 1 for row in done])
    return list(before.order_by("seq"))


def units_before(record: Record, by: User) -> QuerySet[Unit]:
    """Return the units in which a person was until `by` transferred them, within the last 30 days."""
    found = [unit_called(str(entry.values["unit"]), entry.at) for entry in _moved_from(record, by)]
    return Unit.objects.filter(pk__in=[pk for pk in found if pk is not None])


def first_unit_before(record: Record, by: int) -> int | None:
    """Return the id of the unit in which a person was before `by` (an id) moved them, within the last 30 days."""
    for entry in _moved_from(record, by)[:1]:
        return unit_called(str(entry.values["unit"]), entry.at)
    return None


def managers_before(record: Record, by: User) -> QuerySet[User]:
    """Return to whom a person reported until `by` changed that, within the last 30 days."""
    states = [entry.values for entry in _moved_from(record, by)]
    names = [str(state["manager"]) for state in states if state["manager"]]
    return User.objects.filter(username__in=names).exclude(pk=by.pk).order_by("name", "pk")


def made_manager_by(person: User, by: User) -> bool:
    """Tell whether a person reports to their manager because `by` entered it so, within the last 30 days."""
    if person.manager is None or person.manager_id == by.pk:
        return False
    done = Entry.objects.filter(
        record__person_file__user=person, at__gte=timezone.now() - LASTING, command__in=(*MOVING, "hire")
    )
    entries = list(done.order_by("-seq"))
    for entry in entries:  # the newest first, up to the one that gave the manager of now
        if entry.values["manager"] != person.manager.username:
            return False
        before = Entry.objects.filter(record=entry.record_id, seq=entry.seq - 1).first()
        if before is None or before.values["manager"] != person.manager.username:
            return entry.actor_id == by.pk
    return False


def taken_over(person: User, by: User, permission: str) -> list[User]:
    """Return who might do something with a person until `by` took that from them, within the last 30 days.

    Their manager before; who holds the permission, or held it, where they are and out of which `by` moved them.
    """
    record = person.file.record
    before = units_before(record, by)
    found = {one.pk: one for one in managers_before(record, by)}
    for unit in before:
        found |= {one.pk: one for one in people_permitted(permission, unit)}
    for unit_id in dict.fromkeys([person.unit_id, *(unit.pk for unit in before)]):
        found |= {one.pk: one for one in taken_by(by, [permission], unit_id)}
    return [one for one in found.values() if one.pk not in {person.pk, by.pk}]


count_as_there(taken_by)
tell_who_may(ADMINISTER, READ_TRAIL)

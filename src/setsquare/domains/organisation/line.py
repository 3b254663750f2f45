"""Who reports to whom: what a line may not be, who may not put themself at its head, and who is told of it."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.taking import units_before, why_taken
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted, who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.running import CHANNEL
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.trail.everything import PERMISSION as READ_TRAIL

AT_ONCE = dt.timedelta(hours=12)
"""Of whom somebody puts under themself by tables within that time, others are told once."""


def check_manager(user: User, manager: User | None, field: str) -> None:
    """Refuse a manager who reports, along the line, to the person themself."""
    if manager == user:
        raise Refused({field: _("Nobody reports to themself.")})
    above, seen = manager, set[int]()
    while above is not None and above.pk not in seen:
        if above == user and manager is not None:
            sentence = _("%(manager)s reports to %(name)s, so it cannot be the other way round.")
            raise Refused({field: sentence % {"manager": manager.name, "name": user.name}})
        seen.add(above.pk)
        above = above.manager


def stands_above(leader: User, person: User | None) -> bool:
    """Tell whether somebody is a person, or leads them along the line."""
    seen = set[int]()
    while person is not None and person.pk not in seen:
        if person.pk == leader.pk:
            return True
        seen.add(person.pk)
        person = person.manager
    return False


def not_under_oneself(
    act: Act, person: User, manager: User | None, units: Iterable[Unit | None], field: str = "manager"
) -> bool:
    """Refuse an administrator who makes themself somebody's manager: who leads people judges what they can.

    However they would come to it: by entering, moving or taking up the person, or by following who led them; or by
    having them report to one's own people, since who leads sees what is lacking all the way down the line. Whom they
    lead already, they may give to another one of their people. `units` are those in which the person was and will be;
    those from which the actor moved them a short while ago count as well, and so does who administers there no longer
    because the actor took that from them. Tells whether they do so, as nobody else is there: `tell_of_doing_it_alone`.
    """
    actor = act.actor.user
    if actor is None or manager is None or (person.pk and manager.pk == person.manager_id):
        return False
    if not stands_above(actor, manager) or (manager != actor and stands_above(actor, person.manager)):
        return False
    places = {unit.pk: unit for unit in units if unit is not None}
    if hasattr(person, "file"):
        places |= {unit.pk: unit for unit in units_before(person.file.record, actor)}
    for unit in places.values():
        others = people_permitted(ADMINISTER, unit).exclude(pk__in=(actor.pk, person.pk))
        other = others.order_by("name", "pk").first()
        if other is not None:
            sentence = _(
                "Nobody makes themself the manager of somebody; ask %(name)s, who administers there too."
            )
            raise Refused({field: sentence % {"name": other.name}})
        if why := why_taken(actor, [ADMINISTER], unit.pk, but=[person.pk]):
            raise Refused({field: why})
    return True


ALONE = gettext_noop("%(who)s put %(name)s under themself, as nobody else administers there.")


def tell_of_doing_it_alone(act: Act, person: User, unit: Unit | None) -> None:
    """Say in the history that an administrator put somebody under themself as nobody else is there, and tell others.

    Told are the person, who leads people in the unit, who leads the administrator, and who reads the history of the
    unit, as its head does; of a table that is brought in, of the first row.
    """
    act.say(gettext_noop("put under themself, as nobody else administers there"))
    people = {one.pk: one for one in (person, *leaders(unit))}
    if unit is not None:
        people |= {one.pk: one for one in who_may(READ_TRAIL, unit.pk)}
    above = act.user.manager
    while above is not None and above.pk not in people:
        people[above.pk] = above
        above = above.manager
    people.pop(act.user.pk, None)
    told = [one for one in people.values() if one.is_active]
    if act.actor.channel == CHANNEL:
        lately = Notice.objects.filter(text=ALONE, values__who=act.user.name, at__gte=act.now - AT_ONCE)
        told = [one for one in told if not lately.filter(user=one).exists()]
    act.tell_all(told, "person", ALONE, who=act.user.name, name=person.name)


def leaders(unit: Unit | None) -> QuerySet[User]:
    """Return who leads a unit: the line managers of the people in it."""
    return User.objects.filter(is_active=True, reports__unit=unit, reports__is_active=True).distinct()


def tell_of_place(act: Act, user: User, unit: Unit | None, manager: User | None) -> None:
    """Tell a person, who leads them and the units, and who administers there, of a new unit or manager, and who did it.

    `user` is as they were until now.
    """
    moved, led = unit != user.unit, manager != user.manager
    if not moved and not led:
        return
    people = {one.pk: one for one in (user, user.manager, manager) if one is not None}
    if moved:
        people |= {one.pk: one for place in (user.unit, unit) for one in leaders(place)}
    by = act.actor.user
    values = {"name": user.name, "manager": manager.name if manager is not None else "–"}
    if moved:
        before = user.unit.name if user.unit is not None else "–"
        values |= {"before": before, "where": unit.name if unit is not None else "–"}
    if by is None:
        text = gettext_noop("%(name)s reports to %(manager)s from now on.")
        if manager is None:
            text = gettext_noop("%(name)s reports to nobody from now on.")
        if moved:
            text = gettext_noop(
                "%(name)s goes from %(before)s to %(where)s and reports to %(manager)s from now on."
            )
    else:
        places = {place.pk for place in (user.unit, unit) if place is not None}
        people |= {one.pk: one for place in sorted(places) for one in who_may(ADMINISTER, place)}
        people.pop(by.pk, None)
        values["who"] = by.name
        text = gettext_noop("%(name)s reports to %(manager)s from now on, as %(who)s entered.")
        if manager is None:
            text = gettext_noop("%(name)s reports to nobody from now on, as %(who)s entered.")
        if moved:
            text = gettext_noop(
                "%(name)s goes from %(before)s to %(where)s and reports to %(manager)s from now on, as %(who)s entered."
            )
    act.tell_all([one for one in people.values() if one.is_active], "person", text, **values)

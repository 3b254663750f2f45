"""Who reports to whom: what a line may not be, who may not put themself at its head, and who is told of it."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.taking import units_before, why_taken
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop


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


def not_under_oneself(
    act: Act, person: User, manager: User | None, units: Iterable[Unit | None], field: str = "manager"
) -> None:
    """Refuse an administrator who makes themself somebody's manager: who leads people judges what they can.

    However they would come to it: by entering, moving or taking up the person, or by following who led them. `units`
    are those in which the person was and will be; those from which the actor moved them a short while ago count as
    well, and so does who administers there no longer because the actor took that from them.
    """
    if manager is None or manager != act.actor.user or (person.pk and manager.pk == person.manager_id):
        return
    places = {unit.pk: unit for unit in units if unit is not None}
    if hasattr(person, "file"):
        places |= {unit.pk: unit for unit in units_before(person.file.record, manager)}
    for unit in places.values():
        others = people_permitted(ADMINISTER, unit).exclude(pk__in=(manager.pk, person.pk))
        other = others.order_by("name", "pk").first()
        if other is not None:
            sentence = _(
                "Nobody makes themself the manager of somebody; ask %(name)s, who administers there too."
            )
            raise Refused({field: sentence % {"name": other.name}})
        if why := why_taken(manager, [ADMINISTER], unit.pk, but=[person.pk]):
            raise Refused({field: why})


def leaders(unit: Unit | None) -> QuerySet[User]:
    """Return who leads a unit: the line managers of the people in it."""
    return User.objects.filter(is_active=True, reports__unit=unit, reports__is_active=True).distinct()


def tell_of_place(act: Act, user: User, unit: Unit | None, manager: User | None) -> None:
    """Tell a person, and who leads them and the units, of a new unit or manager; `user` is as they were until now."""
    moved, led = unit != user.unit, manager != user.manager
    if not moved and not led:
        return
    people = {one.pk: one for one in (user, user.manager, manager) if one is not None}
    if moved:
        people |= {one.pk: one for place in (user.unit, unit) for one in leaders(place)}
    if act.actor.user is not None:
        people.pop(act.actor.user.pk, None)
    values = {"name": user.name, "manager": manager.name if manager is not None else "–"}
    text = gettext_noop("%(name)s reports to %(manager)s from now on.")
    if moved:
        text = gettext_noop(
            "%(name)s goes from %(before)s to %(where)s and reports to %(manager)s from now on."
        )
        before = user.unit.name if user.unit is not None else "–"
        values |= {"before": before, "where": unit.name if unit is not None else "–"}
    act.tell_all([one for one in people.values() if one.is_active], "person", text, **values)

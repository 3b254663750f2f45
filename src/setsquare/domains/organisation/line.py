"""Who reports to whom: what a line may not be, who may not put themself at its head, and who is told of it."""

from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import User
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


def not_under_oneself(act: Act, user: User, manager: User | None) -> None:
    """Refuse an administrator who makes themself somebody's manager: who leads people judges what they can."""
    if manager is None or manager == user.manager or manager != act.actor.user:
        return
    other = (
        people_permitted(ADMINISTER, act.record.unit).exclude(pk=manager.pk).order_by("name", "pk").first()
    )
    if other is not None:
        sentence = _(
            "Nobody makes themself the manager of somebody; ask %(name)s, who administers there too."
        )
        raise Refused({"manager": sentence % {"name": other.name}})


def tell_of_line(act: Act, user: User, manager: User | None) -> None:
    """Tell a person, who led them and who leads them now that somebody else does."""
    if manager == user.manager:
        return
    text = gettext_noop("%(name)s reports to %(manager)s from now on.")
    people = {
        one.pk: one for one in (user, user.manager, manager) if one is not None and one != act.actor.user
    }
    values = {"name": user.name, "manager": manager.name if manager is not None else "–"}
    act.tell_all(list(people.values()), "person", text, **values)

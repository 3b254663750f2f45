"""What an administrator does not change of themself while another one is there, and who is told of a new name."""

from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.taking import why_taken
from setsquare.kernel.accounts.models import Grant, RolePermission, User
from setsquare.kernel.accounts.rights import in_force, people_permitted, who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop


def not_by_oneself(act: Act, person: User, field: str, sentence: str = "") -> None:
    """Refuse who changes of themself what another administrator can change: their name, their place, their manager.

    By their name somebody else seems to have signed, and who leads them judges what they can. Another `sentence` names
    whom to ask as `name`.
    """
    if act.actor.user is None or act.user.pk != person.pk or person.unit is None:
        return
    others = people_permitted(ADMINISTER, person.unit).exclude(pk=person.pk)
    other = others.order_by("name", "pk").first()
    if other is not None:
        sentence = sentence or _("Nobody changes this of themself; ask %(name)s, who administers there too.")
        raise Refused({field: sentence % {"name": other.name}})
    if why := why_taken(person, [ADMINISTER], person.unit_id):
        raise Refused({field: why})


def _printed(name: str, title: str) -> str:
    """Return a name with the job title, as under a signature."""
    return f"{name}, {title}" if title else name


def tell_of_name(act: Act, user: User, name: str, title: str) -> None:
    """Tell a person, and who else administers there, of a new name or job title: both are printed under signatures.

    `name` and `title` are those until now. Where somebody changed their own, because nobody else administers there, all
    are told who administer anything, and who works in the same unit.
    """
    people = {user.pk: user}
    if user.unit_id is not None:
        people |= {one.pk: one for one in who_may(ADMINISTER, user.unit_id)}
    if act.actor.user == user:
        roles = RolePermission.objects.filter(permission=ADMINISTER).values("role_id")
        grants = Grant.objects.filter(in_force(act.now), role_id__in=roles)
        active = User.objects.filter(is_active=True)
        people |= {one.pk: one for one in active.filter(pk__in=grants.values("user_id"))}
        people |= {one.pk: one for one in active.filter(unit=user.unit)}
    if act.actor.user is not None:
        people.pop(act.actor.user.pk, None)
    text = gettext_noop("%(who)s changed what is printed under signatures, from %(before)s to %(after)s.")
    who = act.user.name if act.actor.user is not None else "Setsquare"
    values = {
        "who": name if act.actor.user == user else who,
        "before": _printed(name, title),
        "after": _printed(user.name, user.title),
    }
    act.tell_all([one for one in people.values() if one.is_active], "person", text, **values)

"""What the move of a unit would do to rights and rules, who leaves it to somebody else, and who is told."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.organisation.granting import not_over
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import is_alone
from setsquare.kernel.accounts.confirming import counts_at_once
from setsquare.kernel.accounts.models import Grant, RolePermission, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import granted_around, permissions_in, who_may
from setsquare.kernel.authority.asking import rules_of
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.authorising import line_may, may_concern, permissions_for
from setsquare.kernel.commands.declaration import commands_of
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import all_things
from setsquare.kernel.writing.sentences import some


def _above(unit: Unit | None) -> QuerySet[UnitPath, int]:
    """Return the ids of a unit and all above it."""
    return UnitPath.objects.filter(descendant=unit).values_list("ancestor_id", flat=True)


def check_move(act: Act, unit: Unit, parent: Unit) -> None:
    """Refuse who moves a unit alone by which they get rights over it, or loosen what binds them there.

    Rights and rules follow the tree: below a unit where somebody holds roles, they hold them over what is moved there,
    and a rule of another place no longer reaches it. Nobody grants themself a role, and nobody withdraws a rule that
    binds them; so neither is done by a move, but by somebody else who administers both places. Who sets up an
    installation, where nobody else works yet, may.
    """
    if act.actor.user is None or is_alone(act.user) or unit.parent_id == parent.pk:
        return
    if unit.parent_id is not None and ADMINISTER not in permissions_in(act.user, unit.parent_id):
        sentence = _("You do not administer %(name)s; ask somebody who does.")
        name = unit.parent.name if unit.parent is not None else ""
        raise Refused({"parent": sentence % {"name": name}})
    if _gained(act, unit, parent):
        sentence = _("By this move you would get rights over %(unit)s that you do not hold today. %(ask)s")
        raise Refused({"parent": sentence % {"unit": unit.name, "ask": _ask(act, unit, parent)}})
    binding = [rule for rule in rules_left_behind(unit, parent) if _binds(act.user, unit, rule)]
    if binding:
        sentence = _("By this move, rules that bind you would no longer hold in %(unit)s: %(rules)s. %(ask)s")
        values = {"unit": unit.name, "rules": some(rule.number for rule in binding)}
        raise Refused({"parent": sentence % {**values, "ask": _ask(act, unit, parent)}})


def _gained(act: Act, unit: Unit, parent: Unit) -> set[str]:
    """Return the permissions that the actor would hold over the unit, now or later, and does not hold there today."""
    there = Grant.objects.filter(not_over(act.now), user=act.user, unit_id__in=_above(parent))
    held = RolePermission.objects.filter(role_id__in=there.values("role_id"))
    return set(held.values_list("permission", flat=True)) - permissions_in(act.user, unit.pk)


def rules_left_behind(unit: Unit, parent: Unit) -> tuple[RuleInForce, ...]:
    """Return the rules in force that hold in a unit today and would not, once it is part of another one."""
    found = Rule.objects.filter(unit_id__in=_above(unit.parent)).exclude(unit_id__in=_above(parent))
    return rules_of(found)


def _binds(user: User, unit: Unit, rule: RuleInForce) -> bool:
    """Tell whether a rule is asked at anything that somebody's roles, or their place in the line, let them do there."""
    around = granted_around(unit.pk, within=True)
    grants = Grant.objects.filter(not_over(timezone.now()), around, user=user)
    found = RolePermission.objects.filter(role_id__in=grants.values("role_id"))
    held = set(found.values_list("permission", flat=True))
    for command in (one for thing in all_things() for one in commands_of(thing.code)):
        if command.who and may_concern(rule, command):
            asked = permissions_for(command)
            if not asked or line_may(command) or held & asked:
                return True
    return False


def _ask(act: Act, unit: Unit, parent: Unit) -> str:
    """Return whom to ask instead."""
    there = {person.pk for person in who_may(ADMINISTER, unit.parent_id or parent.pk)}
    for person in who_may(ADMINISTER, parent.pk):
        if person.pk in there and person != act.user:
            return _("Ask %(name)s, who administers both places.") % {"name": person.name}
    return _("First make somebody else administrator of both places, and ask them.")


def _losing(act: Act, unit: Unit, before: Unit | None) -> list[User]:
    """Return who held rights over a moved unit by its old place and holds them there no longer, by name.

    To read what is not confidential, and to draft, are none of which anybody is told: most people hold those.
    """
    there = Grant.objects.filter(not_over(act.now), user__is_active=True, starts__lte=act.now)
    permissions = "role__permissions__permission"
    gone = there.filter(unit_id__in=_above(before)).exclude(unit_id__in=_above(unit))
    lost = set(gone.values_list("user_id", permissions))
    kept = there.filter(unit_id__in=_above(unit), user_id__in=gone.values("user_id"))
    lost -= set(kept.values_list("user_id", permissions))
    people = {pk for pk, permission in lost if permission and not counts_at_once(permission)}
    return list(User.objects.filter(pk__in=people).order_by("name", "pk"))


def tell_of_move(act: Act, unit: Unit, before: Unit | None, rules: Iterable[RuleInForce]) -> None:
    """Tell who leads people in a moved unit, who administers its old or new place, and who loses rights over it."""
    led = User.objects.filter(
        is_active=True, reports__is_active=True, reports__unit__paths_up__ancestor=unit
    ).distinct()
    places = {place.pk for place in (before, unit) if place is not None}
    administer = [person for place in sorted(places) for person in who_may(ADMINISTER, place)]
    people = {
        person.pk: person
        for person in (*led, *administer, *_losing(act, unit, before))
        if person != act.actor.user
    }
    text = gettext_noop("%(name)s moved %(where)s from %(before)s to %(after)s; rights follow the tree.")
    values = {
        "name": act.user.name if act.actor.user is not None else "Setsquare",
        "where": unit.name,
        "before": before.name if before is not None else "–",
        "after": unit.parent.name if unit.parent is not None else "–",
    }
    if numbers := some(rule.number for rule in rules):
        text = gettext_noop(
            "%(name)s moved %(where)s from %(before)s to %(after)s; rights follow the tree, and these rules no longer"
            " hold there: %(rules)s."
        )
        values["rules"] = numbers
    act.tell_all(people.values(), "role", text, **values)

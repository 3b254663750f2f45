"""A rule that would leave nobody able to act is not put into force."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.authority.in_words import done_by_people, told
from setsquare.domains.authority.models import AuthorityRule
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.authorising import (
    able,
    candidates,
    concerns_always,
    may_concern,
    nearest,
    rules_for,
)
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import Refused


def refuse_lockout(made: Rule) -> None:
    """Refuse a rule just made by which, with the others in force, nobody could carry out one of its commands.

    Looked at are its own unit and those below that have rules of their own, each with the units below it.
    """
    for command in always_concerned_by(made):
        for unit in _places(made):
            _refuse(made, command, unit)


def concerned_by(made: Rule | AuthorityRule) -> Iterator[Command]:
    """Yield the commands at which a rule may be asked."""
    return (command for command in done_by_people().values() if may_concern(made, command))


def always_concerned_by(made: Rule | AuthorityRule) -> Iterator[Command]:
    """Yield the commands at which a rule is asked, whatever their signature says of the record."""
    return (command for command in done_by_people().values() if concerns_always(made, command))


def _places(made: Rule) -> list[Unit]:
    below = Rule.objects.filter(unit__paths_up__ancestor=made.unit).values("unit_id")
    return list(Unit.objects.filter(pk__in=below, closed_on__isnull=True).order_by("pk"))


def _refuse(made: Rule, command: Command, unit: Unit) -> None:
    now = timezone.now()
    asked = [rule for rule in rules_for(command, unit.pk) if of_same_kind(rule, made)]
    if able(command, asked, unit.pk, now, within=True).exists():
        return
    values = {"command": told(command), "unit": unit.name}
    near = nearest(candidates(command, unit.pk, within=True), asked, unit, now)
    if near is None:
        sentence = _(
            "Nobody’s roles allow “%(command)s” in %(unit)s, so nobody could do it by this rule either."
        )
        raise Refused(sentence % values)
    sentence = _(
        "With this rule, nobody could do “%(command)s” in %(unit)s. %(name)s comes nearest, and lacks: %(lacks)s."
    )
    raise Refused(sentence % {**values, "name": near.person.name, "lacks": "; ".join(near.lacks)})


def of_same_kind(rule: RuleInForce, made: Rule | AuthorityRule) -> bool:
    """Tell whether both may be asked of the same record."""
    return not rule.kinds or not made.kinds or bool(set(rule.kinds) & set(made.kinds))

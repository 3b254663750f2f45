"""A rule that would leave nobody able to act is not put into force."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.authority.ground import Ground
from setsquare.domains.authority.in_words import done_by_people, of_same_kind, told
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.authorising import (
    Targeted,
    able,
    candidates,
    concerns_always,
    may_concern,
    nearest,
    permissions_for,
    rules_for,
)
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import Refused


def refuse_lockout(made: Rule) -> None:
    """Refuse a rule just made by which, with the others in force, nobody could carry out one of its commands.

    Looked at is its own unit with those below; and each of them for itself, where somebody’s roles let them do it there
    today. Where no role does and the record decides, looked at are the units below that have rules of their own.
    """
    commands = list(always_concerned_by(made))
    ground = Ground(made, commands)
    for command in commands:
        if not permissions_for(command):
            for unit in _places(made):
                _refuse(command, unit, _asked(made, command, unit))
            continue
        _refuse(command, made.unit, _asked(made, command, made.unit))
        if alone := ground.left_alone(command):
            _refuse_alone(command, alone, ground.rules_in(command, alone[0]))


def concerned_by(made: Targeted) -> Iterator[Command]:
    """Yield the commands at which a rule may be asked."""
    return (command for command in done_by_people().values() if may_concern(made, command))


def always_concerned_by(made: Targeted) -> Iterator[Command]:
    """Yield the commands at which a rule is asked, whatever their signature says of the record."""
    return (command for command in done_by_people().values() if concerns_always(made, command))


def _places(made: Rule) -> list[Unit]:
    below = Rule.objects.filter(unit__paths_up__ancestor=made.unit).values("unit_id")
    return list(Unit.objects.filter(pk__in=below, closed_on__isnull=True).order_by("pk"))


def _asked(made: Rule, command: Command, unit: Unit) -> list[RuleInForce]:
    return [rule for rule in rules_for(command, unit.pk) if of_same_kind(rule, made)]


def _refuse(command: Command, unit: Unit, asked: Sequence[RuleInForce]) -> None:
    now = timezone.now()
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


def _refuse_alone(command: Command, units: Sequence[Unit], asked: Sequence[RuleInForce]) -> None:
    first, more = units[0], len(units) - 1
    near = nearest(candidates(command, first.pk), asked, first, timezone.now())
    values = {"command": told(command), "unit": first.name, "count": more}
    sentence = _("With this rule, nobody could do “%(command)s” any more in %(unit)s.")
    if more:
        sentence = ngettext(
            "With this rule, nobody could do “%(command)s” any more in %(unit)s and %(count)s further unit.",
            "With this rule, nobody could do “%(command)s” any more in %(unit)s and %(count)s further units.",
            more,
        )
    told_of = [sentence % values]
    if near is not None:
        lacking = _("%(name)s comes nearest, and lacks: %(lacks)s.")
        told_of.append(lacking % {"name": near.person.name, "lacks": "; ".join(near.lacks)})
    raise Refused(" ".join(told_of))

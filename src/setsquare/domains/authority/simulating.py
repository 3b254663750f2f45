"""What a rule would change: who would gain a command, who would lose it, and which open tasks that concerns."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.authority import in_words
from setsquare.domains.authority.in_words import of_same_kind
from setsquare.domains.authority.lockout import concerned_by
from setsquare.domains.authority.looking import units_looked_at
from setsquare.domains.authority.models import AuthorityRule
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.authority.asking import in_roles, meeting, qualified
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.commands.authorising import (
    candidates,
    concerns_always,
    countersigning,
    may_concern,
    permissions_for,
    record_decides,
    rules_for,
)
from setsquare.kernel.commands.declaration import Command, owns
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain, thing_of
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values
from setsquare.kernel.tasks.kinds import all_kinds
from setsquare.kernel.tasks.models import Task

SIMULATED = ("draft", "in_approval", "in_force")
"""States of a rule of which it can be told what it would change; in force: what its withdrawal would."""


NOWHERE = gettext_lazy(
    "There is no open unit where this rule holds and of which you may see who may do what."
)

LOSE, SHARED, GAIN, THEN = "lose", "supervised", "gain", "then"
"""Of whom it is told: who loses it, who of these may with a countersignature, who gains it, who may then."""
_ANYBODY, _NOBODY = Q(pk__isnull=False), Q(pk__in=())


@dataclass(frozen=True)
class Effect:
    """What becomes of one command in a unit and below it; independence of each record comes on top."""

    command: Command
    candidates: QuerySet[User]
    """Whose roles allow it, as far as they meet the rules that stay: only of them anything changes."""
    now: Q
    """The condition by which they may do it now."""
    then: Q
    shared: Q
    """The condition by which they may do it under supervision then, which takes somebody who may countersign."""
    unattended: bool
    """Whether the rule lets others do it under supervision, but nobody there may countersign then."""
    by_meaning: bool
    """Whether the rule is asked only where the record has the signature say what it names."""
    tasks: QuerySet[Any]
    """Open tasks of those who lose it wholly; `stranded` are those that nobody may do then."""

    @property
    def record_alone(self) -> bool:
        """Whether nothing but the record decides: what is told of people is who meets the rules, not who may."""
        return self.by_meaning or record_decides(self.command)

    def people(self, which: str) -> QuerySet[User]:
        """Return those of whom something is told."""
        lose = self.now & ~self.then
        found = {LOSE: lose, SHARED: lose & self.shared, GAIN: self.then & ~self.now, THEN: self.then}
        return self.candidates.filter(found[which])

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many they are, and how many may do it `now`; one query, which looks at everybody once."""
        rows = (
            self.candidates.order_by()
            .annotate(now=_told(self.now), later=_told(self.then), shared=_told(self.shared))
            .values_list("now", "later", "shared")
            .annotate(number=Count("pk"))
        )
        found = dict.fromkeys(("now", LOSE, SHARED, GAIN, THEN), 0)
        for now, later, shared, number in rows:
            found["now"] += number * now
            found[THEN] += number * later
            found[GAIN] += number * (later and not now)
            found[LOSE] += number * (now and not later)
            found[SHARED] += number * (now and not later and shared)
        return found

    @cached_property
    def task_counts(self) -> tuple[int, int]:
        """Return how many open tasks those have who lose it wholly, and how many of these nobody could do."""
        rows = self.tasks.order_by().values_list("stranded").annotate(number=Count("pk"))
        found = dict(rows)
        return sum(found.values()), found.get(True, 0)


def _told(condition: Q) -> Combinable:
    return ExpressionWrapper(condition, BooleanField())


def commands_of_change(rule: AuthorityRule) -> list[Command]:
    """Return the commands at which the rule is asked, or the edition that it takes the place of."""
    known = {command.key: command for one in _with_replaced(rule) for command in concerned_by(one)}
    return list(known.values())


def _with_replaced(rule: AuthorityRule) -> list[AuthorityRule]:
    """Return a rule, and the edition that it takes the place of."""
    return [rule, *([rule.replaces.authority_rule] if rule.replaces is not None else [])]


def units_of_change(user: User, rule: AuthorityRule) -> list[Unit]:
    """Return the rule's unit and those below it, as far as a person may look who may do what there; its own first."""
    seen = units_looked_at(user).filter(paths_up__ancestor_id=rule.record.unit_id)
    return sorted(seen, key=lambda unit: unit.pk != rule.record.unit_id)


def unit_of_change(user: User, rule: AuthorityRule, code: str = "") -> Unit:
    """Return the unit with a code among those of `units_of_change`, without a code the first.

    Raises Refused where it is none of them, NotPermitted where there is none.
    """
    units = units_of_change(user, rule)
    unit = next((one for one in units if one.code == code or not code), None)
    if unit is not None:
        return unit
    if code:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    raise NotPermitted(NOWHERE)


def effect(rule: AuthorityRule, command: Command, unit: Unit) -> Effect:
    """Return what approving a rule would change of a command in a unit; of one in force, what withdrawing it would.

    Whoever owns a record counts where owning it is enough by the command.
    """
    now = timezone.now()
    before = [one for one in rules_for(command, unit.pk) if of_same_kind(one, rule)]
    gone = {rule.record_id, rule.replaces_id}
    after = [one for one in before if one.pk not in gone]
    leaving = [one for one in before if one.pk in gone]
    asked = [one for one in _with_replaced(rule) if may_concern(one, command)]
    by_meaning = not any(concerns_always(one, command) for one in asked)
    comes = rule.record.state != "in_force" and concerns_always(rule, command)
    then = _Then(rule, command, after, now, comes)
    people = _whose_rights_allow(command, unit).select_related("unit").order_by("name", "pk")
    people = people.filter(meeting(after, unit.pk, now, within=True))
    if command.signature is not None:
        people = people.filter(may_sign=True)
    may_now = _ANYBODY & meeting(leaving, unit.pk, now, within=True)
    may_then = _ANYBODY & then.proposed(rule.needs, unit.pk, within=True) if comes else _ANYBODY
    losing = people.order_by().filter(may_now & ~may_then)
    wholly, shared, unattended = Q(), _NOBODY, False
    if comes and rule.countersigned and not command.outright and not command.never_locked:
        shared = _ANYBODY & then.proposed(rule.of_supervised, unit.pk, within=True)
        unattended = not then.supervisors(unit.pk, within=True).exists()
        attended = Exists(then.supervisors(OuterRef(OuterRef("record__unit_id"))))
        wholly = ~Q(attended) | Q(assignee__in=losing.filter(~shared).values("pk"))
    tasks = _tasks(command, unit).filter(wholly, assignee__in=losing.values("pk"))
    tasks = tasks.annotate(stranded=ExpressionWrapper(~then.somebody(), BooleanField()))
    return Effect(
        command, people, may_now, may_then, _NOBODY if unattended else shared, unattended, by_meaning, tasks
    )


def _whose_rights_allow(command: Command, unit: Unit) -> QuerySet[User]:
    """Return whose roles allow a command in a unit or below, and who owns a record there, where that is enough."""
    people = candidates(command, unit.pk, within=True)
    if owns not in command.who or not permissions_for(command):
        return people
    states = thing_of(command.thing).lifecycle.move(command.name).sources
    owned = Record.objects.filter(
        type=command.thing, state__in=states, unit__paths_up__ancestor_id=unit.pk
    ).values("owner_id")
    return User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=owned), is_active=True)


@dataclass(frozen=True)
class _Then:
    """What holds of a command once a rule is in force, or out of force where it does not come."""

    rule: AuthorityRule
    command: Command
    after: Sequence[RuleInForce]
    now: dt.datetime
    comes: bool

    def proposed(self, asked: Iterable[dict[str, Any]], unit: Any, *, within: bool = False) -> Q:
        """Return the condition by which people meet the rule as it is written, with what it asks of them."""
        condition = qualified([in_words.asked(need) for need in asked], self.now)
        if self.rule.roles:
            roles = Q(role__code__in=self.rule.roles)
            condition &= in_roles(roles, unit, self.now, within=within)
        return condition

    def supervisors(self, unit: Any, *, within: bool = False) -> QuerySet[User]:
        """Return who may countersign it in a unit."""
        asked = [*self.rule.needs, *self.rule.of_supervisor]
        people = countersigning(self.command, self.after, unit, self.now, within=within)
        return people.filter(self.proposed(asked, unit, within=within))

    def somebody(self) -> Q:
        """Return the condition on a task that somebody may do it: by their roles in its unit, or as owner."""
        here = OuterRef(OuterRef("record__unit_id"))
        meets = meeting(self.after, here, self.now)
        if self.comes:
            meets &= self.proposed(self.rule.needs, here)
        found = Q(Exists(candidates(self.command, here).filter(meets)))
        if owns in self.command.who:
            found |= Q(Exists(User.objects.filter(meets, pk=OuterRef("record__owner_id"), is_active=True)))
        return found


def as_values(found: Effect, most: int) -> Values:
    """Return an effect as JSON values; of people and tasks the first ones, beside how many there are.

    Where the record alone decides, nobody is counted or named who may.
    """
    alone = found.record_alone
    counts = dict.fromkeys(found.counts) if alone else found.counts
    some = 0 if alone else most
    return {
        "command": found.command.key,
        "by_the_record": alone,
        "may_now": counts["now"],
        "may_then": counts[THEN],
        "gains": counts[GAIN],
        "gain": [deeds.person(person) for person in found.people(GAIN)[:some]],
        "loses": counts[LOSE],
        "lose": [deeds.person(person) for person in found.people(LOSE)[:some]],
        "unattended": found.unattended,
        "supervised": [deeds.person(person) for person in found.people(SHARED)[:some]],
        "tasks": [
            {
                "record": task.record.number,
                "person": deeds.person(task.assignee),
                "due": plain(task.due),
                "stranded": task.stranded,
            }
            for task in found.tasks[:most]
        ],
        "stranded": found.task_counts[1],
    }


def _tasks(command: Command, unit: Unit) -> QuerySet[Task]:
    kinds = [kind.code for kind in all_kinds() if kind.command == command.name and kind.delegable]
    found = Task.objects.filter(kind__in=kinds, done__isnull=True, record__type=command.thing)
    here = found.filter(record__unit__paths_up__ancestor=unit)
    return here.select_related("record", "assignee").order_by("due", "id")

"""In which units of a rule somebody can do something today, and nobody could by it: reckoned for all at once.

All that is asked of the database is asked once, however many units and commands a rule concerns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from setsquare.domains.authority.in_words import of_same_kind
from setsquare.kernel.accounts.models import Grant, RolePermission, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import in_force
from setsquare.kernel.authority.asking import rules_of
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.authorising import concerns_always, line_may, permissions_for
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.qualifications.queries import holding

Units = frozenset[int]


class Reach(NamedTuple):
    """Where the rights of somebody hold: people of the same reach need not be looked at one by one."""

    granted: Units
    """Units in which their roles allow it, and in all below."""
    leads: Units
    """Units in which they lead somebody, where line managers may."""
    in_role: tuple[Units, ...]
    """For each rule that asks for a role, the units in which they hold one, and in all below."""

    def covers(self, unit: int, above: Units) -> bool:
        """Tell whether they may do it in a unit; `above` are those above it, itself included."""
        if unit not in self.leads and self.granted.isdisjoint(above):
            return False
        return not any(held.isdisjoint(above) for held in self.in_role)


class Ground:
    """The unit of a rule just made and all below it, with what people hold there; commands let people in by role."""

    def __init__(self, made: Rule, commands: Iterable[Command]) -> None:
        self.made = made
        self.commands = list(commands)
        self.now = timezone.now()

    def left_alone(self, command: Command) -> list[Unit]:
        """Return the units in which somebody may do it today and nobody could any more, from the top of the tree."""
        asked = self._asked_at(command)
        groups: dict[frozenset[int], list[int]] = {}
        for unit, above in self._above.items():
            here = frozenset(rule.pk for rule in asked if self._place_of[rule.pk] in above)
            groups.setdefault(here, []).append(unit)
        lost: list[int] = []
        for keys, units in groups.items():
            rules = [rule for rule in asked if rule.pk in keys]
            today = self._open(command, [rule for rule in rules if rule.pk != self.made.pk], units)
            lost += today - self._open(command, rules, today)
        return sorted(
            (self._units[unit] for unit in lost), key=lambda unit: (len(self._above[unit.pk]), unit.name)
        )

    def rules_in(self, command: Command, unit: Unit) -> list[RuleInForce]:
        """Return the rules that are asked at a command in a unit."""
        above = self._above[unit.pk]
        return [rule for rule in self._asked_at(command) if self._place_of[rule.pk] in above]

    def _asked_at(self, command: Command) -> list[RuleInForce]:
        return [
            rule for rule in self._rules if concerns_always(rule, command) and of_same_kind(rule, self.made)
        ]

    def _open(self, command: Command, rules: Sequence[RuleInForce], units: Collection[int]) -> set[int]:
        reaches = self._reaches(command, rules)
        return {unit for unit in units if any(reach.covers(unit, self._above[unit]) for reach in reaches)}

    def _reaches(self, command: Command, rules: Sequence[RuleInForce]) -> set[Reach]:
        """Return where people may do it who are qualified for some rules, each reach once."""
        roles = self._allowing(permissions_for(command))
        asking = [self._roles_of[rule.pk] for rule in rules if rule.roles]
        leads = self._leads if line_may(command) else {}
        found = set()
        for user in {*self._grants, *leads}:
            if command.signature is not None and user not in self._signing:
                continue
            held = self._held.get(user, {})
            if any(held.get(need[:2], 0) < need.level for rule in rules for need in rule.needs):
                continue
            grants = self._grants.get(user, ())
            found.add(
                Reach(
                    frozenset(unit for unit, role in grants if role in roles),
                    frozenset(leads.get(user, ())),
                    tuple(frozenset(unit for unit, role in grants if role in some) for some in asking),
                )
            )
        return found

    def _allowing(self, permissions: Collection[str]) -> set[int]:
        return {role for role, permission in self._permissions if permission in permissions}

    @cached_property
    def _units(self) -> Mapping[int, Unit]:
        below = Unit.objects.filter(paths_up__ancestor_id=self.made.unit_id, closed_on__isnull=True)
        return {unit.pk: unit for unit in below}

    @cached_property
    def _above(self) -> Mapping[int, Units]:
        found: dict[int, set[int]] = {}
        below = UnitPath.objects.filter(ancestor_id=self.made.unit_id).values("descendant_id")
        rows = UnitPath.objects.filter(descendant_id__in=below)
        for unit, above in rows.values_list("descendant_id", "ancestor_id"):
            if unit in self._units:
                found.setdefault(unit, set()).add(above)
        return {unit: frozenset(above) for unit, above in found.items()}

    @cached_property
    def _place_of(self) -> Mapping[int, int]:
        below = UnitPath.objects.filter(ancestor_id=self.made.unit_id).values("descendant_id")
        above = UnitPath.objects.filter(descendant_id=self.made.unit_id).values("ancestor_id")
        rows = Rule.objects.filter(Q(unit_id__in=below) | Q(unit_id__in=above))
        return dict(rows.values_list("pk", "unit_id"))

    @cached_property
    def _rules(self) -> tuple[RuleInForce, ...]:
        return rules_of(Rule.objects.filter(pk__in=list(self._place_of)))

    @cached_property
    def _roles_of(self) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = {}
        rows = Rule.roles.through.objects.filter(rule_id__in=list(self._place_of))
        for rule, role in rows.values_list("rule_id", "role_id"):
            found.setdefault(rule, set()).add(role)
        return found

    @cached_property
    def _permissions(self) -> list[tuple[int, str]]:
        wanted = {permission for command in self.commands for permission in permissions_for(command)}
        return list(RolePermission.objects.filter(permission__in=wanted).values_list("role_id", "permission"))

    @cached_property
    def _grants(self) -> Mapping[int, list[tuple[int, int]]]:
        """Return the units and roles of the grants that count, by person."""
        roles = {role for role, _permission in self._permissions}
        roles.update(*self._roles_of.values())
        places = UnitPath.objects.filter(ancestor_id=self.made.unit_id).values("descendant_id")
        above = UnitPath.objects.filter(descendant_id=self.made.unit_id).values("ancestor_id")
        rows = Grant.objects.filter(
            in_force(self.now),
            Q(unit_id__in=places) | Q(unit_id__in=above),
            role_id__in=roles,
            user__is_active=True,
        )
        found: dict[int, list[tuple[int, int]]] = {}
        for user, unit, role in rows.values_list("user_id", "unit_id", "role_id"):
            found.setdefault(user, []).append((unit, role))
        return found

    @cached_property
    def _leads(self) -> Mapping[int, set[int]]:
        below = UnitPath.objects.filter(ancestor_id=self.made.unit_id).values("descendant_id")
        led = User.objects.filter(unit_id__in=below, is_active=True, manager__is_active=True)
        found: dict[int, set[int]] = {}
        for manager, unit in led.values_list("manager_id", "unit_id").distinct():
            if manager is not None and unit is not None:
                found.setdefault(manager, set()).add(unit)
        return found

    @cached_property
    def _signing(self) -> set[int]:
        return set(User.objects.filter(is_active=True, may_sign=True).values_list("pk", flat=True))

    @cached_property
    def _held(self) -> Mapping[int, Mapping[tuple[str, str], int]]:
        """Return what people hold of what the rules ask, by person."""
        subjects = {need.subject for rule in self._rules for need in rule.needs}
        if not subjects:
            return {}
        rows = holding(self.now).filter(subject__number__in=subjects)
        found: dict[int, dict[tuple[str, str], int]] = {}
        for user, subject, topic, level in rows.values_list("user_id", "subject__number", "topic", "level"):
            held = found.setdefault(user, {})
            held[subject, topic] = max(level, held.get((subject, topic), 0))
        return found

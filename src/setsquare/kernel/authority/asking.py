"""The rules in force that one person before a record meets, with what they have of what is asked: by one query."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.accounts.prepared import Asked as AskedBy
from setsquare.kernel.accounts.rights import granted_around, in_force
from setsquare.kernel.authority.deciding import Asked, Held, Owner, RuleInForce, Standing
from setsquare.kernel.authority.models import Rule, Target, Whose
from setsquare.kernel.database.statements import stand_in
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature

_IN, _THING = stand_in(3), "a type that stands for the one asked for"
OF_RULE = (
    "record_id",
    "record__number",
    "version",
    "commands",
    "meanings",
    "kinds",
    "role_names",
    "independent",
    "countersigned",
    "break_glass",
    "record__owner_id",
    "record__owner__name",
)
OF_NEED = (
    "needs__whose",
    "needs__subject__owner_id",
    "needs__subject__owner__name",
    "needs__subject__number",
    "needs__topic",
    "needs__level",
    "needs__title",
    "needs__grade",
    "needs__subject__title",
)


_ASKED_OF = {
    Whose.EVERYBODY.value: "needs",
    Whose.SUPERVISED.value: "of_supervised",
    Whose.SUPERVISOR.value: "of_supervisor",
}


class Before(NamedTuple):
    """The rules that may be asked where somebody stands, and what they have of it."""

    rules: tuple[RuleInForce, ...]
    standing: Standing


def binding(thing: Any, unit: Any) -> QuerySet[Rule]:
    """Return the rules in force that may concern records of a type in a unit."""
    targets = Target.objects.filter(thing__in=(thing, "")).values("rule_id")
    return Rule.objects.filter(pk__in=targets, unit__paths_down__descendant_id=unit)


def binding_in(unit: Any) -> QuerySet[Rule]:
    """Return the rules in force in a unit, whatever they are asked at."""
    return Rule.objects.filter(unit__paths_down__descendant_id=unit)


def rules_asking_for(subject: Record) -> list[str]:
    """Return the numbers of the rules in force that ask for a qualification in a record."""
    rows = Rule.objects.filter(needs__subject=subject).distinct().order_by("record__number_key")
    return list(rows.values_list("record__number", flat=True))


def signer_of_evidence() -> Subquery:
    """Return who signed on the record that shows a qualification, at the time at which it was given."""
    rows = Signature.objects.filter(record=OuterRef("evidence"), at=OuterRef("given")).order_by("id")
    return Subquery(rows.values("printed_name")[:1])


def _rows(found: QuerySet[Rule], user: User, now: dt.datetime) -> QuerySet[Rule, Any]:
    granted = Grant.objects.filter(
        in_force(now),
        user_id=user.pk,
        role__rules_in_force=OuterRef("pk"),
        unit__paths_down__descendant_id=_IN,
    )
    held = Qualification.objects.filter(
        user_id=user.pk,
        subject=OuterRef("needs__subject"),
        topic=OuterRef("needs__topic"),
        ended__isnull=True,
        since__lte=now,
        level__gt=0,
    )
    return found.order_by("record__number_key", "needs__id").values_list(
        *OF_RULE,
        *OF_NEED,
        Exists(granted),
        Subquery(held.values("level")[:1]),
        Subquery(held.values("until")[:1]),
        Subquery(held.values("evidence__number")[:1]),
        Subquery(held.values_list(signer_of_evidence())[:1]),
    )


_BEFORE: AskedBy[Rule] = AskedBy(
    lambda user, now: _rows(binding(_THING, _IN), user, now), lambda: {_IN: "place", _THING: "thing"}
)
_BEFORE_ALL: AskedBy[Rule] = AskedBy(
    lambda user, now: _rows(binding_in(_IN), user, now), lambda: {_IN: "place"}
)


def before(user: User, thing: str, unit_id: int | None) -> Before:
    """Return the rules that may concern what `user` does to a record of a type in a unit, by one query."""
    return _read(user, _BEFORE.rows(user, thing=thing, place=unit_id))


def before_all(user: User, unit_id: int) -> Before:
    """Return every rule that holds in a unit, and what `user` has of what they ask, by one query."""
    return _read(user, _BEFORE_ALL.rows(user, place=unit_id))


def _read(user: User, rows: Iterable[tuple[Any, ...]]) -> Before:
    rules: dict[int, RuleInForce] = {}
    held: dict[tuple[str, str], Held] = {}
    in_role = set()
    for row in rows:
        *asked, granted, level, until, evidence, signed_by = row
        rule = collect(rules, asked)
        if granted:
            in_role.add(rule.pk)
        if level is not None:
            _whose, _owner, _named, subject, topic, *_words = asked[len(OF_RULE) :]
            held[subject, topic] = Held(level, until, evidence, signed_by or "")
    return Before(tuple(rules.values()), Standing(held, frozenset(in_role), user.pk))


def collect(rules: dict[int, RuleInForce], row: Sequence[Any]) -> RuleInForce:
    """Put a row with the columns `OF_RULE` and `OF_NEED` to the rule that it belongs to, and return that."""
    *of_rule, owner, called = row[: len(OF_RULE)]
    whose, of_subject, named, *need = row[len(OF_RULE) :]
    of_rule.append(Owner(owner, called))
    rule = rules.get(of_rule[0]) or RuleInForce(*of_rule)
    if whose is not None:
        rule = rule.asking(_ASKED_OF[whose], Asked(*need), Owner(of_subject, named))
    rules[rule.pk] = rule
    return rule


def rules_of(rows: QuerySet[Rule]) -> tuple[RuleInForce, ...]:
    """Return rules in force with what they ask, whoever meets it, by one query."""
    rules: dict[int, RuleInForce] = {}
    for row in rows.order_by("record__number_key", "needs__id").values_list(*OF_RULE, *OF_NEED):
        collect(rules, row)
    return tuple(rules.values())


def meeting(rules: Iterable[RuleInForce], unit_id: Any, now: dt.datetime, *, within: bool = False) -> Q:
    """Return the condition by which people meet rules in a unit, independence aside.

    With `within`, a role counts that they hold in a unit below, too.
    """
    rules = list(rules)
    condition = qualified((need for rule in rules for need in rule.needs), now)
    if in_role := [rule.pk for rule in rules if rule.roles]:
        granted = _granted(Q(role__rules_in_force__in=in_role), unit_id, now, within=within)
        condition &= _meeting_all(granted, len(in_role), "role__rules_in_force")
    return condition


def in_roles(roles: Q, unit_id: Any, now: dt.datetime, *, within: bool = False) -> Q:
    """Return the condition by which people hold one of some roles in a unit, with `within` or in one below."""
    return Q(pk__in=_granted(roles, unit_id, now, within=within).values("user_id"))


def _granted(roles: Q, unit_id: Any, now: dt.datetime, *, within: bool) -> QuerySet[Grant]:
    return Grant.objects.filter(in_force(now), granted_around(unit_id, within=within), roles)


def qualified(needs: Iterable[Asked], now: dt.datetime) -> Q:
    """Return the condition by which people hold all of some qualifications, each at the highest level asked for."""
    levels: dict[tuple[str, str], int] = {}
    for need in needs:
        levels[need[:2]] = max(need.level, levels.get(need[:2], 0))
    if not levels:
        return Q()
    topics = {topic for _subject, topic in levels}  # by which the index is used, for all the ORs
    asked = Q()
    for (subject, topic), level in levels.items():
        asked |= Q(subject__number=subject, topic=topic, level__gte=level)
    return _meeting_all(holding(now).filter(asked, topic__in=topics), len(levels), "pk")


def _meeting_all(rows: QuerySet[Any], number: int, by: str) -> Q:
    """Return the condition by which people have rows of as many kinds as there are.

    One subquery however many these are: PostgreSQL planned one for each for longer than it took to run them.
    """
    if number > 1:
        rows = rows.values("user_id").annotate(met=Count(by, distinct=True)).filter(met=number)
    return Q(pk__in=rows.values("user_id"))

"""Authority: whether the rules in force let somebody carry out a command that their roles allow, and who else may."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, Protocol

from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.kernel.accounts.confirming import counts_at_once, is_waiting, why_waiting
from setsquare.kernel.accounts.models import Grant, RolePermission, Unit, User
from setsquare.kernel.accounts.rights import granted_around, in_force
from setsquare.kernel.authority.asking import binding, meeting, qualified, rules_of
from setsquare.kernel.authority.deciding import ALLOWED, Decision, RuleInForce
from setsquare.kernel.authority.deciding import decide as judge
from setsquare.kernel.authority.people import standings
from setsquare.kernel.commands.declaration import (
    Actor,
    Command,
    Situation,
    everybody,
    foretold,
)
from setsquare.kernel.commands.owing import Hand, owing, taken_from
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import Label, thing_of
from setsquare.kernel.tasks.kinds import all_kinds

MOST_LOOKED_AT = 10
"""Of how many people who may countersign it is looked at whether the record keeps them from it; of more, some may."""


def decide(situation: Situation, command: Command) -> Decision:
    """Decide by the rules in force whether the person may; the system always may."""
    if situation.actor.user is None:
        return ALLOWED
    if command.decided is not None:
        return command.decided(situation)
    rules = concerning(situation.authority.rules, situation, command)
    if not rules:
        return ALLOWED
    decision = judge(
        rules, situation.authority.standing, situation.now, partial(_involved, situation, command)
    )
    if decision.lacks and command.never_locked and not _somebody_may(situation, command, rules):
        return ALLOWED
    decision = ways_of(command, decision)
    if decision.supervised and command.key not in situation.attended:
        situation.attended[command.key] = _somebody_countersigns(situation, command)
    if decision.supervised and not situation.attended[command.key]:
        decision = decision.unsupervised()
    return _with_ways(decision, situation)


def _with_ways(decision: Decision, situation: Situation) -> Decision:
    """Return a refusal with what leads to what is lacking; in a list of many, nobody looks that up."""
    refused = bool(decision.lacks) and not decision.supervised
    listed = not situation.closely or situation.told_to_others
    return told_ways(decision, situation) if refused and not listed else decision


def told_ways(decision: Decision, situation: Situation) -> Decision:
    """Return a decision with what leads to what is lacking, as the form of a command tells it."""
    known = bool(decision.ways) or not any(lack.need for lack in decision.lacks)
    return decision if known else decision.with_ways(situation.ways)


def ways_of(command: Command, decision: Decision) -> Decision:
    """Return a decision without the ways that a command does not have."""
    if command.outright or command.never_locked:
        return replace(decision, supervised=False, breakable=False)
    return decision


def concerning(rules: Iterable[RuleInForce], situation: Situation, command: Command) -> list[RuleInForce]:
    """Return those of the rules that are asked where somebody stands before a command."""
    return [rule for rule in rules if _concerns(rule, situation, command)]


def decide_on_supervisor(situation: Situation, command: Command) -> Decision:
    """Decide whether the person may countersign the command that somebody else prepared: outright or not at all."""
    rules = [rule.for_supervisors() for rule in concerning(situation.authority.rules, situation, command)]
    involved = partial(_involved, situation, command)
    decision = judge(rules, situation.authority.standing, situation.now, involved)
    return replace(decision, supervised=False, breakable=False)


def supervisors(situation: Situation, command: Command) -> QuerySet[User]:
    """Return who may countersign what the person of the situation prepares, duties that are kept apart aside."""
    rules = concerning(situation.authority.rules, situation, command)
    people = countersigning(command, rules, situation.place_id or 0, situation.now)
    people = people.exclude(pk=situation.user.pk)
    record = situation.record
    if record is not None and any(rule.independent for rule in rules):
        people = people.exclude(pk=record.owner_id).exclude(username__in=situation.thing.authors(record))
    return people


def owing_supervisors(by: User, situation: Situation, command: Command) -> dict[int, User]:
    """Return who may countersign what somebody prepares by that person's hand alone; anybody's situation tells it."""
    rules = concerning(situation.authority.rules, situation, command)
    return owing_for([by], command, rules, situation.place_id)


def _somebody_countersigns(situation: Situation, command: Command) -> bool:
    """Tell whether somebody may countersign what the person would prepare; who is named in it shows only then."""
    rules = concerning(situation.authority.rules, situation, command)
    record = situation.record
    apart = record.pk if record is not None and any(rule.independent for rule in rules) else None
    allowed = (permissions_for(command), line_may(command))
    asked = (situation.place_id, *allowed, frozenset(rule.pk for rule in rules), apart)
    if asked not in situation.supervisors:
        situation.supervisors[asked] = list(supervisors(situation, command).order_by("pk")[:MOST_LOOKED_AT])
    known = situation.supervisors[asked]
    return len(known) == MOST_LOOKED_AT or any(could(person, situation, command) for person in known)


def could(person: User, situation: Situation, command: Command) -> bool:
    """Tell whether somebody who meets the rules sees the record, which is not about them, and no duties bar them."""
    record = situation.record
    theirs = Situation(Actor(person), situation.thing, record, situation.place_id)
    if any(rule(theirs) is not None for rule in command.barred):
        return False
    if record is None or not situation.closely:
        return True
    if person.username in situation.about:
        return False
    if person.pk not in situation.attended:
        situation.attended[person.pk] = may_see(situation.thing, person, record)
    return situation.attended[person.pk]


def _somebody_may(situation: Situation, command: Command, rules: Sequence[RuleInForce]) -> bool:
    """Tell whether anybody meets the rules before this record, whom their roles allow it.

    Who owns it or wrote on it does not count: nobody puts alone in order what they made themself. From whom the person
    took the right a short while ago still counts, where their qualifications meet the rules: nobody makes rules yield
    by taking roles from those who meet them.
    """
    record = situation.subject
    authors = situation.thing.authors(record)
    people = able(command, rules, record.unit_id, situation.now)
    if people.exclude(pk=record.owner_id).exclude(username__in=authors).exists():
        return True
    met = qualified((need for rule in rules for need in rule.needs), situation.now)
    for found in taken_from(situation.user, permissions_for(command), record.unit_id):
        taken = found.filter(met)
        if taken.exclude(pk=record.owner_id).exclude(username__in=authors).exists():
            return True
    return False


def able(
    command: Command, rules: Iterable[RuleInForce], unit_id: Any, now: dt.datetime, *, within: bool = False
) -> QuerySet[User]:
    """Return who meets rules among those whose roles allow a command in a unit, and can sign where it takes that."""
    people = candidates(command, unit_id, within=within).filter(meeting(rules, unit_id, now, within=within))
    return people.filter(may_sign=True) if command.signature is not None else people


def countersigning(
    command: Command, rules: Iterable[RuleInForce], unit_id: Any, now: dt.datetime, *, within: bool = False
) -> QuerySet[User]:
    """Return who may countersign a command by rules in a unit, whatever the record."""
    asked = [rule.for_supervisors() for rule in rules]
    return able(command, asked, unit_id, now, within=within).filter(may_sign=True)


def those_allowed(people: Sequence[User], situation: Situation, command: Command) -> list[User]:
    """Return whom of people rules in force let carry out a command on the record; all, where they let nobody."""
    return allowed_by_rules(people, situation, command) or list(people)


def allowed_by_rules(people: Sequence[User], situation: Situation, command: Command) -> list[User]:
    """Return whom of people rules in force let carry out a command on the record outright, which may be nobody."""
    record = situation.subject
    by_person = situation.actor.user is not None
    rules = situation.authority.rules if by_person else rules_of(binding(command.thing, record.unit_id))
    asked = concerning(rules, situation, command)
    if not asked:
        return list(people)
    made = {record.owner.username, *situation.thing.authors(record)}
    standing = standings(people, asked, record.unit_id, situation.now)
    allowed = [
        person
        for person in people
        if not judge(
            asked, standing[person.pk], situation.now, partial(made.__contains__, person.username)
        ).lacks
    ]
    if allowed and any(rule.independent for rule in asked):
        owed = owing_for(_makers(record), command, asked, record.unit_id)
        allowed = [person for person in allowed if person.pk not in owed] or allowed
    return allowed


def why_not_authorised(command: Command, situation: Situation) -> Label | None:
    """Return what rules in force keep the person from doing this, or None."""
    decision = decide(situation, command)
    if decision.breakable if situation.breaking else decision.supervised:
        return None
    return (decision.for_others if situation.told_to_others else decision.sentence) or None


def _concerns(rule: RuleInForce, situation: Situation, command: Command) -> bool:
    if not situation.thing.ruled:
        return False
    if command.key not in rule.commands and not _says(rule, situation, command):
        return False
    return not rule.kinds or _kind(situation) in rule.kinds


def _says(rule: RuleInForce, situation: Situation, command: Command) -> bool:
    meaning = command.meaning(situation) if rule.meanings else None
    return meaning is not None and meaning.code in rule.meanings


def _kind(situation: Situation) -> str | None:
    of = situation.thing.kind_of
    return of(situation.record) if of is not None and situation.record is not None else None


def _involved(situation: Situation, command: Command) -> bool | str:
    """Tell whether the person made the record, or why they are not independent of who did; empty where they are."""
    record, user = situation.record, situation.user
    if record is None:
        return False
    if record.owner_id == user.pk or user.username in situation.thing.authors(record):
        return True
    hand = hand_of(situation, command, _makers(record), record.unit_id)
    return hand.told if hand is not None and hand.others else ""


def _makers(record: Record) -> list[User]:
    """Return who owns a record or wrote on it."""
    names = thing_of(record.type).authors(record)
    return list(User.objects.filter(Q(pk=record.owner_id) | Q(username__in=names)).order_by("pk"))


def hand_of(
    situation: Situation, command: Command, makers: Iterable[User], unit_id: int | None
) -> Hand | None:
    """Return by whose hand alone the person may do this to what these made, with who else can; None by nobody's.

    It is looked up once, also for what the trail says of it.
    """
    known = tuple(makers)
    asked = (command.key, frozenset(one.pk for one in known), unit_id)
    if asked not in situation.hands:
        rules = concerning(situation.authority.rules, situation, command)
        situation.hands[asked] = _hand(situation, command, known, rules, unit_id)
    return situation.hands[asked]


def _hand(
    situation: Situation,
    command: Command,
    makers: tuple[User, ...],
    rules: Sequence[RuleInForce],
    unit_id: int | None,
) -> Hand | None:
    owed = owing_for(makers, command, rules, unit_id)
    giver = owed.get(situation.user.pk)
    if giver is None:
        return None
    kept_out = {situation.user.pk, *owed, *(one.pk for one in makers)}
    others = able(command, rules, unit_id, situation.now).exclude(pk__in=kept_out).order_by("name", "pk")
    names = tuple(one.name for one in others[:MOST_LOOKED_AT] if could(one, situation, command))
    return Hand(giver, makers, permissions_for(command), unit_id, names)


def owing_for(
    givers: Iterable[User], command: Command, rules: Iterable[RuleInForce], unit_id: int | None
) -> dict[int, User]:
    """Return who may carry out a command, or holds a role that a rule asks for, by a hand of some people alone."""
    known, permissions = list(givers), permissions_for(command)
    found = owing(known, permissions, unit_id) if permissions else {}
    for rule in rules:
        if rule.roles:
            found |= owing(known, (), unit_id, rule.roles)
    return found


class Targeted(Protocol):
    """What says at which commands and signature meanings it is asked: a rule in force, or one as it is written."""

    @property
    def commands(self) -> Collection[str]:
        """Return full names of commands."""

    @property
    def meanings(self) -> Collection[str]:
        """Return codes of what signatures say."""


def may_concern(rule: Targeted, command: Command) -> bool:
    """Tell whether a rule may be asked at a command: also where only the record tells what its signature says."""
    if not thing_of(command.thing).ruled:
        return False
    return command.key in rule.commands or not command.sayings.isdisjoint(rule.meanings)


def concerns_always(rule: Targeted, command: Command) -> bool:
    """Tell whether a rule is asked at a command, whatever its signature says of the record, if it is signed at all."""
    if not may_concern(rule, command):
        return False
    return command.key in rule.commands or command.sayings <= set(rule.meanings)


def rules_by_record(
    command: Command, unit_id: int
) -> tuple[tuple[RuleInForce, ...], tuple[RuleInForce, ...]]:
    """Return the rules in force that are asked at a command in a unit, whatever the record's kind, by one query.

    The second ones are asked only where the record has the signature say what they name.
    """
    found = [rule for rule in rules_of(binding(command.thing, unit_id)) if may_concern(rule, command)]
    always = tuple(rule for rule in found if concerns_always(rule, command))
    return always, tuple(rule for rule in found if rule not in always)


def rules_for(command: Command, unit_id: int) -> tuple[RuleInForce, ...]:
    """Return the rules in force that are asked at a command in a unit, whatever the record's kind, by one query."""
    return rules_by_record(command, unit_id)[0]


def permissions_for(command: Command) -> frozenset[str]:
    """Return the permissions of which one lets somebody carry out a command, or be asked to."""
    said = frozenset(known.permission for known in map(foretold, command.who) if known is not None)
    asked = (kind.permission for kind in all_kinds() if kind.command == command.name)
    return said or frozenset(permission for permission in asked if permission)


def why_unconfirmed(command: Command, user: User) -> Label | None:
    """Return that nobody has confirmed somebody's access yet, where a command asks for that; None otherwise."""
    known = [one for one in map(foretold, command.who) if one is not None]
    asks = any(one.line or not counts_at_once(one.permission) for one in known)
    return why_waiting if asks and is_waiting(user) else None


def line_may(command: Command) -> bool:
    """Tell whether a command lets in the line manager of whom the record is about."""
    return any(known is not None and known.line for known in map(foretold, command.who))


def record_decides(command: Command) -> bool:
    """Tell whether nothing but the record says who may carry out a command, such as whose it is or who is asked."""
    return everybody not in command.who and not permissions_for(command)


def _leading(unit_id: Any, *, within: bool) -> QuerySet[User, Any]:
    """Return the line managers, as `manager_id`, of people in a unit, with `within` also of those in units below it."""
    place = Q(unit__paths_up__ancestor_id=unit_id) if within else Q(unit_id=unit_id)
    return User.objects.filter(place, is_active=True, manager__may_sign=True).values("manager_id")


def leads_in(user: User, unit_id: int) -> bool:
    """Tell whether somebody is the line manager of anybody in a unit."""
    return _leading(unit_id, within=False).filter(manager=user).exists()


def candidates(command: Command, unit_id: Any, *, within: bool = False) -> QuerySet[User]:
    """Return the people whose roles allow a command in a unit, with `within` also those in units below it.

    Where line managers may, too, these are among them. Where only the record tells, that is everybody who works here.
    """
    people = User.objects.filter(is_active=True)
    permissions = permissions_for(command)
    if not permissions:
        return people
    place = granted_around(unit_id, within=within)
    grants = Grant.objects.filter(in_force(timezone.now()), place, _counting(permissions))
    found = Q(pk__in=grants.values("user_id"))
    if line_may(command):
        found |= Q(pk__in=_leading(unit_id, within=within))
    return people.filter(found)


def _counting(permissions: Collection[str]) -> Q:
    """Return the condition by which a grant gives one of the permissions, and that counts for who holds it."""
    first = [permission for permission in permissions if counts_at_once(permission)]
    found = Q(pk__in=[])
    if first:
        found |= Q(role_id__in=RolePermission.objects.filter(permission__in=first).values("role_id"))
    if later := [permission for permission in permissions if permission not in first]:
        roles = RolePermission.objects.filter(permission__in=later).values("role_id")
        found |= Q(role_id__in=roles, user__may_sign=True)
    return found


class Nearest(NamedTuple):
    """Who lacks least of what rules ask, and what."""

    person: User
    lacks: tuple[str, ...]


def nearest(
    people: QuerySet[User], rules: Sequence[RuleInForce], unit: Unit, now: dt.datetime
) -> Nearest | None:
    """Return who of people who may not comes nearest to it; None where there is nobody at all."""
    found: Nearest | None = None
    known = list(people.order_by("name", "pk"))
    standing = standings(known, rules, unit.pk, now)
    for person in known:
        lacks = tuple(lack.what for lack in judge(rules, standing[person.pk], now).lacks)
        if found is None or len(lacks) < len(found.lacks):
            found = Nearest(person, lacks)
    return found

"""Who may do something, and what somebody may do: by their roles, and by the rules in force."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.authority.in_words import done_by_people, kinds, meanings
from setsquare.domains.authority.permissions import READ
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.authority.asking import before_all, meeting
from setsquare.kernel.authority.deciding import Decision, RuleInForce, Standing, Way, decide, lacking
from setsquare.kernel.authority.people import standings
from setsquare.kernel.authority.ways import ways_to
from setsquare.kernel.commands.authorising import (
    candidates,
    concerns_always,
    countersigning,
    leads_in,
    line_may,
    may_concern,
    permissions_for,
    record_decides,
    rules_by_record,
    ways_of,
)
from setsquare.kernel.commands.declaration import Command, foretold
from setsquare.kernel.qualifications.subjects import seen_of
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.writing.sentences import quoted

BY_THE_RECORD = gettext_lazy(
    "It cannot be told by role who may do this: it depends on the record, such as whose it is or who is asked."
)


def units_looked_at(user: User) -> QuerySet[Unit]:
    """Return the units of which somebody may look who may do what there."""
    return Unit.objects.filter(pk__in=units_where(user, READ), closed_on__isnull=True).order_by("name")


def unit_looked_at(user: User, code: str = "") -> Unit | None:
    """Return a unit of which somebody may look, without a code their own, else the first; None where there is none."""
    units = units_looked_at(user)
    if code:
        return units.filter(code=code).first()
    return units.filter(pk=user.unit_id or 0).first() or units.first()


@dataclass(frozen=True)
class WhyNot:
    """What keeps somebody from a command, as a reader may be told of it."""

    lacks: tuple[str, ...] = ()
    """Of people whose levels the reader does not see, only what is lacking."""
    supervised: bool = False
    breakable: bool = False
    unattended: bool = False
    """Whether they might do it under supervision, but nobody may countersign."""


@dataclass(frozen=True)
class WhoMay:
    """Those whose roles allow a command in a unit, parted by the rules in force."""

    command: Command
    unit: Unit
    rules: tuple[RuleInForce, ...]
    """Those that are asked; for a kind of record, with those for it alone."""
    by_meaning: tuple[RuleInForce, ...]
    """Those that are asked only where the record has the signature say what they name: of nobody is it told here."""
    may: QuerySet[User]
    may_not: QuerySet[User]
    by_the_record: bool
    """Whether the record decides besides, such as by who is asked or owns it."""
    record_alone: bool
    """Whether nothing but the record decides: told is who meets the rules, and nobody where none is asked."""

    def why_not(self, people: Sequence[User], reader: User) -> dict[int, WhyNot]:
        """Return what keeps each of the people from it, by their ids, as `reader` may be told; a few queries."""
        now = timezone.now()
        known = standings(people, self.rules, self.unit.pk, now)
        found = {
            key: ways_of(self.command, decide(self.rules, standing, now)) for key, standing in known.items()
        }
        if any(one.supervised for one in found.values()) and not self._countersigners(now).exists():
            found = {key: one.unsupervised() if one.supervised else one for key, one in found.items()}
        subjects = {need.subject for rule in self.rules for need in rule.needs}
        seen = seen_of(reader, list(found), subjects) if found else frozenset()
        return {key: _why_not(key, one, seen) for key, one in found.items()}

    def _countersigners(self, now: dt.datetime) -> QuerySet[User]:
        return countersigning(self.command, self.rules, self.unit.pk, now)


def _why_not(person: int, decision: Decision, seen: Collection[tuple[int, str]]) -> WhyNot:
    told = (
        lack.short if lack.need and (person, lack.need.subject) in seen else lack.what
        for lack in decision.lacks
    )
    return WhyNot(tuple(told), decision.supervised, decision.breakable, decision.unattended)


def who_may(command: Command, unit: Unit, kind: str = "") -> WhoMay:
    """Return who may carry out a command in a unit on records of a kind; without one, whatever the kind."""
    rules, by_meaning = (
        tuple(rule for rule in found if not rule.kinds or (kind and kind in rule.kinds))
        for found in rules_by_record(command, unit.pk)
    )
    alone = record_decides(command)
    people = candidates(command, unit.pk).select_related("unit").order_by("name", "pk")
    met = meeting(rules, unit.pk, timezone.now())
    beside = bool(by_meaning) or any(foretold(rule) is None for rule in command.who)
    may_not = people.exclude(met) if met else people.none()  # an empty condition would exclude nobody
    may = people.filter(met) if rules or not alone else people.none()
    return WhoMay(command, unit, rules, by_meaning, may, may_not, beside, alone)


@dataclass(frozen=True)
class MayDo:
    """A command that somebody's roles allow, and what rules in force keep them from it; empty: nothing."""

    command: Command
    why_not: str
    """What a rule asks for that they lack; empty: nothing."""
    supervised: bool = False
    """Whether they may do it under supervision all the same."""
    breakable: bool = False
    """Whether they may do it all the same by breaking the glass."""
    rules: tuple[RuleInForce, ...] = ()
    """The rules that may be asked."""
    by_the_record: bool = False
    """Whether only the record tells whether they may, such as by whose it is or who is asked."""
    ways: tuple[Way, ...] = ()
    """What leads to what they lack."""


def found_among(rows: Iterable[MayDo], words: str, *, kept: bool = False) -> list[MayDo]:
    """Return those of the commands that are called by all of some words, with `kept` those that a rule keeps from."""
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if (row.why_not or not kept) and all(word in _called(row.command) for word in wanted)
    ]


def _called(command: Command) -> str:
    thing = thing_of(command.thing)
    return f"{command.label} {thing.name} {thing.plural} {command.key}".casefold()


def what_may(user: User, unit: Unit) -> list[MayDo]:
    """Return what somebody may do in a unit, as far as that can be told, in the order of record types; a few queries.

    What the record decides, whose records they may know nothing of, is among it as such.
    """
    held = permissions_in(user, unit.pk)
    leads = leads_in(user, unit.pk)
    rules, standing = before_all(user, unit.pk)
    now = timezone.now()
    ways = ways_to(user, lacking(rules, standing, now))
    found = [
        replace(
            _may_do(command, [rule for rule in rules if may_concern(rule, command)], standing, now, ways),
            by_the_record=alone,
        )
        for command in done_by_people().values()
        if (alone := _by_the_record(command, held, leads=leads)) is not None
    ]
    return _attended(found, unit, now)


def _by_the_record(command: Command, held: Collection[str], *, leads: bool) -> bool | None:
    """Tell whether only the record says that somebody may do it; None where nothing does."""
    permissions = permissions_for(command)
    if record_decides(command):
        return True
    if not permissions:  # whoever sees the record
        return thing_of(command.thing).read not in held
    if not permissions.isdisjoint(held) or (leads and line_may(command)):
        return False
    own = line_may(command) and any(foretold(rule) is None for rule in command.who)
    return True if own else None


def _may_do(
    command: Command,
    rules: Sequence[RuleInForce],
    standing: Standing,
    now: dt.datetime,
    ways: Sequence[Way],
) -> MayDo:
    decisions = [(rule, ways_of(command, decide([rule], standing, now)).with_ways(ways)) for rule in rules]
    refusing = [decision for _rule, decision in decisions if decision.lacks]
    return MayDo(
        command,
        " ".join(_each(_told(rule, command, decision.sentence) for rule, decision in decisions)),
        supervised=bool(refusing) and all(decision.supervised for decision in refusing),
        breakable=bool(refusing) and all(decision.breakable for decision in refusing),
        rules=tuple(rules),
        ways=tuple(dict.fromkeys(way for decision in refusing for way in decision.ways)),
    )


def _attended(found: Sequence[MayDo], unit: Unit, now: dt.datetime) -> list[MayDo]:
    """Return what may be done, where under supervision only if somebody may countersign it; one query for all."""
    asked = {
        f"by_{place}": Exists(countersigning(one.command, one.rules, unit.pk, now))
        for place, one in enumerate(found)
        if one.supervised
    }
    if not asked:
        return list(found)
    known = Unit.objects.filter(pk=unit.pk).values(**asked).get()
    why = _("You may do this under supervision, but nobody may countersign it here.")
    return [
        one
        if known.get(f"by_{place}", True)
        else replace(one, supervised=False, why_not=f"{one.why_not} {why}")
        for place, one in enumerate(found)
    ]


def _told(rule: RuleInForce, command: Command, sentence: str) -> str:
    if sentence and not concerns_always(rule, command):
        said = meanings(code for code in rule.meanings if code in command.sayings)
        values = {"meanings": " / ".join(quoted(one) for one in said), "sentence": sentence}
        sentence = _("Where the signature says %(meanings)s: %(sentence)s") % values
    if not sentence or not rule.kinds:
        return sentence
    return _("For %(kinds)s: %(sentence)s") % {"kinds": ", ".join(kinds(rule.kinds)), "sentence": sentence}


def _each(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentence for sentence in sentences if sentence))

"""What rules in force ask, what one person has of it, and the decision that follows. Nothing here asks the database."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.records.things import plain
from setsquare.kernel.writing.sentences import in_words, quoted

SUPERVISED, SUPERVISOR, OVERRIDDEN = "supervised", "supervisor", "overridden"
"""How a rule was met or not, where that was not in the usual way."""


class Asked(NamedTuple):
    """A qualification that a rule asks for."""

    subject: str
    """Number of the record in which."""
    topic: str
    level: int
    title: str = ""
    """What the topic is called, where it has a name."""
    grade: str = ""
    """What the level is called, where it has a name."""
    name: str = ""
    """What the subject is called."""

    def told(self) -> str:
        """Return it in words."""
        level = f"{self.level} {quoted(self.grade)}" if self.grade else self.level
        values = {"topic": self.topic, "title": self.title, "level": level}
        values["subject"] = f"{self.subject} {self.name}".strip()
        if self.title:
            return _("“%(title)s” (%(topic)s) at level %(level)s of %(subject)s") % values
        if self.topic:
            return _("“%(topic)s” at level %(level)s of %(subject)s") % values
        if self.level > 1:
            return _("%(subject)s at level %(level)s") % values
        return _("a current qualification in %(subject)s") % values


class Way(NamedTuple):
    """What leads somebody to a qualification that they lack, such as a course, or who may assess them."""

    need: Asked
    kind: str
    """`course` or `assessment`."""
    told: str
    """What they do, as a part of a sentence: complete CO-001 Hygiene."""
    type: str = ""
    number: str = ""
    """Of the record by which, where there is one."""
    title: str = ""
    people: tuple[str, ...] = ()
    """Who may assess them, by name."""

    @property
    def values(self) -> dict[str, Any]:
        """Return it as JSON values, for programs."""
        return {
            "kind": self.kind,
            "text": self.told,
            "for": {"subject": self.need.subject, "topic": self.need.topic, "level": self.need.level},
            "type": self.type or None,
            "number": self.number or None,
            "title": self.title or None,
            "people": list(self.people),
        }


class Owner(NamedTuple):
    """Whose record something is: whom to ask about it."""

    pk: int
    name: str


class Held(NamedTuple):
    """What a person has of it: a row that has begun and did not end otherwise, but may have expired."""

    level: int
    until: dt.datetime | None
    evidence: str
    """Number of the record that shows it."""
    signed_by: str = ""
    """Who signed on that record as it was given, such as by agreeing or confirming; empty where nobody did."""

    def holds(self, now: dt.datetime) -> bool:
        """Tell whether it has not expired by `now`."""
        return self.until is None or self.until > now

    def lacks(self, level: int, now: dt.datetime) -> bool:
        """Tell whether it does not reach the level at `now`."""
        return self.level < level or not self.holds(now)


@dataclass(frozen=True)
class RuleInForce:
    """A rule in force, as far as a decision asks it."""

    pk: int
    number: str
    version: int
    commands: Collection[str]
    meanings: Collection[str]
    kinds: Collection[str]
    roles: Collection[str]
    """One of them is needed, by name; empty: no role is."""
    independent: bool
    countersigned: bool
    break_glass: bool
    owner: Owner
    needs: tuple[Asked, ...] = ()
    of_supervised: tuple[Asked, ...] = ()
    """What is needed instead under supervision; empty: nothing is."""
    of_supervisor: tuple[Asked, ...] = ()
    """What who countersigns needs besides."""
    owners: tuple[Owner, ...] = ()
    """Whose the subjects are of what is needed."""

    @property
    def of_anybody(self) -> tuple[Asked, ...]:
        """Return every qualification that it asks of somebody."""
        return (*self.needs, *self.of_supervised, *self.of_supervisor)

    def asking(self, where: str, need: Asked, owner: Owner) -> "RuleInForce":
        """Return the rule with a further qualification that it asks for, and whose the subject of that is."""
        more: dict[str, Any] = {where: (*getattr(self, where), need), "owners": (*self.owners, owner)}
        return replace(self, **more)

    def for_supervisors(self) -> "RuleInForce":
        """Return the rule as it is asked of who countersigns."""
        return replace(self, needs=(*self.needs, *self.of_supervisor))

    def whom_to_ask(self, person: int | None) -> str:
        """Return who else than the person knows how to meet it, by name; empty where nobody else is known."""
        return next((one.name for one in (self.owner, *self.owners) if one.pk != person), "")


@dataclass(frozen=True)
class Standing:
    """What one person has of what rules ask."""

    held: Mapping[tuple[str, str], Held] = field(default_factory=dict)
    """By number of the subject and topic."""
    in_role: frozenset[int] = frozenset()
    """The rules of which the person holds one of the roles."""
    person: int | None = None
    """Whose it is, by their id."""


class Lack(NamedTuple):
    """What a person lacks for a rule: `told` says it to them, `short` to who sees their levels, `what` to others."""

    rule: RuleInForce
    told: str
    short: str
    what: str
    """What is lacking alone: neither the level that they hold nor until when."""
    need: Asked | None = None
    """The qualification that is missing; None where something else is, which nobody's supervision replaces."""
    apart: bool = False
    """Whether the person made what is judged: nothing that they could ask anybody for leads out of that."""


@dataclass(frozen=True)
class Decision:
    """Whether rules allow a command to a person, and on what that relies.

    It is allowed where nothing is lacking, allowed with a countersignature where `supervised`, and else refused.
    """

    lacks: tuple[Lack, ...] = ()
    relied: tuple[Mapping[str, Any], ...] = ()
    """The rules that were asked and are met, with the qualifications that meet them, as JSON values: those that are
    met under supervision marked as such."""
    supervised: bool = False
    """Whether all that is lacking may be made up by somebody who countersigns."""
    breakable: bool = False
    """Whether all rules that are not met may be overridden in an emergency."""
    unattended: bool = False
    """Whether it might be done under supervision, but nobody may countersign it: so it is refused."""
    person: int | None = None
    """Whom it is about, by their id: nobody is told to ask themself."""
    ways: tuple[Way, ...] = ()
    """What leads to what is lacking, as far as anybody knows: looked up for the person who is refused alone."""

    def unsupervised(self) -> "Decision":
        """Return the decision where nobody may countersign."""
        return replace(self, supervised=False, relied=(), unattended=True)

    @property
    def overridden(self) -> list[Mapping[str, Any]]:
        """Return the rules that are not met, with what they ask for, as JSON values."""
        rules = {lack.rule.number: lack.rule for lack in self.lacks}
        return [
            {
                "rule": rule.number,
                "version": rule.version,
                "way": OVERRIDDEN,
                "lacking": [
                    lack.need._asdict() for lack in self.lacks if lack.rule.number == number and lack.need
                ],
            }
            for number, rule in rules.items()
        ]

    @property
    def sentence(self) -> str:
        """Return all that is missing and whom to ask about it; empty where it is allowed."""
        if not self.lacks:
            return ""
        parts = dict.fromkeys(lack.told for lack in self.lacks if not lack.apart)
        if independent := [lack.rule.number for lack in self.lacks if lack.apart]:
            parts.setdefault(_asks_for_independence(independent))
        if self.unattended:
            parts.setdefault(_("You may do this under supervision, but nobody may countersign it here."))
        for rule in {lack.rule.number: lack.rule for lack in self.lacks if not lack.apart}.values():
            parts.setdefault(self._how(rule))
        if self.breakable:
            parts.setdefault(
                _("In an emergency you may break the glass: with a reason, and reviewed afterwards.")
            )
        return " ".join(parts)

    def with_ways(self, ways: Iterable[Way]) -> "Decision":
        """Return it with those of the ways that lead to what is lacking."""
        needs = {lack.need for lack in self.lacks}
        return replace(self, ways=tuple(way for way in ways if way.need in needs))

    def _how(self, rule: RuleInForce) -> str:
        """Return what leads to what a rule asks for; where nobody knows, whom to ask."""
        lacking = [lack.need for lack in self.lacks if lack.rule.number == rule.number]
        ways = [way for way in self.ways if way.need in lacking]
        owner = rule.whom_to_ask(self.person)
        if not ways:
            return _asks_for_it(rule, owner)
        told = "; ".join(dict.fromkeys(way.told for way in ways))
        sentence = _("Rule %(rule)s asks for it. What leads there: %(ways)s.")
        sentence = sentence % {"rule": rule.number, "ways": told}
        if owner and not {way.need for way in ways}.issuperset(lacking):
            sentence += " " + _("Ask %(owner)s about the rest.") % {"owner": owner}
        return sentence

    @property
    def for_others(self) -> str:
        """Return what is missing as others than the person and who follows them are told of it."""
        lacking: dict[str, list[str]] = {}
        for lack in self.lacks:
            lacking.setdefault(lack.rule.number, []).append(lack.what)
        parts = [
            _("Rule %(rule)s is not met: %(what)s.") % {"rule": rule, "what": "; ".join(what)}
            for rule, what in lacking.items()
        ]
        if self.unattended:
            parts.append(_("It might be done under supervision, but nobody may countersign it here."))
        return " ".join(parts)


ALLOWED = Decision()


def decide(
    rules: Iterable[RuleInForce],
    standing: Standing,
    now: dt.datetime,
    involved: Callable[[], bool | str] = lambda: False,
) -> Decision:
    """Decide by the rules, all of which have to be met; `involved` tells whether the person made what is judged.

    Where it is somebody else who did, from whom the person has the right to judge it, it says so in a sentence.
    """
    lacks: list[Lack] = []
    relied: list[Mapping[str, Any]] = []
    under_supervision = breakable = True
    for rule in rules:
        found = list(_lacks(rule, standing, now, involved))
        lacks += found
        if not found:
            relied.append(_evidence(rule, standing, rule.needs))
        elif under_supervision := under_supervision and _may_under_supervision(rule, found, standing, now):
            relied.append({**_evidence(rule, standing, rule.of_supervised), "way": SUPERVISED})
        breakable = breakable and all(lack.need and rule.break_glass for lack in found)
    if not lacks:
        return Decision((), tuple(relied))
    kept = tuple(relied) if under_supervision else ()
    return Decision(tuple(lacks), kept, under_supervision, breakable, person=standing.person)


def lacking(rules: Iterable[RuleInForce], standing: Standing, now: dt.datetime) -> tuple[Asked, ...]:
    """Return the qualifications that rules ask for and a person lacks, each once."""
    found: dict[Asked, None] = {}
    for rule in rules:
        for need in rule.needs:
            held = standing.held.get((need.subject, need.topic))
            if held is None or held.lacks(need.level, now):
                found[need] = None
    return tuple(found)


def _asks_for_independence(rules: Sequence[str]) -> str:
    """Return that rules ask for somebody independent, in one sentence however many do."""
    sentence = ngettext(
        "You own this or wrote on it; rule %(rules)s asks for somebody independent of it.",
        "You own this or wrote on it; rules %(rules)s ask for somebody independent of it.",
        len(rules),
    )
    return sentence % {"rules": ", ".join(rules)}


def _asks_for_it(rule: RuleInForce, owner: str) -> str:
    if not owner:
        return _("Rule %(rule)s asks for it.") % {"rule": rule.number}
    sentence = _("Rule %(rule)s asks for it; ask %(owner)s how to get there.")
    return sentence % {"rule": rule.number, "owner": owner}


def _may_under_supervision(
    rule: RuleInForce, lacks: Iterable[Lack], standing: Standing, now: dt.datetime
) -> bool:
    """Tell whether somebody who countersigns makes up for what is lacking for a rule."""
    if not rule.countersigned or not all(lack.need for lack in lacks):
        return False
    held = [(standing.held.get((need.subject, need.topic)), need.level) for need in rule.of_supervised]
    return all(one is not None and not one.lacks(level, now) for one, level in held)


def _lacks(
    rule: RuleInForce, standing: Standing, now: dt.datetime, involved: Callable[[], bool | str]
) -> Iterable[Lack]:
    if rule.roles and rule.pk not in standing.in_role:
        roles = " / ".join(quoted(role) for role in rule.roles)
        told = _("This needs the role %(roles)s in this unit.") % {"roles": roles}
        short = _("not in the role %(roles)s") % {"roles": roles}
        yield Lack(rule, told, short, short)
    for need in rule.needs:
        held = standing.held.get((need.subject, need.topic))
        if held is None or held.lacks(need.level, now):
            yield _lacking(rule, need, held, now)
    how = rule.independent and involved()
    if isinstance(how, str) and how:
        yield Lack(rule, how, short := _("was given the right to do it by who owns it or wrote on it"), short)
    elif how:
        short = _("owns it or wrote on it")
        yield Lack(rule, _asks_for_independence([rule.number]), short, short, apart=True)


def _lacking(rule: RuleInForce, need: Asked, held: Held | None, now: dt.datetime) -> Lack:
    what = need.told()
    values: dict[str, Any] = {"needed": what}
    if held is None:
        told = _("This needs %(needed)s; you hold none.")
        return Lack(rule, told % values, _("%(needed)s: none") % values, what, need)
    last = last_day(held.until)
    until = in_words(last) if last is not None else ""
    values |= {"level": held.level, "until": until}
    if not held.holds(now):
        told = _("This needs %(needed)s; yours expired on %(until)s.")
        short = _("%(needed)s: expired on %(until)s")
    elif until:
        told = _("This needs %(needed)s; you hold level %(level)s until %(until)s.")
        short = _("%(needed)s: holds level %(level)s until %(until)s")
    else:
        told = _("This needs %(needed)s; you hold level %(level)s.")
        short = _("%(needed)s: holds level %(level)s")
    return Lack(rule, told % values, short % values, what, need)


def _evidence(rule: RuleInForce, standing: Standing, needs: Iterable[Asked]) -> Mapping[str, Any]:
    shown = []
    for need in needs:
        held = standing.held[need.subject, need.topic]
        shown.append(
            {
                **_names(need, held),
                "subject": need.subject,
                "topic": need.topic,
                "level": held.level,
                "until": plain(held.until),
                "evidence": held.evidence,
                **({"signed_by": held.signed_by} if held.signed_by else {}),
            }
        )
    return {"rule": rule.number, "version": rule.version, "qualifications": shown}


def _names(need: Asked, held: Held) -> Mapping[str, str]:
    """Return what subject, topic and the level, where it is the one asked for, are called, if they have names."""
    names = {"name": need.name, "title": need.title}
    names["grade"] = need.grade if held.level == need.level else ""
    return {name: value for name, value in names.items() if value}


def in_sentences(relied: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """Return what a signature relied on as lines, from what it keeps of it."""
    return [_in_words(one) for one in relied or ()]


_WAYS = {
    SUPERVISED: gettext_lazy("%(rule)s, under supervision"),
    SUPERVISOR: gettext_lazy("%(rule)s, as who countersigns"),
    OVERRIDDEN: gettext_lazy("%(rule)s, overridden by breaking the glass"),
}


def _in_words(one: Mapping[str, Any]) -> str:
    rule = _("Rule %(rule)s, version %(version)s") % {"rule": one["rule"], "version": one["version"]}
    if way := one.get("way"):
        rule = _WAYS[way] % {"rule": rule}
    shown = [
        _("%(needed)s was not met") % {"needed": Asked(**need).told()} for need in one.get("lacking", ())
    ]
    for held in one.get("qualifications", ()):
        values = {
            "what": Asked(
                held["subject"],
                held["topic"],
                held["level"],
                *(held.get(name, "") for name in ("title", "grade", "name")),
            ).told(),
            "evidence": held["evidence"],
        }
        if held.get("signed_by"):
            signed = _("%(evidence)s, signed by %(name)s")
            values["evidence"] = signed % {"evidence": held["evidence"], "name": held["signed_by"]}
        last = last_day(dt.datetime.fromisoformat(held["until"])) if held["until"] else None
        if last is not None:
            sentence = _("%(what)s until %(until)s, shown by %(evidence)s")
            shown.append(sentence % {**values, "until": in_words(last)})
        else:
            shown.append(_("%(what)s, shown by %(evidence)s") % values)
    return f"{rule}: {'; '.join(shown)}" if shown else rule

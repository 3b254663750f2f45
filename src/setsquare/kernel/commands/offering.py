"""What a person may do with a record, or which records they may make, with the sentence where not now."""

from collections.abc import Iterable
from dataclasses import dataclass

from setsquare.kernel.authority.deciding import ALLOWED, Way
from setsquare.kernel.commands.authorising import decide
from setsquare.kernel.commands.declaration import Actor, Command, Meaning, Situation, commands_of
from setsquare.kernel.commands.running import why_in_the_way, why_not_permitted, why_wrong_state
from setsquare.kernel.records.things import Label, thing_of


@dataclass(frozen=True)
class Offer:
    """A command before a person: allowed, or with the sentence that says why not now."""

    command: Command
    why_not: Label | None
    meaning: Meaning | None
    needs_reason: bool
    countersigned: bool = False
    """Whether it is done under supervision: it waits until somebody else countersigns it."""
    breakable: bool = False
    """Whether only rules are in the way that may be overridden by breaking the glass."""
    ways: tuple[Way, ...] = ()
    """What leads to what rules ask for and the person lacks, where these refuse it."""
    of_this_state: bool = True
    """Whether the record's state leads to it; otherwise it is done before or after."""


def offers(situation: Situation, names: Iterable[str] | None = None) -> list[Offer]:
    """Return the commands of a record for its page, the next thing to do first.

    Left out is what only the system does, what the person's rights never allow here, and what there is no occasion
    for; what the state or a condition forbids now is given with its reason.
    """
    record = situation.subject
    found: list[Offer] = []
    for command in commands_of(situation.thing.code):
        if command.creates or not command.who or (names is not None and command.name not in names):
            continue
        if why_not_permitted(command, situation) is not None:
            continue
        if command.occasion is not None and command.occasion(situation) is not None:
            continue
        wrong = why_wrong_state(command, record)
        why = wrong or why_in_the_way(command, situation)
        meaning = command.meaning(situation) if why is None else None
        decision = decide(situation, command) if wrong is None else ALLOWED
        found.append(
            Offer(
                command,
                why,
                meaning,
                command.needs_reason(record),
                countersigned=why is None and decision.supervised,
                breakable=decision.breakable and why_unbreakable(command, situation) is None,
                ways=decision.ways,
                of_this_state=wrong is None,
            )
        )
    return sorted(found, key=_place)


def leading_to(command: Command, situation: Situation) -> list[Command]:
    """Return the commands of the same record that the person may do now and that mend what is in a command's way."""
    if not command.mended_by or why_wrong_state(command, situation.subject) is not None:
        return []
    if not command.in_the_way(situation):
        return []
    return [one.command for one in offers(situation, command.mended_by) if one.why_not is None]


def _place(offer: Offer) -> tuple[bool, bool, bool]:
    return offer.why_not is not None, not offer.command.prominent, offer.command.secondary


def why_unbreakable(command: Command, situation: Situation) -> Label | None:
    """Return what is in the way of a command besides the rules that may be overridden by breaking the glass."""
    situation.breaking = True
    try:
        return why_in_the_way(command, situation)
    finally:
        situation.breaking = False


def may_create(thing: str, actor: Actor) -> list[Command]:
    """Return the creating commands of a type that the person may use in some unit."""
    situation = Situation(actor, thing_of(thing), None)
    return [c for c in commands_of(thing) if c.creates and why_not_permitted(c, situation) is None]

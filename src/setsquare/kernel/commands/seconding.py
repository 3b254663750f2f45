"""Second looks: whom those whose work it is let do it a short while ago is no second person, while others can.

Many commands are a second look at what somebody did: to approve, verify, confirm or release it. Such a command says so
among what bars people from it, with whose work it is: `barred=(not_own, SecondTo("certificate.verify", entered_by))`.
Rules of authority that ask for independence, and countersignatures, do the same.

Where nobody else can do it now, they do, so that nobody is ever locked out. The trail then says by whose hand they did,
and from whom these took the right within that time; who lost it, and who looks after the units, is told if they see it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.authorising import hand_of
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.owing import LASTING, Hand, taken_from, to_be_told
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

GAVE = gettext_noop(
    "Nobody else could: %(giver)s, whose work it is, gave the right to do this within the last %(days)s days."
)
GAVE_AND_TOOK = gettext_noop(
    "Nobody else could: %(giver)s, whose work it is, gave the right to do this within the last %(days)s days, and it"
    " was taken from %(names)s."
)
TOLD = gettext_noop(
    "%(who)s gave %(number)s %(title)s a second look, as nobody else could: %(giver)s, whose work it is, let them do so"
    " within the last %(days)s days, and it was taken from %(names)s."
)
"""What those are told from whom it was taken, and who looks after the units."""


def in_its_unit(situation: Situation) -> int | None:
    """Return the id of the record's unit."""
    return situation.unit_id


@dataclass(frozen=True)
class SecondTo:
    """Rule: who may do this only by the hand of those whose work it is does not, while others can."""

    command: str
    """Its full name, such as `certificate.verify`."""
    makers: Callable[[Situation], Iterable[User]]
    """Returns whose work it is."""
    place: Callable[[Situation], int | None] = in_its_unit
    """Returns the id of the unit in which the right is held."""

    def __call__(self, situation: Situation) -> Label | None:
        """Return by whose hand they hold the right, and who does it instead; None where that is nobody."""
        thing, _dot, name = self.command.partition(".")
        if situation.subject.state not in situation.thing.lifecycle.move(name).sources:
            return None
        hand = hand_of(situation, command_of(thing, name), self.makers(situation), self.place(situation))
        return hand.told if hand is not None and hand.others else None


def note_hand(act: Act, hand: Hand | None) -> None:
    """Keep in the trail by whose hand a second look is given, and tell those concerned where others lost the right."""
    if hand is None:
        return
    kept_out = {act.user.pk, *(one.pk for one in hand.makers)}
    lost = {
        one.pk: one
        for maker in hand.makers
        for found in taken_from(maker, hand.permissions, hand.unit_id)
        for one in found.filter(is_active=True)
        if one.pk not in kept_out
    }
    values: dict[str, str | int] = {"giver": hand.giver.name, "days": LASTING.days}
    if not lost:
        act.say(GAVE, **values)
        return
    values["names"] = some(sorted(one.name for one in lost.values()))
    act.say(GAVE_AND_TOOK, **values)
    values |= {"who": act.user.name, "number": act.record.number, "title": act.record.title}
    told = dict(lost)
    if hand.unit_id is not None:
        told |= {one.pk: one for permission in to_be_told() for one in who_may(permission, hand.unit_id)}
    for pk, one in sorted(told.items()):
        if pk not in kept_out and may_see(act.thing, one, act.record):
            act.tell(one, "authority", TOLD, None, **values)

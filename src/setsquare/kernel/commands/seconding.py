"""Second looks: whom those whose work it is let do it a short while ago is no second person, while others can.

Many commands are a second look at what somebody did: to approve, verify, confirm or release it. Such a command says so
among what bars people from it, with whose work it is: `barred=(not_own, SecondTo("certificate.verify", entered_by))`.
Rules of authority that ask for independence, and countersignatures, do the same.

Where nobody else can do it now, they do, so that nobody is ever locked out. The trail then says by whose hand they did,
and from whom these took the right within that time; who looks after the units is told, and who lost it if they see it.
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
UNSEEN = gettext_noop(
    "%(who)s gave something a second look that you do not see, as nobody else could: %(giver)s, whose work it is, let"
    " them do so within the last %(days)s days, and it was taken from %(names)s."
)
"""The same to who looks after the units and does not see the record."""


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


def note_hands(act: Act, hands: Iterable[Hand | None]) -> None:
    """Keep in the trail by whose hand a second look was given, as it was found when it was decided."""
    found = [hand for hand in hands if hand is not None]
    if found and act.actor.user is not None:
        note_hand(act, found[0])


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
        act.say_besides(GAVE, **values)
        return
    values["names"] = some(sorted(one.name for one in lost.values()))
    act.say_besides(GAVE_AND_TOOK, **values)
    values["who"] = act.user.name
    record = act.record
    looking_after: dict[int, User] = {}
    if hand.unit_id is not None:
        for permission in to_be_told():
            looking_after |= {one.pk: one for one in who_may(permission, hand.unit_id)}
    for pk, one in sorted((lost | looking_after).items()):
        if pk in kept_out:
            continue
        if may_see(act.thing, one, record):
            act.tell(one, "authority", TOLD, None, **values, number=record.number, title=record.title)
        elif pk in looking_after:
            act.tell(one, "authority", UNSEEN, one.file.record, **values)

"""Whether what somebody saw of a record still holds: what others changed since, and what a command tolerates of it."""

from setsquare.kernel.commands.declaration import Command, Situation
from setsquare.kernel.commands.errors import Stale
from setsquare.kernel.records.things import OPEN, thing_of
from setsquare.kernel.trail.reading import Passage, since


def check_fresh(command: Command, situation: Situation, seen: int | None, *, claimed: bool) -> None:
    """Raise Stale where others changed the record since version `seen`, in a way that the command does not tolerate.

    Of a record that the command `claimed` the version is ahead by that.
    """
    record, user = situation.record, situation.actor.user
    if record is None or seen is None:
        return
    current = record.version - claimed
    if seen == current:
        return
    if seen > current or not all(_is_tolerated(command, passage) for passage in since(record, seen)):
        hidden = thing_of(record.type).hidden_from(user, record) if user is not None else OPEN
        raise Stale(record, since(record, seen, hidden))


def _is_tolerated(command: Command, passage: Passage) -> bool:
    changed = {change.path for change in passage.changes}
    return passage.entry.command in command.tolerates and changed.isdisjoint(command.bound_to)

"""One record before a person's eyes: found by its number, or the question whether they may see it.

Both are asked on every page and by every command, so each type's query is compiled once.
"""

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.records.expiring import reckon_one
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import related_of
from setsquare.kernel.records.things import Thing

_NUMBER, _RECORD = "-a number-", stand_in(3)


class _Seeing:
    """The queries of one type."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.found: Asked[Record] = Asked(
            lambda user, _now: (
                thing.visible_to(user).select_related(*related_of(thing)).filter(number=_NUMBER)
            ),
            lambda: {_NUMBER: "number"},
        )
        self.whole: Statement[Record] = Statement(
            lambda: Record.objects.select_related(*related_of(thing)).filter(pk=_RECORD),
            lambda: {_RECORD: "record"},
        )
        self.allowed: Asked[Record] = Asked(
            lambda user, _now: thing.visible_to(user).filter(pk=_RECORD).values_list("pk"),
            lambda: {_RECORD: "record"},
        )


_known: dict[str, _Seeing] = {}


def seen(thing: Thing, user: User, number: str) -> Record | None:
    """Return the record of this type and number with what is read along; None if there is none that `user` sees."""
    if "\x00" in number:
        return None
    found = _seeing(thing).found.instances(user, number=number)
    if not found:
        return None
    reckon_one(thing, found[0])
    return found[0]


def read_anew(thing: Thing, pk: int) -> Record:
    """Return the record with what is read along, whoever asks.

    Raises Record.DoesNotExist where it, or its owner or unit, is gone.
    """
    found = _seeing(thing).whole.instances(record=pk)
    if not found:
        raise Record.DoesNotExist
    return found[0]


def may_see(thing: Thing, user: User, record: Record) -> bool:
    """Tell whether `user` may see the record, as it stands now."""
    return bool(_seeing(thing).allowed.rows(user, record=record.pk))


def _seeing(thing: Thing) -> _Seeing:
    known = _known.get(thing.code)
    if known is None or known.thing is not thing:
        known = _known[thing.code] = _Seeing(thing)
    return known

"""Records that are named only to those who may see them, too (`Thing.guarded`): left out for everybody else.

Whom a page of a register may name is asked once for all of its rows, and not at all where nothing guarded stands there.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, value_at, visible_to


def leave_hidden(thing: Thing, record: Record, paths: Iterable[str], user: User) -> None:
    """Have `value_at` find nothing at those of the paths that lead to what is hidden of the record from `user`."""
    private = {path for path in paths if path.rpartition("__")[2] in thing.private.keys}
    if not private:
        return
    hidden = thing.hidden_from(user, record)
    if hidden.part and thing.narrow is not None:
        thing.narrow(record, hidden)
    elif hidden.keys:
        record.unnamed |= private


def leave_unnamed(thing: Thing, records: Iterable[Record], user: User) -> None:
    """Have `value_at` find nothing where these records lead to one that `user` may not see."""
    if not thing.guarded:
        return
    named = [
        (record, path, other)
        for record in records
        for path in sorted(thing.guarded)
        if isinstance(other := value_at(record, path), Record)
    ]
    seen = _seen(user, {other.number: other.type for _record, _path, other in named})
    for record, path, other in named:
        if other.number not in seen:
            record.unnamed |= {path}


def rows_unnamed(thing: Thing, rows: Sequence[Any], paths: Sequence[str], user: User) -> Sequence[Any]:
    """Return rows of bare values (each its id, then what stands at `paths`) without records that `user` may not see."""
    places = {
        path: [place for place, read in enumerate(paths, 1) if read.startswith(f"{path}__")]
        for path in thing.guarded
    }
    read = [
        (paths.index(f"{path}__number") + 1, paths.index(f"{path}__type") + 1, places[path])
        for path in sorted(thing.guarded)
        if places[path]
    ]
    if not read:
        return rows
    named = {row[number]: row[kind] for row in rows for number, kind, _all in read if row[number]}
    seen = _seen(user, named)
    unnamed = []
    for row in rows:
        values = list(row)
        for number, _kind, every in read:
            if values[number] and values[number] not in seen:
                for place in every:
                    values[place] = None
        unnamed.append(tuple(values))
    return unnamed


def _seen(user: User, named: dict[str, str]) -> set[str]:
    """Return those of the numbers (with their types) whose records `user` may see."""
    if not named:
        return set()
    visible = visible_to(user, types=set(named.values())).filter(number__in=named)
    return set(visible.values_list("number", flat=True))

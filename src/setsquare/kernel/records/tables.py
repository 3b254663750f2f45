"""A register as a table of bare values with its count, as pages and exports show it.

The first page is asked far more often than anything else, and for the same columns and filters it is the same query
for everybody: it is compiled once and kept for a minute.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.database.keyset import first_cut, first_lines
from setsquare.kernel.records.expiring import rows_reckoned
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import rows_unnamed
from setsquare.kernel.records.registers import (
    COUNTED,
    NEWEST_FIRST,
    Count,
    Lines,
    check_limit,
    count,
    filters_of,
    lines,
    select,
    sorted_by,
)
from setsquare.kernel.records.things import Kind, Thing

KEPT = 60
"""Seconds for which a compiled first page is used: what it was made from, such as the units, may change."""
MOST_KEPT = 500
_STEADY = frozenset({Kind.CHOICE, Kind.STATE, Kind.PERSON, Kind.UNIT, Kind.BOOLEAN, Kind.NUMBER})
"""Filters that mean the same at any time."""


@dataclass(frozen=True)
class _FirstPage:
    lines: Asked[Record]
    counted: Asked[Record]
    until: float
    thing: Thing
    many: set[int] = field(default_factory=set)
    """The people for whom there were more than are counted; that is not counted out again."""

    def count(self, user: User) -> Count:
        """Return how many there are for `user`."""
        if user.pk not in self.many:
            number = self.counted.number(user)
            if number <= COUNTED:
                return Count(number, False)
            self.many.add(user.pk)
        return Count(COUNTED, True)


_kept: OrderedDict[Any, _FirstPage] = OrderedDict()
_keeping = threading.Lock()


def table(
    thing: Thing,
    user: User,
    paths: Sequence[str],
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    query: str = "",
    sort: str = "",
    limit: int = 50,
    cursor: str = "",
) -> tuple[Lines, Count]:
    """Return a page of bare values as `registers.lines` does, and the count of all that `select` chooses.

    Raises RegisterError at `sort`, `limit`, `after` or a filter.
    """
    chosen = {code: tuple(values) for code, values in (filters or {}).items()}
    sort = sort or NEWEST_FIRST
    check_limit(limit)
    if query.strip() or not _is_steady(thing, chosen):
        selected = select(thing, user, filters=chosen, query=query)
        page = lines(thing, selected, paths, sort=sort, limit=limit, cursor=cursor)
        return _unnamed(thing, page, paths, user), count(selected) if page.rows else Count(0, False)
    first = _first_page(thing, tuple(paths), chosen, sort, limit)
    if cursor:
        selected = select(thing, user, filters=chosen)
        page = lines(thing, selected, paths, sort=sort, limit=limit, cursor=cursor)
        return _unnamed(thing, page, paths, user), first.count(user)
    found = first_cut(first.lines.rows(user), limit=limit, name=f"{thing.code}.{sort}")
    page = Lines(rows_reckoned(thing, found.rows, paths), found.next)
    return _unnamed(thing, page, paths, user), first.count(user)


def _unnamed(thing: Thing, page: Lines, paths: Sequence[str], user: User) -> Lines:
    return replace(page, rows=rows_unnamed(thing, page.rows, paths, user))


def _is_steady(thing: Thing, chosen: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the filters mean the same for everybody at any time."""
    known = {declared.code: declared for declared in filters_of(thing)}
    declared = [known.get(code) for code in chosen]
    return all(one is not None and one.condition is None and one.kind in _STEADY for one in declared)


def _first_page(
    thing: Thing, paths: tuple[str, ...], chosen: Mapping[str, tuple[str, ...]], sort: str, limit: int
) -> _FirstPage:
    key = (thing.code, paths, tuple(chosen.items()), sort, limit)
    now = time.monotonic()
    with _keeping:
        kept = _kept.get(key)
        if kept is not None and kept.thing is thing and kept.until > now:
            _kept.move_to_end(key)
            return kept
    made = _compile(thing, paths, chosen, sort, limit, now + KEPT)
    with _keeping:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _compile(
    thing: Thing,
    paths: tuple[str, ...],
    chosen: Mapping[str, tuple[str, ...]],
    sort: str,
    limit: int,
    until: float,
) -> _FirstPage:
    order, descending = sorted_by(thing, sort), sort.startswith("-")
    return _FirstPage(
        lines=Asked(
            lambda user, _now: first_lines(
                select(thing, user, filters=chosen), order, descending=descending, limit=limit, paths=paths
            )
        ),
        counted=Asked(
            lambda user, _now: select(thing, user, filters=chosen).order_by().values_list("pk")[: COUNTED + 1]
        ),
        until=until,
        thing=thing,
    )

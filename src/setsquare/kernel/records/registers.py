"""Reading a register: filters, words, sorting and pages by keyset, the same for every face.

A page costs the same number of queries whatever it holds. Pages are cut by keyset, written so that both
databases walk an index: `changed <= x AND (changed < x OR id < y)`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.full_text import matching
from setsquare.kernel.database.keyset import CursorError, Cut, Key, cut
from setsquare.kernel.records.conditions import RegisterError, condition_of, place_at, why_too_long
from setsquare.kernel.records.expiring import by_state, reckon, rows_reckoned
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import leave_unnamed
from setsquare.kernel.records.things import Filter, Kind, Label, Thing

MOST = 200
"""The most records that one page holds."""
COUNTED = 10_000
"""Up to here a register is counted; beyond it there are "more than"."""
NEWEST_FIRST = "-changed"


@dataclass(frozen=True)
class Page:
    """A part of a register. `next` and `previous` are cursors, empty at its ends."""

    records: Sequence[Record]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Lines:
    """A part of a register as tuples of bare values; `next` and `previous` as in `Page`."""

    rows: Sequence[Any]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Count:
    """How many records there are; `capped` says that there are more than `number`."""

    number: int
    capped: bool


def filters_of(thing: Thing) -> tuple[Filter, ...]:
    """Return the filters of a register: by state, those that its type declares, then those that every type has."""
    states = {state.code: gettext_lazy(state.label) for state in thing.lifecycle.states}
    state = Filter("state", gettext_lazy("State"), "state", Kind.STATE, states)
    if thing.expiry is not None:
        state = replace(state, condition=by_state(thing, thing.expiry))
    every = (
        Filter("owner", gettext_lazy("Owner"), "owner", Kind.PERSON),
        Filter("unit", gettext_lazy("Unit"), "unit", Kind.UNIT),
        Filter("changed", gettext_lazy("Changed"), "changed", Kind.DATETIME),
        Filter("created", gettext_lazy("Created"), "created", Kind.DATETIME),
    )
    declared = {known.code for known in thing.filters}
    first = () if "state" in declared else (state,)
    return (*first, *thing.filters, *(known for known in every if known.code not in declared))


def sorts_of(thing: Thing) -> dict[str, str]:
    """Return what a register can be sorted by: column codes and their paths from Record."""
    own = {"changed": "changed", "created": "created", "number": "number", "title": "title"}
    return {**own, **{column.code: column.path for column in thing.columns if column.sortable}}


def select(
    thing: Thing, user: User, *, filters: Mapping[str, Sequence[str]] | None = None, query: str = ""
) -> QuerySet[Record]:
    """Return the records of the type which `user` sees, that meet every filter and hold each word of `query`.

    `filters` maps a filter's code to its values, any of which may hold. Values are what a person writes: a
    code, a sign-in name or `me`, a unit (with all below it), a date, a range such as `2026-01-01..2026-06-30`
    open at either end, or `none`.
    Raises RegisterError with a sentence for each filter that cannot be read, and at `q` where that is too long.
    """
    known = {declared.code: declared for declared in filters_of(thing)}
    chosen = Q()
    wrong: dict[str, Label] = {}
    for code, given in (filters or {}).items():
        values = [value.strip() for value in given if value.strip()]
        if code not in known:
            sentence = _("There is no filter of this name; there are: %(names)s.")
            wrong[code] = sentence % {"names": ", ".join(known)}
        elif values:
            try:
                chosen &= condition_of(known[code], values, user)
            except RegisterError as error:
                wrong[code] = error.sentence
    if why := why_too_long(query):
        wrong["q"] = why
    if wrong:
        raise RegisterError(wrong)
    found = thing.visible_to(user).filter(chosen)
    return found.filter(_holding(thing, query)) if query.strip() else found


def _holding(thing: Thing, query: str) -> Q:
    if thing.search is not None:
        return Q(pk__in=matching(query))
    held = Q()
    for word in query.split()[:12]:
        held &= Q(number__icontains=word) | Q(title__icontains=word)
    return held


def count(records: QuerySet[Record], cap: int = COUNTED) -> Count:
    """Count a selection, not beyond `cap`."""
    number = records.order_by()[: cap + 1].count()
    return Count(min(number, cap), number > cap)


def related_of(thing: Thing) -> tuple[str, ...]:
    """Return the paths that are read along with a record, so that showing it costs no further query."""
    return tuple(dict.fromkeys(("owner", "unit", *([thing.detail] if thing.detail else []), *thing.related)))


def page(
    thing: Thing,
    user: User,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    query: str = "",
    sort: str = "",
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """Return one page of the type's register, as `select` chooses it.

    `sort` is a column's code, with `-` before it for descending (empty: newest changed first); `cursor` is
    what an earlier page gave. Raises RegisterError at `sort`, `limit`, `after` or a filter.
    """
    records = select(thing, user, filters=filters, query=query).select_related(*related_of(thing))
    found = _part(thing, records, sort or NEWEST_FIRST, limit, cursor)
    leave_unnamed(thing, found.rows, user)
    reckon(found.rows)
    return Page(found.rows, found.next, found.previous)


def lines(
    thing: Thing,
    selected: QuerySet[Record],
    paths: Sequence[str],
    *,
    sort: str = "",
    limit: int = 50,
    cursor: str = "",
) -> Lines:
    """Return one page of a selection as bare values: for each record its id, then what stands at `paths`.

    Cheaper than `page`, for tables. Raises RegisterError at `sort`, `limit` or `after`.
    """
    found = _part(thing, selected, sort or NEWEST_FIRST, limit, cursor, paths)
    return Lines(rows_reckoned(thing, found.rows, paths), found.next, found.previous)


def _part(
    thing: Thing, rows: QuerySet[Record], sort: str, limit: int, cursor: str, paths: Sequence[str] = ()
) -> Cut[Record]:
    check_limit(limit)
    key = sorted_by(thing, sort)
    try:
        return cut(
            rows,
            key,
            descending=sort.startswith("-"),
            limit=limit,
            cursor=cursor,
            name=f"{thing.code}.{sort}",
            paths=paths,
        )
    except CursorError:
        sentence = _("This place is not of this list and sorting; begin with the first page again.")
        raise RegisterError({"after": sentence}) from None


def check_limit(limit: int) -> None:
    """Refuse a page that would be too long; raises RegisterError at `limit`."""
    if not 1 <= limit <= MOST:
        raise RegisterError({"limit": _("Give a number from 1 to %(most)s.") % {"most": MOST}})


def sorted_by(thing: Thing, sort: str) -> Key:
    """Return what a register is sorted by; raises RegisterError at `sort`."""
    known = sorts_of(thing)
    path = known.get(sort.removeprefix("-"))
    if path is None:
        sentence = _("This cannot be sorted by; choose one of: %(names)s.") % {"names": ", ".join(known)}
        raise RegisterError({"sort": sentence})
    return place_at(path)

"""Pages by keyset: each begins where the last one ended, at a cost that does not grow page by page.

The condition is written so that both databases walk an index: `changed <= x AND (changed < x OR id < y)`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.core import signing
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

Row = TypeVar("Row", bound=Model)
_VALUE = "keyset_value"


class CursorError(ValueError):
    """A cursor that was not made for this list in this order."""


@dataclass(frozen=True)
class Key:
    """What rows are ordered by before their id: a path, the field there, and whether it may lack a value."""

    path: str
    field: "Field[Any, Any]"
    nullable: bool = False


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """A page of rows. `next` and `previous` are signed cursors, empty at the ends of the list."""

    rows: list[Row]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class _Cursor:
    value: Any
    pk: int
    backwards: bool


def cut(
    rows: QuerySet[Row],
    key: Key,
    *,
    descending: bool,
    limit: int,
    cursor: str = "",
    name: str,
    paths: Sequence[str] = (),
) -> Cut[Row]:
    """Return up to `limit` rows ordered by `key`, then by id the same way; rows without value come last.

    `name` tells the list and order that cursors belong to. With `paths` the rows are tuples of their id and what
    stands there, which is cheaper. Raises CursorError for a cursor of another list.
    """
    start = _read(name, key, cursor) if cursor else None
    backwards = start is not None and start.backwards
    down = descending != backwards
    if start is not None:
        rows = rows.filter(_beyond(key, start, down))
    found: list[Any] = list(_ordered(rows, key, down, backwards, paths)[: limit + 1])
    further, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    before, after = (further, True) if backwards else (start is not None, further)
    end = _end_of_line if paths else _end_of_row
    return Cut(
        found,
        next=_write(name, *end(found[-1]), backwards=False) if found and after else "",
        previous=_write(name, *end(found[0]), backwards=True) if found and before else "",
    )


def first_lines(
    rows: QuerySet[Row], key: Key, *, descending: bool, limit: int, paths: Sequence[str]
) -> "QuerySet[Row, Any]":
    """Return the query of a first page as `cut` asks it with `paths`; `first_cut` reads what it answers."""
    return _ordered(rows, key, descending, False, paths)[: limit + 1]


def first_cut(found: Sequence[Any], *, limit: int, name: str) -> Cut[Any]:
    """Return the first page from what the query of `first_lines` answered."""
    shown = list(found[:limit])
    last = _write(name, *_end_of_line(shown[-1]), backwards=False) if len(found) > limit else ""
    return Cut(shown, next=last)


def _ordered(
    rows: QuerySet[Row], key: Key, down: bool, backwards: bool, paths: Sequence[str]
) -> "QuerySet[Row, Any]":
    ordered = rows.annotate(**{_VALUE: F(key.path)}).order_by(*_order(key, down, backwards))
    return cast("QuerySet[Row, Any]", ordered.values_list("pk", *paths, _VALUE)) if paths else ordered


def _end_of_line(line: Sequence[Any]) -> tuple[Any, int]:
    return line[-1], line[0]


def _end_of_row(row: Any) -> tuple[Any, int]:
    return getattr(row, _VALUE), row.pk


def order_of(key: Key, *, descending: bool) -> list[OrderBy]:
    """Return the order in which `cut` cuts its pages."""
    return _order(key, descending, False)


def _order(key: Key, down: bool, backwards: bool) -> list[OrderBy]:
    nulls: dict[str, bool] = {}
    if key.nullable:
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
    if down:
        return [F(key.path).desc(**nulls), F("pk").desc()]
    return [F(key.path).asc(**nulls), F("pk").asc()]


def _beyond(key: Key, start: _Cursor, down: bool) -> Q:
    """Return the condition for what comes after the cursor's row in this order."""
    further = Q(**{"pk__lt" if down else "pk__gt": start.pk})
    absent = Q(**{f"{key.path}__isnull": True})
    if start.value is None:
        return (absent & further) | ~absent if start.backwards else absent & further
    way = "lt" if down else "gt"
    beyond = Q(**{f"{key.path}__{way}e": start.value}) & (Q(**{f"{key.path}__{way}": start.value}) | further)
    return beyond | absent if key.nullable and not start.backwards else beyond


def _write(name: str, value: Any, pk: int, *, backwards: bool) -> str:
    if isinstance(value, dt.date | dt.time):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return signing.dumps([value, pk, backwards], salt=f"setsquare.keyset.{name}")


def _read(name: str, key: Key, cursor: str) -> _Cursor:
    try:
        value, pk, backwards = signing.loads(cursor, salt=f"setsquare.keyset.{name}")
    except signing.BadSignature:
        raise CursorError(name) from None
    return _Cursor(key.field.to_python(value), pk, backwards)

"""Queries that are the same but for a few values: compiled once, then only carried out.

Building a query by the ORM and compiling it to SQL costs more than the database needs to answer it. What every page
asks is therefore built once, with values in it that stand for those to come, and remembered as SQL.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)
_FIRST_STAND_IN = -7_000_000_000_000
SOME_TIME = dt.datetime(1901, 1, 1, 1, 1, 1, tzinfo=dt.UTC)
"""Stands for a time while a query is built."""


def stand_in(place: int) -> int:
    """Return the number that stands for the id at a `place` (1, 2, 3 ...) while a query is built."""
    return _FIRST_STAND_IN - place


class Place:
    """Where a value goes that is given each time."""

    def __init__(self, name: str) -> None:
        self.name = name


class Sql:
    """A query as SQL, with places in its parameters."""

    numbered = False
    """Whether its parameters are called $1, $2 ... and nothing in it is escaped, instead of %s."""

    def __init__(self, sql: str, values: list[Any], places: Mapping[Any, str]) -> None:
        self.sql = sql
        self.values = [_place(value, places) for value in values]

    def plannable(self) -> "Sql":
        """Return the query as a database plans it best: on PostgreSQL with nothing left open but its places.

        These are numbered there, so that the driver need not look for them each time: it remembers short queries only.
        """
        if connection.vendor != "postgresql":
            return self
        waiting = iter(self.values)
        known: list[Any] = []

        def written(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            value = next(waiting)
            if isinstance(value, Place):
                known.append(value)
                return f"${len(known)}"
            return literal(value)

        made = Sql(re.sub("%%|%s", written, self.sql), [], {})
        made.values, made.numbered = known, True
        return made

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the parameters, with `values` at their places."""
        return [values[value.name] if isinstance(value, Place) else value for value in self.values]

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return what the database answers."""
        with planned_cursor(numbered=self.numbered) as cursor:
            cursor.execute(self.sql, self.given(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def planned_cursor(*, numbered: bool = False) -> Any:
    """Return a cursor whose queries the database plans once for each connection; `numbered` as their parameters are.

    PostgreSQL plans the query of a register for longer than it runs it. Needs `prepare_threshold` in the options of
    the database.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from psycopg import Cursor, RawCursor  # noqa: PLC0415 - there is no driver on SQLite

    connection.ensure_connection()
    made = RawCursor if numbered else Cursor
    return connection._prepare_cursor(made(connection.connection))  # type: ignore[attr-defined]


def literal(value: Any) -> str:
    """Return a value as it stands in SQL for PostgreSQL."""
    from psycopg.sql import quote  # noqa: PLC0415 - there is no driver on SQLite

    connection.ensure_connection()
    return str(quote(value, connection.connection))


def _place(value: Any, places: Mapping[Any, str]) -> Any:
    try:
        name = places.get(value)
    except TypeError:  # a list, which stands for nothing
        return value
    return value if name is None else Place(name)


class Statement(Generic[Row]):
    """A queryset that is built once for each kind of database.

    `build` makes it, with `places` in it: values that cannot occur otherwise, such as those of `stand_in`, each with
    the name of what is given in their stead (asked when it is built). Nothing else in it may change from one time to
    the next.
    """

    def __init__(
        self, build: Callable[[], "QuerySet[Row, Any]"], places: Callable[[], Mapping[Any, str]]
    ) -> None:
        self._build = build
        self._places = places
        self._compiled: dict[str, _Compiled[Row]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query for bare values (`values_list`), in the order of its fields."""
        return self._for_database().rows(values)

    def instances(self, **values: Any) -> list[Row]:
        """Return the rows of the model, with what `select_related` and `annotate` read along."""
        return self._for_database().instances(values)

    def number(self, **values: Any) -> int:
        """Return how many rows there are, counted by the database."""
        return self._for_database().number(values)

    def _for_database(self) -> "_Compiled[Row]":
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = _Compiled(self._build(), self._places())
        return compiled


class _Compiled(Generic[Row]):
    """A query as SQL, and what makes Python's values and rows of a model out of the database's."""

    def __init__(self, queryset: "QuerySet[Row, Any]", places: Mapping[Any, str]) -> None:
        compiler: Any = queryset.query.get_compiler(connection=connection)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:  # there cannot be any rows
            compiler.elide_empty = False
            sql, values = compiler.as_sql()
        self.sql = Sql(sql, list(values), places).plannable()
        self.select = compiler.select
        self.model = compiler.klass_info
        self.annotations = list(compiler.annotation_col_map.items())
        self.alias = connection.alias
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        self.converters = list(converters.items())

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        rows = self.sql.rows(values)
        return [tuple(self._converted(row)) for row in rows] if self.converters else rows

    def number(self, values: Mapping[str, Any]) -> int:
        with planned_cursor(numbered=self.sql.numbered) as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({self.sql.sql}) counted", self.sql.given(values))  # noqa: S608
            return int(cursor.fetchone()[0])

    def instances(self, values: Mapping[str, Any]) -> list[Row]:
        columns = self.model["select_fields"]
        start, end = columns[0], columns[-1] + 1
        names = [column[0].target.attname for column in self.select[start:end]]
        further = get_related_populators(self.model, self.select, self.alias)  # type: ignore[call-arg]  # the stubs are ahead
        found = []
        for bare in self.sql.rows(values):
            row = self._converted(bare)
            made: Row = self.model["model"].from_db(self.alias, names, row[start:end])
            for populator in further:
                populator.populate(row, made)
            for name, place in self.annotations:
                setattr(made, name, row[place])
            found.append(made)
        return found

    def _converted(self, bare: tuple[Any, ...]) -> list[Any]:
        row = list(bare)
        for at, (converters, expression) in self.converters:
            value = row[at]
            for convert in converters:
                value = convert(value, expression, connection)
            row[at] = value
        return row

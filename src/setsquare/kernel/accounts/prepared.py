"""Queries that are the same for everybody but for the person and the time: built and compiled once.

What a person may see is asked several times on each page, and building such a condition by the ORM costs more than the
database needs to answer it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Generic

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.statements import SOME_TIME, Place, Row, Sql, Statement, stand_in

Build = Callable[[User, dt.datetime], "QuerySet[Any, Any]"]

_PERSON, _UNIT = stand_in(1), stand_in(2)
ANYBODY = User(pk=_PERSON, unit_id=_UNIT)
"""Stands for the person while a query is built that is asked for everybody alike."""


def moment(user: User) -> dt.datetime:
    """Return the time at which `user` asks; for ANYBODY, what stands for it."""
    return SOME_TIME if user.pk == _PERSON else timezone.now()


def places() -> dict[Any, str]:
    """Return what stands for the person, their unit and the time in the queries of the present database."""
    return {
        _PERSON: "person",
        _UNIT: "unit",
        connection.ops.adapt_datetimefield_value(SOME_TIME): "time",
        SOME_TIME: "time",
    }


def given_for(user: User) -> dict[str, Any]:
    """Return what goes into those places when `user` asks."""
    now = connection.ops.adapt_datetimefield_value(moment(user))
    return {"person": user.pk, "unit": user.unit_id, "time": now}


class Prepared:
    """Calls to it give the subquery for a person, now, to be used as `pk__in`.

    `build` makes the queryset of one column from a person and a time. Of the person it may use nothing but their
    id and unit, and there may be no other time in it.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._compiled: dict[str, Sql] = {}

    def __call__(self, user: User) -> RawSQL:
        """Return the subquery for `user`."""
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            sql, values = self._build(ANYBODY, SOME_TIME).query.sql_with_params()
            compiled = self._compiled[connection.vendor] = Sql(sql, list(values), places())
            refuse_other_times(compiled)
        return RawSQL(compiled.sql, compiled.given(given_for(user)))  # noqa: S611 - compiled; given are parameters


class Asked(Generic[Row]):
    """A query that a person asks, the whole of it compiled once.

    `build` makes the queryset from a person and a time, under the same rules as for `Prepared`; `further` says what
    stands for other values that are given each time (asked when the query is built).
    """

    def __init__(
        self,
        build: Callable[[User, dt.datetime], "QuerySet[Row, Any]"],
        further: Callable[[], Mapping[Any, str]] = dict,
    ) -> None:
        self._statement: Statement[Row] = Statement(
            lambda: build(ANYBODY, SOME_TIME), lambda: {**places(), **further()}
        )

    def rows(self, user: User, **further: Any) -> list[tuple[Any, ...]]:
        """Return the bare values that `user` is answered."""
        return self._statement.rows(**given_for(user), **further)

    def number(self, user: User, **further: Any) -> int:
        """Return how many rows `user` is answered, counted by the database."""
        return self._statement.number(**given_for(user), **further)

    def instances(self, user: User, **further: Any) -> list[Row]:
        """Return the rows of the model that `user` is answered."""
        return self._statement.instances(**given_for(user), **further)


def refuse_other_times(compiled: Sql) -> None:
    """Refuse a query that holds the time at which it was compiled; raises ImproperlyConfigured."""
    year = f"{timezone.now():%Y-}"
    known = [value for value in compiled.values if not isinstance(value, Place)]
    if any(isinstance(value, dt.datetime) or str(value).startswith(year) for value in known):
        raise ImproperlyConfigured("a prepared query may hold no time but the one that it is given")

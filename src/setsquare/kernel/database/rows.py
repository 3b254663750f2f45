"""Rows that every command writes: the SQL for it is made once, then only carried out (see `statements`).

No signal is sent: these are for models that nobody listens to.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.db.models import Field, Model

from setsquare.kernel.database.statements import planned_cursor

Row = TypeVar("Row", bound=Model)


def insert(row: Row) -> Row:
    """Insert a new row and return it with its id."""
    model = type(row)
    with planned_cursor() as cursor:
        cursor.execute(_insert(model), _values(row, _without_key(model), add=True))
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias
    return row


def insert_all(model: type[Row], rows: Sequence[Row]) -> None:
    """Insert new rows of one model: one as `insert` does, more by one query of their own."""
    if len(rows) == 1:
        insert(rows[0])
    elif rows:
        model._default_manager.bulk_create(rows)


def update(row: Model, names: Sequence[str]) -> None:
    """Write the columns of these names (attribute names) of a row; raises DatabaseError where it is gone."""
    model = type(row)
    fields = tuple(field for field in _without_key(model) if field.attname in names)
    with planned_cursor() as cursor:
        cursor.execute(_update(model, fields), [*_values(row, fields, add=False), row.pk])
        if not cursor.rowcount:
            raise DatabaseError(f"{model.__name__} {row.pk} is gone.")


def _values(row: Model, fields: "Sequence[Field[Any, Any]]", *, add: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]


@cache
def _without_key(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insert(model: type[Model]) -> str:
    names = ", ".join(_column(field) for field in _without_key(model))
    places = ", ".join("%s" for _field in _without_key(model))
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places}) RETURNING {_column(model._meta.pk)}"  # noqa: S608
    )


@cache
def _update(model: type[Model], fields: "tuple[Field[Any, Any], ...]") -> str:
    settings = ", ".join(f"{_column(field)} = %s" for field in fields)
    return f"UPDATE {model._meta.db_table} SET {settings} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608


def _column(field: "Field[Any, Any]") -> str:
    return f'"{field.column}"'

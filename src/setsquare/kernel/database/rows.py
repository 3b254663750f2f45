"""Rows that every command writes: the SQL for it is made once, then only carried out (see `statements`).

No signal is sent: these are for models that nobody listens to.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

from setsquare.kernel.database.statements import planned_cursor

Row = TypeVar("Row", bound=Model)
Fields = tuple["Field[Any, Any]", ...]


def insert(row: Row) -> Row:
    """Insert a new row and return it with its id."""
    model = type(row)
    fields = _without_key(model)
    with planned_cursor() as cursor:
        cursor.execute(
            f"{_insert(model, fields)} RETURNING {_column(model._meta.pk)}", _values(row, fields, add=True)
        )
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias
    return row


def insert_new(row: Model) -> bool:
    """Insert a row that has its key; false where there is one already of this key, or of what else is unique."""
    fields = tuple(row._meta.concrete_fields)
    with planned_cursor() as cursor:
        cursor.execute(f"{_insert(type(row), fields)} ON CONFLICT DO NOTHING", _values(row, fields, add=True))
        return bool(cursor.rowcount)


def insert_all(model: type[Row], rows: Sequence[Row]) -> None:
    """Insert new rows of one model: one as `insert` does, more by one query of their own."""
    if len(rows) == 1:
        insert(rows[0])
    elif rows:
        model._default_manager.bulk_create(rows)


def update(row: Model, names: Sequence[str]) -> bool:
    """Write the columns of these names (attribute names) of a row; false where it is gone."""
    model = type(row)
    fields = tuple(field for field in _without_key(model) if field.attname in names)
    with planned_cursor() as cursor:
        cursor.execute(_update(model, fields), [*_values(row, fields, add=False), row.pk])
        return bool(cursor.rowcount)


def _values(row: Model, fields: Fields, *, add: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]


@cache
def _without_key(model: type[Model]) -> Fields:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insert(model: type[Model], fields: Fields) -> str:
    names = ", ".join(_column(field) for field in fields)
    places = ", ".join("%s" for _field in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608 - names of tables


@cache
def _update(model: type[Model], fields: Fields) -> str:
    values = ", ".join(f"{_column(field)} = %s" for field in fields)
    return f"UPDATE {model._meta.db_table} SET {values} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608 - likewise


def _column(field: "Field[Any, Any]") -> str:
    return f'"{field.column}"'

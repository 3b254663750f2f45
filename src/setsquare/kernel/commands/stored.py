"""What the database holds of the rows that a command works on, so that nothing is written that did not change."""

import copy
from typing import Any

from django.db import DatabaseError
from django.db.models import Model

from setsquare.kernel.database.rows import update


class Stored:
    """Remembers rows as they were read or written last within one command."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Model, dict[str, Any]]] = {}

    def note(self, row: Model | None) -> None:
        """Remember a row as it is now in the database."""
        if row is not None:
            self._known[id(row)] = row, {name: _apart(value) for name, value in _values(row).items()}

    def save(self, row: Model) -> None:
        """Have the database hold the row as it stands: all of it, or what changed since it was noted."""
        known = self._known.get(id(row))
        if known is None:
            row.save()
            return
        changed = [name for name, value in _values(row).items() if known[1].get(name, known) != value]
        if changed and not update(row, changed):
            raise DatabaseError(f"{row} is gone.")


def _values(row: Model) -> dict[str, Any]:
    """Return the values of a row's columns; what is not loaded did not change."""
    held = vars(row)
    return {
        field.attname: held[field.attname] for field in row._meta.concrete_fields if field.attname in held
    }


def _apart(value: Any) -> Any:
    """Return a value that does not change with the row's: only those that hold others could."""
    return copy.deepcopy(value) if isinstance(value, list | dict) else value

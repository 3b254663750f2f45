"""What the database holds of the rows that a command works on, so that none is written that did not change."""

import copy
from typing import Any

from django.db.models import Model


class Stored:
    """Remembers rows as they were read or written last within one command."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Model, dict[str, Any]]] = {}

    def note(self, row: Model | None) -> None:
        """Remember a row as it is now in the database."""
        if row is not None:
            self._known[id(row)] = row, copy.deepcopy(_values(row))

    def holds(self, row: Model) -> bool:
        """Tell whether the database holds this row as it stands."""
        known = self._known.get(id(row))
        return known is not None and known[1] == _values(row)


def _values(row: Model) -> dict[str, Any]:
    """Return the values of a row's columns; what is not loaded did not change."""
    held = vars(row)
    return {
        field.attname: held[field.attname] for field in row._meta.concrete_fields if field.attname in held
    }

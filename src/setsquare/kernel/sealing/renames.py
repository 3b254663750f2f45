"""Which unit had which code when: states name a unit by its code, and renaming it makes no entry of all it holds."""

import datetime as dt
import json
from collections import defaultdict
from functools import lru_cache

from django.db import models

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.records.things import Thing, all_things
from setsquare.kernel.trail.models import Entry

Place = tuple[str, ...]
"""Where a value stands in a state: its keys from the outermost on; of a list without the index."""
UNITS = frozenset({"unit", "parent"})
"""Keys under which a state names a unit, beside the columns that refer to one."""
AT_MOST = dt.timedelta(minutes=1)
"""How long a command lasts: another may rename a unit between its beginning and when it reads the code."""


def names_a_unit(thing: Thing, place: Place) -> bool:
    """Tell whether a record's state names a unit at this place."""
    columns = {column.name: column for column in thing.model._meta.concrete_fields} if thing.model else {}
    column = columns.get(place[0])
    if column is None:
        return place[-1] in UNITS
    return isinstance(column, models.ForeignKey) and column.related_model is Unit


def was_renamed(former: str, code: str, since: dt.datetime, until: dt.datetime | None) -> bool:
    """Tell whether the unit that had the code `former` at `since` has, at `until` (None: now), the other."""
    for codes in _histories():
        then = {_at(codes, since - AT_MOST), _at(codes, since)}
        later = {_at(codes, until), _at(codes, until - AT_MOST)} if until is not None else {codes[-1][1]}
        if former in then and code in later:
            return True
    return False


def _at(codes: list[tuple[dt.datetime, str]], at: dt.datetime) -> str | None:
    return next((code for since, code in reversed(codes) if since <= at), None)


def forget() -> None:
    """Read the units' entries anew when next asked."""
    _histories.cache_clear()


@lru_cache(maxsize=1)
def _histories() -> list[list[tuple[dt.datetime, str]]]:
    """Return of each unit since when it had which code, by its entries; in one query."""
    kinds = [thing.code for thing in all_things() if _is_of_units(thing)]
    entries = Entry.objects.filter(record__type__in=kinds).order_by("record", "seq")
    found: dict[int, list[tuple[dt.datetime, str]]] = defaultdict(list)
    for record, at, state in entries.values_list("record", "at", "state").iterator():
        try:
            code = json.loads(state)["code"]
        except (ValueError, KeyError, TypeError):
            continue  # such an entry is a finding by itself
        if isinstance(code, str) and (not found[record] or found[record][-1][1] != code):
            found[record].append((at, code))
    return [codes for codes in found.values() if codes]


def _is_of_units(thing: Thing) -> bool:
    columns = thing.model._meta.concrete_fields if thing.model is not None else ()
    return any(column.one_to_one and column.related_model is Unit for column in columns)

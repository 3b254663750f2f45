"""What a selection holds, settled once: for whatever goes through all of it and takes its time."""

from array import array
from collections.abc import Sequence

from django.db.models import QuerySet

from setsquare.kernel.database.keyset import order_of
from setsquare.kernel.records.conditions import place_at
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import NEWEST_FIRST, sorts_of
from setsquare.kernel.records.things import Thing


def keys_of(thing: Thing, selected: QuerySet[Record], *, sort: str = "") -> Sequence[int]:
    """Return the ids of a whole selection in its order, eight bytes each; `sort` as a register takes it.

    Raises KeyError where the register cannot be sorted so.
    """
    sort = sort or NEWEST_FIRST
    key = place_at(sorts_of(thing)[sort.removeprefix("-")])
    ordered = selected.order_by(*order_of(key, descending=sort.startswith("-")))
    return array("q", ordered.values_list("pk", flat=True).iterator(chunk_size=10_000))

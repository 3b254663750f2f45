"""States that are over with a day (`Thing.expiry`): told as over from the next day on, be the clock late or not.

The clock enters in the trail that a record is over. Until it has come to it, what is shown and found follows from the
day. Days are those of the record's unit.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import Exact
from django.utils import timezone

from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Expiry, Thing, thing_of, value_at

_WEST, _EAST = dt.timedelta(hours=12), dt.timedelta(hours=14)
"""How much later and earlier than in UTC a day begins at most."""


def is_over(last: dt.date | None, record: Record, at: dt.datetime) -> bool:
    """Tell whether a last day is past at a moment, where the record's unit is."""
    if last is None or last >= (at.astimezone(dt.UTC) + _EAST).date():
        return False
    return last < (at.astimezone(dt.UTC) - _WEST).date() or last < at.astimezone(zone(record.unit)).date()


def over(expiry: Expiry, at: dt.datetime | None = None) -> Q:
    """Return the condition that a record is in a state whose last day is past; one query, for the time zones."""
    moment = at or timezone.now()
    names = {"UTC", *Unit.objects.exclude(time_zone="").values_list("time_zone", flat=True).distinct()}
    days = {name: moment.astimezone(ZoneInfo(name)).date() for name in sorted(names)}
    today: Any = days["UTC"]
    if len(set(days.values())) > 1:
        nearest = UnitPath.objects.filter(descendant=OuterRef("unit")).exclude(ancestor__time_zone="")
        named = Subquery(nearest.order_by("depth").values("ancestor__time_zone")[:1])
        whens = [When(Exact(named, Value(name)), then=Value(day)) for name, day in days.items()]
        today = Case(*whens, default=Value(today))
    return Q(**{"state": expiry.state, f"{expiry.last}__lt": today})


def in_state(thing: Thing, expiry: Expiry, state: str) -> Q:
    """Return the condition that a record of the type is told to be in a state."""
    if state == expiry.into:
        return Q(state=state) | over(expiry)
    return Q(state=state) & ~Q(pk__in=_over(thing, expiry)) if state == expiry.state else Q(state=state)


def by_state(thing: Thing, expiry: Expiry) -> Any:
    """Return what a filter by state asks of a type whose states are over with a day."""

    def condition(state: str, _user: User) -> Q:
        return in_state(thing, expiry, state)

    return condition


def reckon_one(thing: Thing, record: Record, at: dt.datetime | None = None) -> None:
    """Have a row that nobody saves tell that it is over, where its day is past; its detail row has been read along."""
    expiry = thing.expiry
    if expiry is None or record.state != expiry.state:
        return
    if is_over(value_at(record, expiry.last), record, at or timezone.now()):
        record.state = expiry.into


def reckon(records: Iterable[Record]) -> None:
    """Have rows that nobody saves tell that they are over, where their day is past; two queries, where any may be."""
    waiting: dict[str, list[Record]] = {}
    for record in records:
        expiry = thing_of(record.type).expiry
        if expiry is not None and record.state == expiry.state:
            waiting.setdefault(record.type, []).append(record)
    for code, found in waiting.items():
        thing = thing_of(code)
        past = _past(thing, [record.pk for record in found])
        for record in found:
            if record.pk in past and thing.expiry is not None:
                record.state = thing.expiry.into


def rows_reckoned(thing: Thing, rows: Sequence[Any], paths: Sequence[str]) -> Sequence[Any]:
    """Return rows of bare values (each its id, then what stands at `paths`) with the states that are told."""
    expiry = thing.expiry
    if expiry is None or "state" not in paths:
        return rows
    place = paths.index("state") + 1
    past = _past(thing, [row[0] for row in rows if row[place] == expiry.state])
    return [(*row[:place], expiry.into, *row[place + 1 :]) if row[0] in past else row for row in rows]


def _past(thing: Thing, keys: Sequence[int]) -> set[int]:
    if thing.expiry is None or not keys:
        return set()
    return set(_over(thing, thing.expiry).filter(pk__in=keys).values_list("pk", flat=True))


def _over(thing: Thing, expiry: Expiry) -> Any:
    return Record.objects.filter(over(expiry), type=thing.code).order_by().values("pk")

"""Reading the trail: what changed, and how a record stood at a given time."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry

UNSHOWN = frozenset({"version", "type"})


@dataclass(frozen=True)
class Change:
    """One value before and after; `before` is None where the record was made, `after` where it was taken away."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Passage:
    """An entry of the trail with what it changed."""

    entry: Entry
    changes: tuple[Change, ...]


def differences(before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[Change, ...]:
    """Return the values that differ between two states, in the order of the later one."""
    earlier = before or {}
    keys = [*after, *(key for key in earlier if key not in after)]
    return tuple(
        Change(key, earlier.get(key), after.get(key))
        for key in keys
        if key not in UNSHOWN
        and earlier.get(key) != after.get(key)
        and not (before is None and after.get(key) in (None, "", [], {}))
    )


def entries_of(record: Record) -> QuerySet[Entry]:
    """Return a record's entries, oldest first."""
    return Entry.objects.filter(record=record).select_related("actor", "on_behalf_of").order_by("seq")


def without(values: Mapping[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """Return a state without the keys that are hidden from the reader (`Thing.hidden_from`)."""
    return {key: value for key, value in values.items() if key not in hidden}


def told(entries: Iterable[Entry], hidden: Collection[str] = ()) -> list[Passage]:
    """Return the entries of one record (oldest first, without gaps) with what each changed, but for what is hidden."""
    passages: list[Passage] = []
    before: dict[str, Any] | None = None
    for entry in entries:
        after = without(entry.values, hidden)
        passages.append(Passage(entry, differences(before, after)))
        before = after
    return passages


def history(record: Record, hidden: Collection[str] = ()) -> Sequence[Passage]:
    """Return all that happened to a record, newest first."""
    return told(entries_of(record), hidden)[::-1]


def as_of(record: Record, at: dt.datetime) -> Entry | None:
    """Return the entry that was the newest at that time; its `values` are how the record stood. None before it was."""
    return entries_of(record).filter(at__lte=at).order_by("-seq").first()


def since(record: Record, version: int, hidden: Collection[str] = ()) -> Sequence[Passage]:
    """Return what happened after the given version, oldest first."""
    entries = list(entries_of(record).filter(seq__gte=version))
    return [passage for passage in told(entries, hidden) if passage.entry.seq > version]

"""Reading the trail: what changed, and how a record stood at a given time."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import OPEN, Hidden, thing_of
from setsquare.kernel.trail.models import Entry

BESIDE = frozenset({"linked", "unlinked", "attached", "removed"})
"""What an entry says beside its state of links and files."""
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


def entries_of(record: Record, hidden: Hidden = OPEN) -> QuerySet[Entry]:
    """Return a record's entries, oldest first, but for deeds that are hidden from the reader."""
    entries = Entry.objects.filter(record=record).select_related("actor", "on_behalf_of").order_by("seq")
    if not hidden.deeds:
        return entries
    return entries.exclude(~Q(actor__username__in=hidden.by), command__in=hidden.deeds)


def without(values: Mapping[str, Any], hidden: Hidden) -> dict[str, Any]:
    """Return a state without what is hidden from the reader (`Thing.hidden_from`): whole keys, or a part of them."""
    left = {}
    for key, value in values.items():
        if key in hidden.part:
            kept = hidden.part[key](value)
            if kept or key not in hidden.keys:
                left[key] = kept
        elif key not in hidden.keys:
            left[key] = value
    return left


def heard(entries: Iterable[Entry], hidden: Hidden) -> Iterator[Entry]:
    """Yield entries as the reader hears of them: without the notes and the reasons that are hidden.

    A reason says in people's own words what its note would, so it is hidden along with that; their own they know.
    """
    for entry in entries:
        if entry.command in hidden.notes:
            entry.note = None
        if entry.command in hidden.unreasoned and not _is_told(entry, hidden):
            entry.reason = ""
        yield entry


def withheld(values: Mapping[str, Any], hidden: Hidden) -> list[str]:
    """Return the keys of a state of which something is hidden from the reader."""
    left = without(values, hidden)
    return sorted(key for key, value in values.items() if key not in left or left[key] != value)


def _is_told(entry: Entry, hidden: Hidden) -> bool:
    return entry.actor is not None and entry.actor.username in hidden.by


def told(entries: Iterable[Entry], hidden: Hidden = OPEN) -> list[Passage]:
    """Return the entries of one record (oldest first) with what each changed, but for what is hidden.

    None may be missing between them but such deeds as are hidden: what those changed is hidden as well.
    """
    passages: list[Passage] = []
    before: dict[str, Any] | None = None
    for entry in heard(entries, hidden):
        after = without(entry.values, hidden)
        if entry.command not in hidden.deeds or _is_told(entry, hidden):
            passages.append(Passage(entry, changed_by(entry, before, after)))
        before = after
    return passages


def changed_by(entry: Entry, before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[Change, ...]:
    """Return what an entry changed; not what older entries did not keep yet, unless it says itself that it did."""
    changes = differences(before, after)
    if before is None or not BESIDE.isdisjoint(entry.beside or ()):
        return changes
    late = thing_of(str(after["type"])).beside_too - before.keys() if "type" in after else frozenset()
    return tuple(change for change in changes if change.path not in late)


def history(record: Record, hidden: Hidden = OPEN) -> Sequence[Passage]:
    """Return all that happened to a record, newest first."""
    return told(entries_of(record), hidden)[::-1]


def as_of(record: Record, at: dt.datetime, hidden: Hidden = OPEN) -> Entry | None:
    """Return the entry that was the newest at that time; its `values` are how the record stood. None before it was."""
    return next(heard(entries_of(record, hidden).filter(at__lte=at).order_by("-seq")[:1], hidden), None)


def since(record: Record, version: int, hidden: Hidden = OPEN) -> Sequence[Passage]:
    """Return what happened after the given version, oldest first."""
    entries = list(entries_of(record).filter(seq__gte=version))
    return [passage for passage in told(entries, hidden) if passage.entry.seq > version]

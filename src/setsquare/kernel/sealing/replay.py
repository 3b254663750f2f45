"""Replaying the trail: whether each record is what its entries say, and each file and text what its digest says."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Max, Min, Q

from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.files.models import Attachment, Blob, Text
from setsquare.kernel.files.store import path_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import key_of
from setsquare.kernel.records.seeing import read_anew
from setsquare.kernel.records.things import Thing, all_things, thing_of, value_at
from setsquare.kernel.sealing import renames
from setsquare.kernel.sealing.findings import FOUND_ALTERED, Problem, in_chunks, shortened
from setsquare.kernel.search.index import is_indexed
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical
from setsquare.kernel.writing.limits import Unreadable
from setsquare.kernel.writing.media import ACCEPTED, sniff

ATTEMPTS = 5
"""Looks at one record that others keep changing, before it is left out."""
PIECE = 1 << 20


def check_records() -> Iterator[Problem]:
    """Yield each record whose entries have gaps, or whose row is not what its newest entry says."""
    renames.forget()
    known = {thing.code for thing in all_things()}
    for records in in_chunks(Record.objects.all(), "pk"):
        numbering = (
            Entry.objects.filter(record__in=[record.pk for record in records]).order_by().values("record")
        )
        counted = {
            row["record"]: row
            for row in numbering.annotate(
                entries=Count("pk"),
                first=Min("seq"),
                last=Max("seq"),
                began=Min("at", filter=Q(seq=1)),
                altered=Count("pk", filter=Q(command=FOUND_ALTERED)),
            )
        }
        for record in records:
            found = counted.get(record.pk)
            if record.number_key != key_of(record.number):
                yield Problem(record.number, f"{record.number} is not kept under the key of its number.")
            if found is None:
                yield Problem(record.number, f"{record.number} has no entry in the trail at all.")
                continue
            if found["first"] != 1 or found["last"] != found["entries"]:
                yield _gap(record)
            yield from _found_altered(record) if found["altered"] else ()
            if record.type in known:
                try:
                    yield from _check_live(record, found["began"] or record.created)
                except ObjectDoesNotExist:
                    yield Problem(record.number, f"{record.number}: {_what_is_missing(record)} missing.")
            else:
                yield from _check_kind(record)


def _found_altered(record: Record) -> Iterator[Problem]:
    """Tell of what was found changed before a command was carried out, which no command excuses afterwards."""
    for entry in Entry.objects.filter(record=record, command=FOUND_ALTERED).order_by("seq"):
        keys = entry.note["values"]["keys"] if entry.note else ""
        said = f"{record.number} was found changed otherwise than by commands before its entry {entry.seq}: {keys}."
        yield Problem(record.number, said)


def _check_kind(record: Record) -> Iterator[Problem]:
    """Tell of a record of a type that nobody declares any more whether it was made as one."""
    newest = Entry.objects.filter(record=record).order_by("-seq").values_list("seq", "state").first()
    if newest is None:
        return
    seq, state = newest
    try:
        kind = json.loads(state).get("type")
    except (ValueError, AttributeError):
        return  # told where entries are checked
    if kind != record.type:
        said = f"{record.number} is of the type {record.type!r}, but its newest entry ({seq}) says {kind!r}."
        yield Problem(record.number, said)


def _gap(record: Record) -> Problem:
    numbers = set(Entry.objects.filter(record=record).values_list("seq", flat=True))
    missing = sorted(set(range(1, max(numbers) + 1)) - numbers)
    entries = "Entry" if len(missing) == 1 else "Entries"
    return Problem(
        record.number, f"{entries} {shortened(missing)} of {record.number} is missing in its trail."
    )


def _what_is_missing(record: Record) -> str:
    """Return which row is gone without which the record cannot be read."""
    thing = thing_of(record.type)
    if not User.objects.filter(pk=record.owner_id).exists():
        return "its owner is"
    if not Unit.objects.filter(pk=record.unit_id).exists():
        return "its unit is"
    if thing.model is not None and not thing.model._default_manager.filter(record=record.pk).exists():
        return "its details are"
    return "what its details refer to is"


def _check_live(record: Record, began: dt.datetime) -> Iterator[Problem]:
    """Compare the record's row with its newest entry; anew where somebody changes it at this moment."""
    for _attempt in range(ATTEMPTS):
        live = read_anew(thing_of(record.type), record.pk)
        newest = Entry.objects.filter(record=record).order_by("-seq").first()
        problems = list(_compare(live, newest, began)) if newest is not None else []
        if not problems:
            return
        again = Record.objects.filter(pk=record.pk).values_list("version", flat=True).first()
        if again == live.version:
            yield from problems
            return


def _compare(live: Record, newest: Entry, began: dt.datetime) -> Iterator[Problem]:
    thing = thing_of(live.type)
    if live.version != newest.seq:
        said = f"{live.number} is at version {live.version}, but its newest entry is {newest.seq}."
        yield Problem(live.number, said)
    elif times := _other_times(live, newest, began):
        yield Problem(live.number, f"{live.number} is not of the times of its entries: {_differ(times)}.")
    if twins := [key for key, path in thing.twins.items() if getattr(live, key) != value_at(live, path)]:
        said = f"{live.number} is not what stands under accounts: {_differ(twins)}."
        yield Problem(live.number, said)
    if derived := thing.derived(live):
        said = f"{live.number} keeps what does not follow from the rest: {_differ(sorted(derived))}."
        yield Problem(live.number, said)
    state = thing.state_of(live)
    if canonical(state) != newest.state.encode() and (differing := differences(newest, state)):
        said = f"{live.number} is not what its newest entry ({newest.seq}) says: {_differ(differing)}."
        yield Problem(live.number, said)
    elif thing.search is not None and not is_indexed(live, thing.search(live)):
        yield Problem(live.number, f"The search index does not have {live.number} as it is.")


def _differ(names: Sequence[str]) -> str:
    return f"{', '.join(names)} differ{'s' if len(names) == 1 else ''}"


def _other_times(live: Record, newest: Entry, began: dt.datetime) -> list[str]:
    """Return which of a record's times are not those of the entries that made, changed and closed it."""
    right = {"created": began, "changed": newest.at, "closed": _closed_at(live, newest)}
    return [key for key, at in right.items() if getattr(live, key) != at]


def _closed_at(live: Record, newest: Entry) -> dt.datetime | None:
    """Return when the record came into the final states in which its newest entry leaves it; None if in none."""
    final = {state.code for state in thing_of(live.type).lifecycle.states if state.final}
    if _read(newest.state).get("state") not in final:
        return None
    closed = newest.at
    earlier = Entry.objects.filter(record=live, seq__lt=newest.seq).order_by("-seq")
    for at, state in earlier.values_list("at", "state").iterator(chunk_size=20):
        if _read(state).get("state") not in final:
            break
        closed = at
    return closed


def _read(state: str) -> dict[str, Any]:
    try:
        read = json.loads(state)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def differences(entry: Entry, state: dict[str, Any], until: dt.datetime | None = None) -> list[str]:
    """Return the keys of a record's state in which it is not what an entry kept, which may be older than a column.

    The state is that of the time `until`, or of now: units may have been renamed since the entry.
    """
    comparing = _Comparing(thing_of(state["type"]), entry.at, until)
    kept = _read(entry.state)
    return [
        key for key in {**kept, **state} if key != "version" and not comparing.is_as_kept(key, kept, state)
    ]


@dataclass(frozen=True)
class _Comparing:
    """The comparison of a state with what an entry kept of it."""

    thing: Thing
    since: dt.datetime
    until: dt.datetime | None

    def is_as_kept(self, key: str, kept: dict[str, Any], state: dict[str, Any]) -> bool:
        """Tell whether the row has what the entry kept; a column that a later version added is empty.

        What an older entry says beside its state is compared there.
        """
        if key not in kept:
            return not state[key] or key in self.thing.beside_too
        model = self.thing.model
        columns = {column.name for column in model._meta.concrete_fields} if model is not None else set()
        return key in state and self._same(kept[key], state[key], (key,), grows=key not in columns)

    def _same(self, kept: Any, live: Any, place: renames.Place, *, grows: bool) -> bool:
        """Tell whether two values of states are the same, but for a unit that was renamed by a command meanwhile.

        What is put together from other rows (`Thing.parts`) grows: a later version keeps more values of each row,
        and those are not compared with an entry that has none. A whole row more is a mapping, and is a difference.
        """
        if kept == live:
            return True
        if isinstance(kept, dict) and isinstance(live, dict):
            more = [live[key] for key in live.keys() - kept.keys()]
            if kept.keys() - live.keys() or any(not grows or isinstance(value, dict) for value in more):
                return False
            return all(self._same(kept[key], live[key], (*place, key), grows=grows) for key in kept)
        if isinstance(kept, list) and isinstance(live, list):
            return len(kept) == len(live) and all(
                self._same(one, other, place, grows=grows) for one, other in zip(kept, live, strict=True)
            )
        if not isinstance(kept, str) or not isinstance(live, str):
            return False
        is_unit = renames.names_a_unit(self.thing, place)
        return is_unit and renames.was_renamed(kept, live, self.since, self.until)


def check_units() -> Iterator[Problem]:
    """Yield where the paths of the unit tree, by which rights are inherited, are not those of the tree."""
    parents = dict(Unit.objects.values_list("pk", "parent_id"))
    right = set()
    for unit in parents:
        above: int | None = unit
        depth = 0
        while above is not None and depth <= len(parents):
            right.add((above, unit, depth))
            above, depth = parents.get(above), depth + 1
    kept = set(UnitPath.objects.values_list("ancestor_id", "descendant_id", "depth"))
    names = dict(Unit.objects.values_list("pk", "code"))
    for ancestor, descendant, _depth in sorted(kept ^ right):
        top, below = (names.get(unit, f"{unit} (deleted)") for unit in (ancestor, descendant))
        way = f"from unit {top} to unit {below}"
        yield Problem(below, f"The path {way} is not that of the tree: rights follow it.")


def check_texts() -> Iterator[Problem]:
    """Yield each kept text that is not what its digest says."""
    for texts in in_chunks(Text.objects.all(), "digest"):
        for text in texts:
            if hashlib.sha256(text.body.encode()).hexdigest() != text.digest:
                yield Problem(text.digest, f"The kept text {text.digest} is not what its digest says.")


def check_files() -> Iterator[Problem]:
    """Yield each file that is gone or not what its digest says."""
    for blobs in in_chunks(Blob.objects.defer("text"), "digest"):
        held = set(Attachment.objects.filter(blob__in=blobs).values_list("blob", flat=True))
        for blob in blobs:
            if why := _damage(blob) or (_other_kind(blob) if blob.digest in held else ""):
                yield Problem(blob.digest, f"The file {blob.digest}{_where(blob)} {why}.")


def _damage(blob: Blob) -> str:
    computed, size = hashlib.sha256(), 0
    try:
        with path_of(blob).open("rb") as file:
            while piece := file.read(PIECE):
                computed.update(piece)
                size += len(piece)
    except OSError:
        return "is missing in the file store"
    if computed.hexdigest() != blob.digest:
        return "is not what its digest says"
    return "" if size == blob.size else f"has {size} bytes, but is kept as one of {blob.size}"


def _other_kind(blob: Blob) -> str:
    """Judge a file that a record holds by its content, as it was judged when it was taken in."""
    extension = next((kind.extension for kind in ACCEPTED.values() if kind.name == blob.media_type), "")
    try:
        sniff(path_of(blob).read_bytes(), f"file.{extension}")
    except Unreadable:
        return f"is not of the media type that it is kept as: {blob.media_type}"
    return ""


def _where(blob: Blob) -> str:
    attachment = blob.attachments.select_related("record").first()
    return f" (“{attachment.name}” of {attachment.record.number})" if attachment else ""

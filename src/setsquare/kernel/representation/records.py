"""Records as JSON values: a line of a register, and the whole record now or at another time."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import models

from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.models import Attachment, Blob, Text
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, plain, value_at
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import without

Values = dict[str, Any]


def mention(record: Record) -> Values:
    """Return what is said of a record where another thing is about it; costs no query."""
    return {"type": record.type, "number": record.number, "title": record.title, "state": record.state}


def line(thing: Thing, record: Record) -> Values:
    """Return a record as a line of its register; no query where `registers.related_of` was read along."""
    return {
        **mention(record),
        "uid": str(record.uid),
        "owner": record.owner.username,
        "unit": record.unit.code,
        "version": record.version,
        **_times(record),
        "columns": {column.code: plain(value_at(record, column.path)) for column in thing.columns},
    }


def whole(thing: Thing, record: Record, reader: User) -> Values:
    """Return a record with its full canonical state, as far as the reader may know it, and what is told beside it."""
    state = without(thing.state_of(record), thing.hidden_from(reader, record))
    beside = {one.key: plain(one.values(record)) for one in thing.besides}
    return {**state, **beside, "uid": str(record.uid), **_times(record)}


def _times(record: Record) -> Values:
    return {
        "created": plain(record.created),
        "changed": plain(record.changed),
        "closed": plain(record.closed),
    }


def _keys_to(thing: Thing, model: type[models.Model]) -> Iterator[str]:
    if thing.model is not None:
        for field in thing.model._meta.concrete_fields:
            if field.is_relation and field.related_model is model:
                yield field.name


def texts_of(thing: Thing) -> tuple[str, ...]:
    """Return the names of the long texts that records of the type hold; the state names them by digest."""
    return tuple(_keys_to(thing, Text))


def blobs_of(thing: Thing) -> tuple[str, ...]:
    """Return the names under which records of the type hold a file; the state names it by digest."""
    return tuple(_keys_to(thing, Blob))


def text_at(
    thing: Thing, record: Record, reader: User, name: str, at: dt.datetime | None = None
) -> Text | None:
    """Return the text that a record holds under `name`, now or at another time; None where it holds none.

    None also where the reader may not read what it held in the state that it was in then. Raises KeyError where
    records of the type hold no text of this name.
    """
    if name not in texts_of(thing):
        raise KeyError(name)
    if at is None:
        found: Text | None = getattr(thing.detail_of(record), name)
        return found
    entry = Entry.objects.filter(record=record, at__lte=at).order_by("-seq").first()
    state = entry.values if entry is not None else {}
    digest = state.get(name)
    if digest and not thing.readable_then(record, state["state"], reader):
        return None
    return Text.objects.filter(digest=digest).first() if digest else None


def attachment(attached: Attachment) -> Values:
    """Return a file of a record."""
    return {
        "digest": attached.blob_id,
        "name": attached.name,
        "role": attached.role,
        "media_type": attached.blob.media_type,
        "size": attached.blob.size,
        "added": plain(attached.added),
        "added_by": plain(attached.added_by),
        "removed": plain(attached.removed),
    }


def link(found: Link, record: Record) -> Values:
    """Return a link as `record` has it: `to` another record or `from` one."""
    outwards = found.source_id == record.pk
    other = found.target if outwards else found.source
    return {
        "direction": "to" if outwards else "from",
        "kind": found.kind,
        "record": mention(other),
        "made": plain(found.made),
    }

"""A record as it stood: its rows, made anew in memory from the state that the trail keeps, and never saved.

What reads a record of today, such as the facts that its type declares, reads one of the past in the same way.
"""

import copy
import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.expiring import reckon_one
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import OPEN, Hidden, Thing, thing_of
from setsquare.kernel.representation.records import blobs_of, texts_of
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import as_of, without

CLOCKS_DIFFER = dt.timedelta(minutes=1)
PERSON, UNIT = "person", "unit"
"""Record types whose history says what people and units were called."""


@dataclass(frozen=True)
class Past:
    """A record as it stood at a time, as far as the reader may know it.

    `record` looks like a row of today, with its detail row; `readable` tells whether the reader may read its texts.
    """

    at: dt.datetime
    entry: Entry
    state: Mapping[str, Any]
    record: Record
    readable: bool
    hidden: Hidden = OPEN


def as_it_stood(thing: Thing, record: Record, at: dt.datetime, reader: User) -> Past | None:
    """Return the record as it stood at a time; None where it did not exist yet."""
    hidden = thing.hidden_from(reader, record)
    entry = as_of(record, at, hidden)
    if entry is None:
        return None
    state = without(entry.values, hidden)
    readable = thing.readable_then(record, str(state["state"]), reader)
    if not readable:
        held = {*texts_of(thing), *blobs_of(thing)}
        state = {key: value for key, value in state.items() if key not in held}
    stood = Rows(at, reader).whole(thing, record, entry, state)
    reckon_one(thing, stood, at)
    return Past(at, entry, {**state, "state": stood.state}, stood, readable, hidden)


class Rows:
    """Finds the rows that a state names, called as they were called at a time."""

    def __init__(self, at: dt.datetime, reader: User) -> None:
        self.at = at
        self.reader = reader

    def whole(self, thing: Thing, record: Record, entry: Entry, state: Mapping[str, Any]) -> Record:
        """Return the record of a state, with its detail row."""
        past = self._bare(thing, record, entry, state)
        past.owner = self.person(state.get("owner")) or record.owner
        past.unit = self.unit(state.get("unit")) or record.unit
        if thing.model is not None:
            self._detail(thing.model, past, thing.detail_of(record), state)
        if thing.restore is not None:
            thing.restore(past, state, self)
        return past

    def person(self, username: Any) -> User | None:
        """Return the person with this sign-in name."""
        found = User.objects.filter(username=username).first() if username else None
        if found is not None:
            found.name = names_then({found.username}, (), self.at).get(found.username, found.name)
        return found

    def unit(self, code: Any) -> Unit | None:
        """Return the unit with this code."""
        found = Unit.objects.filter(code=code).first() if code else None
        if found is not None:
            found.name = names_then((), {found.code}, self.at).get(found.code, found.name)
        return found

    def record(self, number: Any) -> Record | None:
        """Return the record with this number; without its title where the reader may not see it."""
        found = Record.objects.filter(number=number).select_related("owner", "unit").first()
        return self._called(found) if found is not None else None

    def _called(self, record: Record) -> Record:
        """Give a record of today the title and state that it had."""
        entry = as_of(record, self.at)
        thing = thing_of(record.type)
        if not may_see(thing, self.reader, record):
            record.title = ""
        elif entry is not None:
            record.title, record.state = entry.values["title"], entry.values["state"]
        return record

    def _bare(self, thing: Thing, record: Record, entry: Entry, state: Mapping[str, Any]) -> Record:
        past = copy.copy(record)
        past._state = copy.copy(record._state)
        past._state.fields_cache = {}
        past.title, past.state = str(state["title"]), str(state["state"])
        past.version, past.changed = entry.seq, entry.at
        closed = record.closed
        past.closed = closed if closed is not None and closed <= self.at else None
        return past

    def _detail(
        self, model: type[models.Model], past: Record, today: models.Model, state: Mapping[str, Any]
    ) -> None:
        row: Any = model(record=past)
        for field in model._meta.concrete_fields:
            if field.name == "record" or field.primary_key:
                continue
            value = state.get(field.name, field.get_default() if not field.is_relation else None)
            if not field.is_relation:
                setattr(row, field.name, field.to_python(value))
            elif isinstance(field, models.ForeignKey) and field.target_field.name == "digest":
                setattr(row, field.attname, value)
            else:
                found = self._named(field.related_model, value) if value is not None else None
                kept = found if found is not None or field.null else getattr(today, field.name)
                setattr(row, field.name, kept)

    def _named(self, model: Any, value: Any) -> models.Model | None:
        """Return the row of another table that a state names."""
        if model is User:
            return self.person(value)
        if model is Unit:
            return self.unit(value)
        if model is Record:
            return self.record(value)
        names = {field.name for field in model._meta.concrete_fields}
        by = "code" if "code" in names else "record__number" if "record" in names else "pk"
        related = ("record__owner", "record__unit") if "record" in names else ()
        found: Any = model._default_manager.select_related(*related).filter(**{by: value}).first()
        if found is not None and "record" in names:
            self._called(found.record)
        return found  # type: ignore[no-any-return]


def names_then(people: Collection[str], units: Collection[str], at: dt.datetime) -> dict[str, str]:
    """Return what people (by sign-in name) and units (by code) were called at a time, as far as a history says so."""
    names: dict[str, str] = {}
    for kind, path, keys in ((PERSON, "owner__username", people), (UNIT, "unit__code", units)):
        if not keys:
            continue
        then = Entry.objects.filter(record=OuterRef("pk"), at__lte=at).order_by("-seq").values("state")[:1]
        found = Record.objects.filter(type=kind, **{f"{path}__in": keys}).annotate(then=Subquery(then))
        names |= {key: json.loads(state)["title"] for key, state in found.values_list(path, "then") if state}
    return names


def signatures_then(past: Past, *others: Record) -> models.QuerySet[Signature]:
    """Return the signatures made on the record, and on others beside it, by that time, in their order."""
    records = [past.record.pk, *(record.pk for record in others)]
    rows = Signature.objects.filter(record_id__in=records, at__lte=past.at)
    return rows.select_related("signer", "on_behalf_of", "entry").order_by("id")


def signed_openly(
    rows: models.QuerySet[Signature], reader: User, *records: Record
) -> models.QuerySet[Signature]:
    """Return the signatures without those of others by deeds that are hidden from the reader."""
    for record in records:
        if deeds := thing_of(record.type).hidden_from(reader, record).deeds:
            rows = rows.exclude(~models.Q(signer=reader), record=record, entry__command__in=deeds)
    return rows


def files_then(past: Past) -> models.QuerySet[Attachment]:
    """Return the files that the record had at that time; none where the reader may not read what it held."""
    if not past.readable:
        return Attachment.objects.none()
    there = Q(removed__isnull=True) | Q(removed__gt=past.at)
    rows = Attachment.objects.filter(there, record=past.record.pk, added__lte=past.at)
    rows = rows.exclude(role__in=past.hidden.files)
    return rows.select_related("blob", "added_by")


def further(thing: Thing, state: Mapping[str, Any]) -> list[str]:
    """Return the keys of a state that no fact of the type shows, in the order in which they are told."""
    facts = [fact.path for section in thing.sections for fact in section.facts]
    shown = {step.removesuffix("_in_words") for path in facts for step in path.split("__")[1:]}
    shown |= {column.code for column in thing.columns if column.path in facts}
    shown |= {
        "type",
        "number",
        "title",
        "state",
        "owner",
        "unit",
        "version",
        *texts_of(thing),
        *blobs_of(thing),
    }
    fields = [field.name for field in thing.model._meta.concrete_fields] if thing.model is not None else []
    order = {key: place for place, key in enumerate((*thing.labels, *fields))}
    left = [key for key, value in state.items() if key not in shown and value not in (None, "", [], {})]
    return sorted((key for key in left if key != "name"), key=lambda key: order.get(key, len(order)))


def not_to_come(at: dt.datetime) -> dt.datetime:
    """Return a time as of which a record can be shown: the end of today, and what clocks differ by, stands for now.

    Raises Refused at `at` where it has not come yet.
    """
    now = timezone.now()
    local = timezone.localtime(at)
    ends_today = local.time() == dt.time.max and local.date() == timezone.localdate()
    if at > now + CLOCKS_DIFFER and not ends_today:
        raise Refused({"at": _("This time has not come yet: how the record will stand then, nobody knows.")})
    return min(at, now)

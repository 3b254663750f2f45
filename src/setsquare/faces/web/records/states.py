"""States as the trail keeps them, told with the words of the pages: labels, names, dates."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.values import RECORD_LABELS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.records.things import Column, Fact, Kind, Label, Thing
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Change

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_PEOPLE = frozenset({"owner", "manager", "substitute", "author", "person", "assignee"})
_UNITS = frozenset({"unit", "parent"})
LONGEST = 600
"""Characters of a value that a table shows."""


@dataclass(frozen=True)
class Words:
    """The words for the states of one record type, with the names of the people and units in them."""

    thing: Thing
    request: HttpRequest
    names: Mapping[str, str]

    def label(self, key: str) -> str:
        """Return how a value of the state is called: as the page calls it, or as its field does."""
        if key in RECORD_LABELS:
            return str(RECORD_LABELS[key])
        declared = _declared(self.thing, key)
        if declared is not None:
            return str(declared[0])
        if self.thing.model is not None:
            try:
                name = getattr(self.thing.model._meta.get_field(key), "verbose_name", key)
            except FieldDoesNotExist:
                name = key
            return str(name).replace("_", " ").capitalize()
        return key.replace("_", " ").capitalize()

    def value(self, key: str, value: Any) -> str | None:
        """Return a value of the state as a person reads it; None where there is nothing."""
        if value is None or value == "" or value == [] or value == {}:
            return None
        teller = hand_made(self.thing.code).values.get(key)
        if teller is not None:
            return teller(value, self.request)
        if key == "state":
            return self._state(value)
        declared = _declared(self.thing, key)
        if declared is not None and isinstance(value, str) and value in declared[2]:
            return str(declared[2][value])
        return _cut(self._spoken(value))

    def changes(self, changes: Iterable[Change]) -> list[dict[str, Any]]:
        """Return changes as the macros of `parts/trail.html.jinja` show them."""
        return [
            {
                "label": self.label(change.path),
                "was": self.value(change.path, change.before),
                "now": self.value(change.path, change.after),
            }
            for change in changes
        ]

    def facts(self, state: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return everything that a state holds, as facts of a page."""
        return [
            {"label": self.label(key), "value": self.value(key, value)}
            for key, value in state.items()
            if key not in ("type", "version")
        ]

    def _state(self, value: Any) -> str:
        try:
            return _(self.thing.lifecycle.state(str(value)).label)
        except KeyError:
            return str(value)

    def _spoken(self, value: Any) -> str:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, str):
            return self.names.get(value) or _dated(value)
        if isinstance(value, Mapping):
            inner = (
                f"{self.label(str(key))}: {self._spoken(entry)}" for key, entry in value.items() if entry
            )
            return ", ".join(inner)
        if isinstance(value, Sequence):
            parts = [self._spoken(entry) for entry in value]
            separator = "\n" if any(isinstance(entry, Mapping) for entry in value) else ", "
            return separator.join(parts)
        return "" if value is None else str(value)


def words_for(
    request: HttpRequest, thing: Thing, states: Iterable[Mapping[str, Any]], *, at: dt.datetime | None = None
) -> Words:
    """Return the words for these states; the names of people and units in them by one query.

    With `at`, units are called what they were called then.
    """
    people: set[str] = set()
    units: set[str] = set()
    for state in states:
        _gather(thing, state, people, units)
    names = _names(people, units)
    return Words(thing, request, {**names, **_former_names(units, at)} if at is not None else names)


def _former_names(units: set[str], at: dt.datetime) -> dict[str, str]:
    """Return what the units with these codes were called at a time."""
    entries = Entry.objects.filter(record__type="unit", at__lte=at, state__contains='"code":').order_by("seq")
    then = {entry.record_id: entry.values for entry in entries}
    return {state["code"]: state["title"] for state in then.values() if state["code"] in units}


def _gather(thing: Thing, state: Mapping[str, Any], people: set[str], units: set[str]) -> None:
    for key, value in state.items():
        declared = _declared(thing, key)
        kind = declared[1] if declared is not None else None
        if isinstance(value, Mapping):
            _gather(thing, value, people, units)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, Mapping):
                    _gather(thing, entry, people, units)
        elif isinstance(value, str) and value:
            if kind is Kind.PERSON or key in _PEOPLE:
                people.add(value)
            elif kind is Kind.UNIT or key in _UNITS:
                units.add(value)


def _names(people: set[str], units: set[str]) -> dict[str, str]:
    if not people and not units:
        return {}
    found = User.objects.filter(username__in=people).values_list("username", "name", Value("person"))
    also = Unit.objects.filter(code__in=units).values_list("code", "name", Value("unit"))
    return {key: name for key, name, _kind in found.union(also)}


def _declared(thing: Thing, key: str) -> tuple[Label, Kind, Mapping[str, Label]] | None:
    """Return what a fact or column of the page says of a value of the state: label, kind and choices."""
    ends = (key, f"{thing.detail}__{key}")
    facts = [fact for section in thing.sections for fact in section.facts]
    items: list[Fact | Column] = [*facts, *thing.columns]
    for item in items:
        if item.path in ends or (item.path.startswith(f"{thing.detail}__{key}__")):
            return item.label, item.kind, item.choices
    for column in thing.columns:
        if column.code == key:
            return column.label, column.kind, column.choices
    return None


def _dated(text: str) -> str:
    if _MOMENT.match(text):
        return date_format(timezone.localtime(dt.datetime.fromisoformat(text)), "DATETIME_FORMAT")
    return date_format(dt.date.fromisoformat(text), "DATE_FORMAT") if _DAY.match(text) else text


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"

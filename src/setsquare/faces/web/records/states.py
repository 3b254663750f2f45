"""States as the trail keeps them, told with the words of the pages: labels, names, dates."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Value
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.faces.web.pages import Rows, hand_made
from setsquare.faces.web.values import RECORD_LABELS
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.files.models import Text
from setsquare.kernel.records.things import Column, Fact, Kind, Label, Thing, thing_of
from setsquare.kernel.representation.past import names_then
from setsquare.kernel.trail.reading import Change

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_PEOPLE = frozenset(
    {"owner", "manager", "substitute", "author", "authors", "person", "people", "holder", "by"}
)
_ROLES = frozenset({"role", "roles"})
_UNITS = frozenset({"unit", "parent"})
_WITHIN: dict[str, Label] = {
    "role": gettext_lazy("Role"),
    "unit": gettext_lazy("Unit"),
    "person": gettext_lazy("Person"),
    "people": gettext_lazy("People"),
    "substitute": gettext_lazy("Substitute"),
    "from": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "reason": gettext_lazy("Reason"),
    "revoked": gettext_lazy("Revoked"),
    "name": gettext_lazy("Name"),
    "mode": gettext_lazy("Who of them"),
    "meaning": gettext_lazy("Meaning"),
    "copy": gettext_lazy("Copy"),
    "holder": gettext_lazy("Holder"),
    "place": gettext_lazy("Place"),
    "issued": gettext_lazy("Issued"),
    "recalled": gettext_lazy("Recalled"),
    "outcome": gettext_lazy("Outcome"),
    "note": gettext_lazy("Note"),
}
"""What values within a value of the state are called."""
LONGEST = 600
"""Characters of a value that a table shows."""


@dataclass(frozen=True)
class Words:
    """The words for the states of one record type, with the names of the people and units in them."""

    thing: Thing
    request: HttpRequest
    names: Mapping[str, str]
    texts: Mapping[str, str]
    """The beginnings of the texts that rows name by their digests."""
    roles: Mapping[str, str]

    def label(self, key: str) -> str:
        """Return how a value of the state is called: as the page calls it, or as its field does."""
        if key in RECORD_LABELS:
            return str(RECORD_LABELS[key])
        if key in self.thing.labels:
            return str(self.thing.labels[key])
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
        made = hand_made(self.thing.code)
        if key in made.values:
            return made.values[key](value, self.request)
        if key in made.rows and isinstance(value, Mapping):
            rows = made.rows[key]
            told = (f"{rows.label(name)}: {rows.told(None, row, self)[1]}" for name, row in value.items())
            return "\n".join(told)
        if key == "state":
            return self._state(value)
        declared = _declared(self.thing, key)
        if declared is not None and isinstance(value, str) and value in declared[2]:
            return str(declared[2][value])
        return _cut(self._spoken(value))

    def changes(self, changes: Iterable[Change]) -> list[dict[str, Any]]:
        """Return changes as the macros of `parts/trail.html.jinja` show them."""
        told: list[dict[str, Any]] = []
        for change in changes:
            rows = hand_made(self.thing.code).rows.get(change.path)
            if rows is not None:
                told += self._rows(rows, change.before or {}, change.after or {})
                continue
            was, now = (self.value(change.path, value) for value in (change.before, change.after))
            told.append({"label": self.label(change.path), "was": was, "now": now})
        return told

    def _rows(
        self, rows: Rows, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows that came, changed or went."""
        for key in (*after, *(key for key in before if key not in after)):
            was, now = before.get(key), after.get(key)
            if was == now:
                continue
            pair = (
                rows.told(was, now, self) if now is not None else (rows.told(None, was or {}, self)[1], None)
            )
            yield {"label": rows.label(key), "was": pair[0], "now": pair[1]}

    def facts(self, state: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return everything that a state holds, as facts of a page."""
        return [
            {"label": self.label(key), "value": self.value(key, value)}
            for key, value in state.items()
            if key not in ("type", "version")
        ]

    def _within(self, key: str) -> str:
        """Return how a value within a value is called."""
        return str(_WITHIN[key]) if key in _WITHIN else self.label(key)

    def _role(self, key: str, value: Any) -> str:
        return self.roles.get(value, "") if key in _ROLES and isinstance(value, str) else ""

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
                f"{self._within(str(key))}: {self._role(str(key), entry) or self._spoken(entry)}"
                for key, entry in value.items()
                if entry
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

    With `at`, people and units are called what they were called then.
    """
    people: set[str] = set()
    units: set[str] = set()
    digests: set[str] = set()
    roles: set[str] = set()
    for state in states:
        _gather(thing, state, people, units)
        _gather_roles(state, roles)
        _gather_rows(thing, state, people, digests)
    names = _names(people, units)
    if at is not None:
        names |= names_then(people, units, at)
    return Words(thing, request, names, _beginnings(digests), _roles(roles))


def _gather_rows(thing: Thing, state: Mapping[str, Any], people: set[str], digests: set[str]) -> None:
    for key, rows in hand_made(thing.code).rows.items():
        for row in (state.get(key) or {}).values():
            people |= {row[name] for name in rows.people if row.get(name)}
            digests |= {row[rows.text]} if row.get(rows.text) else set()


def _gather_roles(value: Any, roles: set[str], key: str = "") -> None:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            _gather_roles(entry, roles, str(name))
    elif isinstance(value, list):
        for entry in value:
            _gather_roles(entry, roles, key)
    elif isinstance(value, str) and value and key in _ROLES:
        roles.add(value)


def _roles(codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    return dict(Role.objects.filter(code__in=codes).values_list("code", "name"))


def _beginnings(digests: set[str]) -> dict[str, str]:
    """Return as much of these texts as a table shows."""
    if not digests:
        return {}
    found = Text.objects.filter(digest__in=digests).values_list("digest", Left("body", LONGEST + 1))
    return {digest: _cut(text) for digest, text in found}


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
                elif isinstance(entry, str) and key in _PEOPLE:
                    people.add(entry)
        elif isinstance(value, str) and value:
            if kind is Kind.PERSON or key in _PEOPLE or key in _people_of(thing.code):
                people.add(value)
            elif kind is Kind.UNIT or key in _UNITS:
                units.add(value)


@lru_cache(maxsize=100)
def _people_of(thing_code: str) -> frozenset[str]:
    """Return the columns of a type's detail row that name people."""
    model = thing_of(thing_code).model
    columns = model._meta.concrete_fields if model is not None else ()
    return frozenset(column.name for column in columns if column.is_relation and column.related_model is User)


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

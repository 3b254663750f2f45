"""What a record type is, said once: the declaration from which register, page, form, API, CLI and import derive.

A domain declares each of its record types as a `Thing` in its `thing.py` and registers it when its app is ready.
Nothing here knows HTTP.
"""

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.lifecycle import Lifecycle
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof

Label = str | Promise


class Element(StrEnum):
    """The profession's five elements, in whose order things are shown; administration comes last."""

    CONTEXT = "context"
    GOVERNANCE = "governance"
    ASSURANCE = "assurance"
    IMPROVEMENT = "improvement"
    LEADERSHIP = "leadership"
    ADMINISTRATION = "administration"

    @property
    def label(self) -> Promise:
        """Return the element's name."""
        return ELEMENT_LABELS[self]


ELEMENT_LABELS: dict[Element, Promise] = {
    Element.CONTEXT: _("Context"),
    Element.GOVERNANCE: _("Governance"),
    Element.ASSURANCE: _("Assurance"),
    Element.IMPROVEMENT: _("Improvement"),
    Element.LEADERSHIP: _("Leadership"),
    Element.ADMINISTRATION: _("Administration"),
}


class Kind(StrEnum):
    """How a value is shown and compared."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MARKDOWN = "markdown"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DUE = "due"
    """A day by which something has to be done: once it is past, the page says so."""
    DATETIME = "datetime"
    STATE = "state"
    CHOICE = "choice"
    PERSON = "person"
    UNIT = "unit"
    RECORD = "record"
    LIST = "list"
    STEPS = "steps"
    """A list in whose order things are done."""
    AMENDMENTS = "amendments"
    """What would change: a list of `Amendment`."""


class Amendment(NamedTuple):
    """One thing that would change, in words: how it is now (empty: there is nothing yet) and how it would be."""

    label: Label
    before: str
    after: str


@dataclass(frozen=True)
class Column:
    """A column of the register. `path` is a lookup from Record (`title`, `document__kind__name`)."""

    code: str
    label: Label
    path: str
    kind: Kind = Kind.TEXT
    sortable: bool = False
    shown: bool = True
    """Whether the register shows it before a person chooses columns."""
    choices: Mapping[str, Label] = field(default_factory=dict)


USUAL_COLUMNS = (
    Column("number", _("Number"), "number", sortable=True),
    Column("title", _("Title"), "title", sortable=True),
    Column("state", _("State"), "state", Kind.STATE, sortable=True),
    Column("owner", _("Owner"), "owner", Kind.PERSON),
    Column("unit", _("Unit"), "unit", Kind.UNIT),
    Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True),
)
"""What the register of a type shows that names no columns of its own."""


@dataclass(frozen=True)
class Filter:
    """A filter of the register: an equality, a range or a named condition."""

    code: str
    label: Label
    path: str = ""
    kind: Kind = Kind.CHOICE
    choices: Mapping[str, Label] | Callable[[User], Mapping[str, Label]] = field(default_factory=dict)
    """Those that are data are what the person sees of it."""
    condition: Callable[[str, User], Q] | None = None
    """Instead of a path: from the chosen value and the person to a condition."""

    def options(self, user: User) -> Mapping[str, Label]:
        """Return the choices, asked now where they are data."""
        return self.choices(user) if callable(self.choices) else self.choices


@dataclass(frozen=True)
class Fact:
    """One line of a record's page: a label and where the value is found."""

    label: Label
    path: str
    kind: Kind = Kind.TEXT
    choices: Mapping[str, Label] = field(default_factory=dict)
    without: Label = ""
    """What it means that there is no value, such as that something holds for good; empty: nothing."""


@dataclass(frozen=True)
class Section:
    """A part of a record's page."""

    label: Label
    facts: tuple[Fact, ...]
    sparse: bool = False
    """Shows only what has a value, and nothing at all where nothing has."""


@dataclass(frozen=True)
class SearchText:
    """What search finds a record by; matches in the title weigh most, in the body least."""

    title: str
    keywords: str = ""
    body: str = ""


@dataclass(frozen=True)
class Hidden:
    """What somebody does not see of a record that they see: keys of its states, and what its history tells."""

    keys: frozenset[str] = frozenset()
    deeds: frozenset[str] = frozenset()
    """Commands that are not told at all."""
    notes: frozenset[str] = frozenset()
    """Commands that are told without their note, and without the reason that was given for them."""
    reasons: frozenset[str] = frozenset()
    """Commands that are told with their note and without the reason that was given for them."""
    tasks: frozenset[str] = frozenset()
    """Kinds of what others are asked."""
    files: frozenset[str] = frozenset()
    """Files of these roles."""
    part: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What of the value under a key is told all the same, such as of a list of people the reader's own row; of a key
    that is among `keys`, nothing where nothing is left."""
    by: frozenset[str] = frozenset()
    """Sign-in names of those whose deeds are told all the same."""

    @property
    def unreasoned(self) -> frozenset[str]:
        """Return the commands of which the reader is not told for what reason others carried them out."""
        return self.deeds | self.notes | self.reasons


OPEN = Hidden()
"""Nothing is hidden."""


@dataclass(frozen=True)
class Expiry:
    """A state that is over with a day, and the one that follows, which the clock enters by a command."""

    state: str
    into: str
    last: str
    """The path from Record to the last day; where there is none, the state holds for good."""


@dataclass(frozen=True)
class Beside:
    """What is told of a record beside its state, because it stands elsewhere; who sees the record may know it.

    Programs get the values under `key`; people read them under `label`, a line for each.
    """

    key: str
    label: Label
    values: Callable[[Record], Sequence[Mapping[str, Any]]]
    told: tuple[str, ...]
    """Which of the values people read, in that order; the first says what it is."""


def default_scope(thing: "Thing", user: User) -> Q:
    """A record is seen by who holds the type's reading permission in its unit, and by its owner."""
    return Q(unit_id__in=units_where(user, thing.read)) | Q(owner_id=user.pk)


def scope_from_below(thing: "Thing", user: User) -> Q:
    """A record is seen from the units below its own, too: what holds for the whole is read in each part."""
    return Q(unit_id__in=units_where(user, thing.read, upwards=True)) | Q(owner_id=user.pk)


BY_READING = (default_scope, scope_from_below)
"""Scopes by which whoever reads a type in a unit sees each of its records there, from the moment that it is made."""


@dataclass(frozen=True)
class Thing:
    """The declaration of one record type. Keep it small enough to be read in a sitting."""

    code: str
    """The type as stored, singular (`change_request`)."""
    slug: str
    """The type in addresses and on the command line, plural (`change-requests`)."""
    name: Label
    plural: Label
    element: Element
    icon: str
    lifecycle: Lifecycle
    read: str
    """The permission that lets a person see records of this type."""
    numbering: str
    """Default pattern of its numbers."""
    read_by_too: str = ""
    """Another permission by which `scope` lets people see some of them: their navigation names the register, too."""
    model: type[models.Model] | None = None
    """The detail table, joined by an explicit one-to-one `record`; None where Record is enough."""
    description: Label = ""
    """One sentence for the empty register: what this is for."""
    columns: tuple[Column, ...] = USUAL_COLUMNS
    filters: tuple[Filter, ...] = ()
    sections: tuple[Section, ...] = ()
    besides: tuple[Beside, ...] = ()
    """What is told of one record, also outside the web, though it stands elsewhere."""
    related: tuple[str, ...] = ()
    """Paths that a register or page reads along in the same query (`select_related`)."""
    search: Callable[[Record], SearchText] | None = None
    scope: Callable[["Thing", User], Q] = default_scope
    private: Hidden = OPEN
    """What of the state, now or at another time, and of the history only those see whom `privy` names."""
    guarded: frozenset[str] = frozenset()
    """Paths to records that are named only to those who may see them, too (`records.naming`)."""
    privy: Callable[[Record, User], bool] = lambda _record, _user: True
    hides: Callable[[Record, User], Hidden] | None = None
    """What is hidden from somebody, where that is not all of `private` or nothing: asked in place of `privy`."""
    narrow: Callable[[Record, Hidden], None] | None = None
    """Leaves on the rows of a record, which nobody saves, what `Hidden.part` leaves of what its facts show."""
    privy_by: tuple[str, str] | tuple[()] = ()
    """Permissions by either of which somebody is privy to the records of a unit, where what is private is of people:
    the trail of the organisation tells nobody else of the deeds and notes that are private."""
    authors: Callable[[Record], Collection[str]] = lambda record: (record.owner.username,)
    """Sign-in names of those who made what a record says: none of them judges it."""
    about: Callable[[Record], Collection[str]] = lambda _record: ()
    """Sign-in names of those whom a record is about: none of them countersigns what is done to it."""
    proof: Proof | None = None
    """As evidence of what records show what people are able to; None: they show nothing of it."""
    ruled: bool = True
    """Whether rules of authority are asked at its commands: not where what is done follows from a rule that was asked,
    such as at countersigning, of which the rule of what was prepared says who may."""
    puts_right: bool = False
    """Whether something that was done elsewhere is put right in such records, as in a change request."""
    favours: bool = False
    """Whether whom a command's input names gains by it, whatever the field: none of them countersigns it either."""
    kind_of: Callable[[Record], str] | None = None
    """Of which kind a record is, by its code, where rules of authority may hold for some kinds only."""
    kinds: Callable[[], Mapping[str, Label]] = dict
    """The kinds that there are, by code."""
    parts: Callable[[Record], Mapping[str, Any]] | None = None
    """What belongs to the record's state beyond its columns: child rows, lists."""
    beside_too: frozenset[str] = frozenset()
    """Keys of `parts` that repeat what entries keep of links and files beside the state: entries that are older than
    such a key do not hold it, and say it there."""
    in_short: Callable[[Sequence[Record]], Mapping[int, str]] | None = None
    """What is said of each of many records, by id, to who does something to all of them at once, in one line."""
    signed: Callable[[Record], Record | None] = lambda _record: None
    """The record that was signed in place of this one: of a document its revision in force."""
    labels: Mapping[str, Label] = field(default_factory=dict)
    """What values of the state are called that no fact and no column names, in the order in which they are told."""
    restore: Callable[[Record, Mapping[str, Any], Any], None] | None = None
    """The way back from `parts`: puts what they keep onto the rows of a record as it stood, which nobody saves. The
    last argument is a `representation.past.Rows`, which finds people and units by the names that states have."""
    readable_then: Callable[[Record, str, User], bool] = lambda _record, _state, _user: True
    """Whether who sees the record now may also read the texts and files that it held in the given earlier state."""
    twins: Mapping[str, str] = field(default_factory=dict)
    """Columns of Record that another row repeats, with the path to it there; the verifier compares them."""
    derived: Callable[[Record], Collection[str]] = lambda _record: ()
    """Names of what rows of the record keep beyond its state that does not follow from the rest as it has to; the
    verifier tells them. What an event still on its way will mend is not among them."""
    expiry: Expiry | None = None
    """Which state is over with a day: from then on the other one is told, be the clock late or not."""
    confidential: bool = False
    """Whether also the trail of the whole organisation tells of a record only to those who see it."""
    in_navigation: bool = True
    area: Label = ""
    """The heading that it stands under in the navigation, where that is not the element's own."""
    searchable: bool = True

    @property
    def heading(self) -> Label:
        """Return the heading that it stands under in the navigation, by which pages and lists name its place."""
        return self.area or self.element.label

    @property
    def detail(self) -> str:
        """Return the name by which Record reaches the detail row."""
        if self.model is None:
            return ""
        one_to_one = self.model._meta.get_field("record")
        return str(one_to_one.remote_field.related_name)  # type: ignore[union-attr]

    def detail_of(self, record: Record) -> Any:
        """Return the detail row of `record`, or None where the type has none."""
        return getattr(record, self.detail) if self.detail else None

    def visible_to(self, user: User) -> models.QuerySet[Record]:
        """Return the records of this type that `user` may see."""
        return Record.objects.filter(self.scope(self, user), type=self.code)

    def hidden_from(self, user: User, record: Record) -> Hidden:
        """Return what of the record's states and history `user` does not see; the row remembers it."""
        if self.private == OPEN:
            return OPEN
        known: dict[int, Hidden] = vars(record).setdefault("_hidden_from", {})
        if user.pk not in known:
            if self.hides is not None:
                known[user.pk] = self.hides(record, user)
            else:
                known[user.pk] = OPEN if self.privy(record, user) else self.private
        return known[user.pk]

    def state_of(self, record: Record) -> dict[str, Any]:
        """Return the full canonical state of a record, as the trail keeps it: JSON values only.

        People appear by sign-in name, units by code, records by number, so that it can be read elsewhere.
        """
        state: dict[str, Any] = {
            "type": record.type,
            "number": record.number,
            "title": record.title,
            "state": record.state,
            "owner": record.owner.username,
            "unit": record.unit.code,
            "version": record.version,
        }
        row = self.detail_of(record)
        if row is not None:
            for column in row._meta.concrete_fields:
                if column.name != "record" and not column.primary_key:
                    state[column.name] = plain(getattr(row, _place_of(column)))
        if self.parts is not None:
            state.update({key: plain(value) for key, value in self.parts(record).items()})
        return state


def _place_of(column: models.Field[Any, Any]) -> str:
    """Return where a row has the column's value: of a text or file its digest, which stands in the row itself."""
    by_digest = isinstance(column, models.ForeignKey) and column.target_field.name == "digest"
    return column.attname if by_digest else column.name


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it; rows become the name that people know them by."""
    if value is None or isinstance(value, str | bool | int):
        return str(value) if isinstance(value, StrEnum) else value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date | dt.time | decimal.Decimal | uuid.UUID):
        return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, models.Model):
        return _name_of(value)
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def _name_of(row: models.Model) -> Any:
    if isinstance(row, Record):
        return row.number
    if isinstance(row, User):
        return row.username
    if isinstance(row, Unit):
        return row.code
    for name in ("code", "digest"):
        if hasattr(row, name):
            return getattr(row, name)
    record = getattr(row, "record", None)
    return record.number if isinstance(record, Record) else row.pk


_things: dict[str, Thing] = {}
_PLACES = {element: place for place, element in enumerate(Element)}


def register(thing: Thing) -> Thing:
    """Make a record type known; raises ImproperlyConfigured on a code or slug that is taken."""
    for other in _things.values():
        if other is not thing and (other.code == thing.code or other.slug == thing.slug):
            raise ImproperlyConfigured(f"record type {thing.code!r} ({thing.slug!r}) is declared twice")
    _things[thing.code] = thing
    return thing


def all_things() -> tuple[Thing, ...]:
    """Return every record type, in the order of the five elements."""
    return tuple(sorted(_things.values(), key=lambda thing: _PLACES[thing.element]))


def thing_of(code: str) -> Thing:
    """Return a record type by its code; raises KeyError."""
    return _things[code]


def thing_by_slug(slug: str) -> Thing:
    """Return a record type by its plural name in addresses; raises KeyError."""
    for thing in _things.values():
        if thing.slug == slug:
            return thing
    raise KeyError(slug)


def visible_to(
    user: User, *, searchable: bool = False, types: Collection[str] | None = None
) -> models.QuerySet[Record]:
    """Return the records of every type (or of `types`, which is cheaper) that `user` may see."""
    condition = Q(pk__in=[])
    for thing in _things.values():
        if (thing.searchable or not searchable) and (types is None or thing.code in types):
            condition |= Q(type=thing.code) & thing.scope(thing, user)
    return Record.objects.filter(condition)


def find(user: User, number: str) -> Record:
    """Return the record with this number if `user` may see it.

    Raises Record.DoesNotExist alike where there is none and where it may not be seen: by one query in either case,
    so that the time tells no more than the answer.
    """
    found = visible_to(user).filter(number=number).select_related("owner", "unit")[:1]
    for record in found:
        return record
    raise Record.DoesNotExist


def value_at(record: Record, path: str) -> Any:
    """Return what `path` (a lookup with double underscores) leads to; None where a step is missing or unnamed."""
    if path in record.unnamed:
        return None
    value: Any = record
    for step in path.split("__"):
        try:
            value = getattr(value, step)
        except ObjectDoesNotExist:
            return None
        if value is None:
            return None
        if callable(value) and not isinstance(value, models.Model):
            value = value()
    return value

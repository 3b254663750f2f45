"""The input of a command, as one typed declaration from which forms, API schemas and CLI options derive."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args

from annotated_types import MaxLen
from django.utils.translation import gettext as _
from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.complaints import SENTENCES, sentence
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.references import References, too_long
from setsquare.kernel.files.models import Upload
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.media import WEB_PAGES, extension_of

B = TypeVar("B", bound=BaseModel)
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years in which days and times are taken."""
LARGEST = 2**63 - 1
"""The largest whole number that a database holds."""
UNKEEPABLE = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
"""What no database holds (NUL, halves of characters), and what misleads a reader (control characters, turned order)."""
INVISIBLE = re.compile("[\\xad\\u180e\\u200b\\u200e\\u200f\\u2060-\\u2064\\ufeff]")
"""What comes along when a line is copied, and cannot be seen: it is left out of names and titles."""
UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters that look like nothing."""
ONE_LINE = 300
"""The longest text that is asked for in one line."""
LONGEST_REASON = 2000
"""The longest reason that is kept with what somebody does."""


class Body(BaseModel):
    """What a command takes. Unknown names are refused, white space around texts is dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, arbitrary_types_allowed=True)


class Widget(StrEnum):
    """How a field is asked for on the screen; AUTO derives it from the type."""

    AUTO = "auto"
    TEXT = "text"
    LONG_TEXT = "long_text"
    MARKDOWN = "markdown"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    PEOPLE = "people"
    UNIT = "unit"
    UNITS = "units"
    ROLE = "role"
    ROLES = "roles"
    RECORD = "record"
    RECORDS = "records"
    PART = "part"
    """A part of the record that the field beside it names, such as a component of a framework: given by its code."""
    LEVEL = "level"
    """A level of a part of the record that the field beside it names: given by its rank, chosen by name."""
    FILE = "file"
    FILES = "files"
    ROWS = "rows"
    HIDDEN = "hidden"


Choices = Mapping[str, Label]


@dataclass(frozen=True)
class Shown:
    """How a field of a body is named and asked for; goes into the field's `Annotated`."""

    label: Label
    hint: Label = ""
    widget: Widget = Widget.AUTO
    of: str | Callable[[], Collection[str]] = ""
    """For records: the code of the record type to choose from (empty: any), or the codes of several.

    For a part or a level: the name of the field beside it that names the record."""
    part: str = ""
    """For a level: the name of the field beside it that names the part of which it is one."""
    states: Mapping[str, Collection[str]] = field(default_factory=dict)
    """For records: by type in which states one can be chosen at all, such as frameworks in force; others in any."""
    only: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    """For records: by type, by the code of a filter of its register, which values one of can be chosen."""
    choices: Choices | Callable[[], Choices] = field(default_factory=dict)
    either: bool = False
    """Whether this is one of two fields of which one has to be given."""
    needed: Label = ""
    """Where it has to be given though it may be left empty elsewhere, such as “needed where nobody has to read it”."""
    emptied: bool = False
    """Whether a field that is emptied on the screen says so (null), rather than that it was left out."""
    headings: Callable[[], Choices] | None = None
    """Under which headings the choices stand, where they are many: by value."""
    under: Label = ""
    """The heading of the part of the form that begins with this field, where a long form has parts."""
    living: bool = False
    """Whether the choices are rows of the database, which nobody can list before there is one."""

    def options(self) -> Choices:
        """Return the choices, asked now where they are data."""
        return self.choices() if callable(self.choices) else self.choices

    def types(self) -> Collection[str]:
        """Return the codes of the record types to choose from; none: any."""
        if callable(self.of):
            return self.of()
        return (self.of,) if self.of else ()

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Give the label, the hint and where it is needed to the API's schema."""
        schema = handler(core_schema)
        schema["title"] = str(self.label)
        if said := [str(self.hint)] * bool(self.hint) + [f"({self.needed})"] * bool(self.needed):
            schema["description"] = " ".join(said)
        return schema


def name_in(value: Any) -> str:
    """Return the name, code or number by which something is given; raises ValueError for what is none."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(_("Write a text here."))


def _found(kind: type[Any], value: Any, info: ValidationInfo) -> tuple[str, Any]:
    """Return the name that is given, and the row that it names; None where there is none."""
    name, context = name_in(value), info.context or {}
    references = context.get("references") or References(Body, {}, context.get("actor"))
    return name, references.get(kind, name)


def _person(value: Any, info: ValidationInfo) -> User:
    if isinstance(value, User):
        return value
    name, found = _found(User, value, info)
    if found is None:
        raise ValueError(_("There is nobody with the sign-in name “%(name)s”.") % {"name": name})
    return cast(User, found)


def _active_person(value: Any, info: ValidationInfo) -> User:
    person = _person(value, info)
    if not person.is_active:
        raise ValueError(_("%(name)s has left and cannot be chosen.") % {"name": person.name})
    return person


def _unit(value: Any, info: ValidationInfo) -> Unit:
    if isinstance(value, Unit):
        return value
    code, found = _found(Unit, value, info)
    if found is None:
        raise ValueError(_("There is no unit with the code “%(code)s”.") % {"code": code})
    return cast(Unit, found)


def _open_unit(value: Any, info: ValidationInfo) -> Unit:
    unit = _unit(value, info)
    if why := why_closed(unit):
        raise ValueError(why)
    return unit


def why_closed(unit: Unit) -> str:
    """Return the sentence that refuses a closed unit, empty for one that is open."""
    if unit.closed_on is None:
        return ""
    return _("%(name)s is closed; choose a unit that is open.") % {"name": unit.name}


def _role(value: Any, info: ValidationInfo) -> Role:
    if isinstance(value, Role):
        return value
    code, found = _found(Role, value, info)
    if found is None:
        raise ValueError(_("There is no role with the code “%(code)s”.") % {"code": code})
    return cast(Role, found)


def _record(value: Any, info: ValidationInfo) -> Record:
    if isinstance(value, Record):
        return value
    number, found = _found(Record, value, info)
    if found is None:
        raise ValueError(_("There is no %(number)s that you can see.") % {"number": number})
    return cast(Record, found)


def _upload(value: Any, info: ValidationInfo) -> Upload:
    if isinstance(value, Upload):
        return value
    _digest, found = _found(Upload, value, info)
    if found is None:
        raise ValueError(_("This file was not uploaded by you; upload it first."))
    return cast(Upload, found)


def _file(value: Any, info: ValidationInfo) -> Upload:
    found = _upload(value, info)
    if extension_of(found.name) in WEB_PAGES:
        raise ValueError(_("Web pages can be imported as text, but not kept as files."))
    return found


_string = {"type": "string"}
Person = Annotated[User, PlainValidator(_active_person), WithJsonSchema({**_string, "format": "person"})]
"""A person, given by sign-in name."""
AnyPerson = Annotated[User, PlainValidator(_person), WithJsonSchema({**_string, "format": "person"})]
"""A person, also one who left."""
UnitRef = Annotated[Unit, PlainValidator(_open_unit), WithJsonSchema({**_string, "format": "unit"})]
"""A unit, given by code; a closed one takes nothing new."""
AnyUnit = Annotated[Unit, PlainValidator(_unit), WithJsonSchema({**_string, "format": "unit"})]
"""A unit, also a closed one: where what a record has stays as it is."""
RoleRef = Annotated[Role, PlainValidator(_role), WithJsonSchema({**_string, "format": "role"})]
"""A role, given by code."""
RecordRef = Annotated[Record, PlainValidator(_record), WithJsonSchema({**_string, "format": "record"})]
"""A record, given by number; one that the actor may not see does not exist."""
FileRef = Annotated[Upload, PlainValidator(_file), WithJsonSchema({**_string, "format": "sha256"})]
"""A file that the actor uploaded before, given by its SHA-256, for a record to hold."""
UploadRef = Annotated[Upload, PlainValidator(_upload), WithJsonSchema({**_string, "format": "sha256"})]
"""The same, only to be read: it may also be a web page."""


def shown(model: type[BaseModel], name: str) -> Shown:
    """Return how a field is shown; a field without declaration is shown by its name."""
    for item in model.model_fields[name].metadata:
        if isinstance(item, Shown):
            return item
    return Shown(name.replace("_", " ").capitalize())


def _unkeepable(data: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the places of values that no database keeps, each with its sentence."""
    if isinstance(data, str):
        if UNKEEPABLE.search(data):
            yield place, _("This holds a character that cannot be kept. Write it anew without.")
    elif isinstance(data, int):
        if abs(data) > LARGEST:
            yield place, _("Give a smaller number.")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _unkeepable(value, f"{place}.{key}" if place else str(key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from _unkeepable(value, f"{place}.{index}" if place else str(index))


def refuse_unkeepable(data: Any) -> None:
    """Raise Refused where a value, at whatever depth, is of a kind that no database keeps."""
    if found := dict(_unkeepable(data)):
        raise Refused(found)


def check_reasons(reasons: Mapping[str, str]) -> None:
    """Raise Refused at each field where what somebody gives as a reason cannot be kept, or is too long to be read."""
    found = {
        place: str(SENTENCES["string_too_long"]) % {"max_length": LONGEST_REASON}
        for place, text in reasons.items()
        if len(text) > LONGEST_REASON
    }
    if wrong := found | dict(_unkeepable(reasons)):
        raise Refused(wrong)


def _beyond_calendar(data: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the places of days and times so far away that time zones and terms lead out of the calendar."""
    if isinstance(data, dt.date):  # which a time is, too
        if not FIRST_YEAR <= data.year <= LAST_YEAR:
            sentence = _("Give a year from %(first)s to %(last)s.")
            yield place, sentence % {"first": FIRST_YEAR, "last": LAST_YEAR}
    elif isinstance(data, BaseModel):
        for name in type(data).model_fields:
            yield from _beyond_calendar(getattr(data, name), f"{place}.{name}" if place else name)
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from _beyond_calendar(value, f"{place}.{index}" if place else str(index))


def one_line(model: type[BaseModel], name: str) -> bool:
    """Tell whether a field takes a name or title: a text of one line."""
    field = model.model_fields[name]
    most = next((item.max_length for item in field.metadata if isinstance(item, MaxLen)), ONE_LINE + 1)
    return most <= ONE_LINE and shown(model, name).widget in (Widget.AUTO, Widget.TEXT)


def shows_nothing(text: str) -> bool:
    """Tell whether a text is made only of what cannot be seen."""
    seen = INVISIBLE.sub("", text)
    return not any(unicodedata.category(sign)[0] in "LNPS" and sign not in UNSEEN for sign in seen)


def _legible(model: type[BaseModel], data: Mapping[str, Any], wrong: dict[str, Label]) -> dict[str, Any]:
    """Return input with its names and titles as they are seen; adds to `wrong` one that shows nothing or breaks.

    A longer text that shows nothing is as good as empty.
    """
    found: dict[str, Any] = dict(data)
    for name in model.model_fields.keys() & found.keys():
        value = found[name]
        if not isinstance(value, str):
            continue
        if not one_line(model, name):
            found[name] = "" if shows_nothing(value) else value
            continue
        value = INVISIBLE.sub("", value).strip()
        if len(value.splitlines()) > 1:
            wrong[name] = _("Write this on one line.")
        elif value and shows_nothing(value):
            wrong[name] = _("Write something that can be seen.")
        found[name] = value
    return found


def label_at(model: type[BaseModel], place: str) -> str:
    """Return what the field at a place is called: “Approval route, row 1, People” for `route.0.people`.

    A place that the body does not have (a value within a list, the reason) is called by what is known of it.
    """
    parts: list[str] = []
    inner: type[BaseModel] | None = model
    for step in place.split(".") if place else ():
        if step.isdigit():
            parts += [_("row %(row)s") % {"row": int(step) + 1}] if inner is not None else []
        elif inner is not None and step in inner.model_fields:
            parts.append(str(shown(inner, step).label))
            inner = _rows_of(inner.model_fields[step].annotation)
        elif not parts:
            return _("Reason") if step == "reason" else step
    return ", ".join(parts)


def rows_of(model: type[BaseModel], name: str) -> type[BaseModel]:
    """Return the body of each row that a field takes; raises TypeError for a field of plain values."""
    found = _rows_of(model.model_fields[name].annotation)
    if found is None:
        raise TypeError(f"{name} takes no rows")
    return found


def _rows_of(annotation: Any) -> type[BaseModel] | None:
    """Return the body that a field holds, or a list of them; None for a field of plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _rows_of(part)) is not None), None)


@contextmanager
def naming_fields(
    model: type[BaseModel], beside: Callable[[], Iterable[type[BaseModel]]] = tuple
) -> Iterator[None]:
    """Have what is refused within name the fields of the body, as forms call them (`Refused.labels`).

    A field that the body does not have, of what of the record is in the way, is called as one of those `beside` does.
    """
    try:
        yield
    except Refused as refused:
        name_fields(refused, model, beside)
        raise


def name_fields(
    refused: Refused, model: type[BaseModel], beside: Callable[[], Iterable[type[BaseModel]]] = tuple
) -> None:
    """Name the fields that are refused, as forms call them."""
    for place in refused.fields:
        first = place.partition(".")[0]
        other = first and first != "reason" and first not in model.model_fields
        owner = next((one for one in beside() if first in one.model_fields), model) if other else model
        refused.labels.setdefault(place, label_at(owner, place))


def parse(model: type[B], data: Any, actor: Any) -> B:
    """Return `data` as a body of `model`; raises Refused with a sentence for each field that does not fit."""
    with naming_fields(model):
        wrong: dict[str, Label] = {**dict(too_long(model, data)), **dict(_unkeepable(data))}
        if isinstance(data, Mapping):
            bad = _fields_of(wrong)
            data = _legible(model, {name: value for name, value in data.items() if name not in bad}, wrong)
        elif wrong:
            raise Refused(wrong)
        return _parsed(model, data, actor, wrong)


def _parsed(model: type[B], data: Any, actor: Any, wrong: dict[str, Label]) -> B:
    """Read what is left of the input besides what is `wrong` already, and refuse all that does not fit at once."""
    bad = _fields_of(wrong)
    body = None
    try:
        body = model.model_validate(data, context=_context(model, data, actor))
        wrong |= {place: why for place, why in _beyond_calendar(body) if _first(place) not in bad}
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = ".".join(str(part) for part in detail["loc"])
            if _first(place) not in bad and not (bad and not place):
                wrong.setdefault(place, sentence(detail))
    if wrong or body is None:
        raise Refused(_in_order(model, wrong))
    return body


def _context(model: type[BaseModel], data: Any, actor: Any) -> dict[str, Any]:
    return {"actor": actor, "references": References(model, data, actor)}


def _first(place: str) -> str:
    return place.partition(".")[0]


def _fields_of(wrong: Mapping[str, Label]) -> set[str]:
    return {_first(place) for place in wrong}


def _in_order(model: type[BaseModel], wrong: Mapping[str, Label]) -> dict[str, Label]:
    """Return sentences in the order in which the form asks for their fields; what it does not ask for comes last."""
    order = {name: number for number, name in enumerate(model.model_fields)}
    return dict(sorted(wrong.items(), key=lambda item: order.get(_first(item[0]), len(order))))


def read_in_part(model: type[BaseModel], data: Any, actor: Any) -> dict[str, Any]:
    """Return those fields of input that can be read, each by itself: what can be said of input that is refused."""
    if not isinstance(data, Mapping):
        return {}
    legible = _legible(model, data, {})
    read: dict[str, Any] = {}
    context = _context(model, legible, actor)
    for name in model.model_fields.keys() & legible.keys():
        if not dict(_unkeepable(legible[name])):
            with suppress(ValidationError):
                found = _alone(model, name).model_validate({name: legible[name]}, context=context)
                read[name] = getattr(found, name)
    return read


@cache
def _alone(model: type[BaseModel], name: str) -> type[BaseModel]:
    """Return a body of one field of another one."""
    declared = model.model_fields[name]
    fields: dict[str, Any] = {name: (declared.annotation, declared)}
    return create_model(f"{model.__name__}_{name}", __config__=model.model_config, **fields)

"""From a body and what it holds to the fields of a form, as the template's `field` macro takes them."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.forms.types import Asked, asked
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.bodies import Widget
from setsquare.kernel.files.models import Upload
from setsquare.kernel.qualifications.subjects import levels_of, parts_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proofs import told_of
from setsquare.kernel.records.things import Label, find

MOST_LISTED = 20
"""Choices that a plain list offers."""
EMPTY_ROW = "__n__"
"""Stands for the row's number in the form of a row that is yet to be added."""
_KINDS = {
    Widget.CHOICES: "many_choices",
    Widget.ROLE: "unit",
    Widget.ROLES: "units",
    Widget.PART: "record",
    Widget.LEVEL: "record",
}
_REFERENCES = {
    Widget.PERSON: "people",
    Widget.PEOPLE: "people",
    Widget.UNIT: "units",
    Widget.UNITS: "units",
    Widget.ROLE: "roles",
    Widget.ROLES: "roles",
    Widget.RECORD: "records",
    Widget.RECORDS: "records",
    Widget.PART: "parts",
    Widget.LEVEL: "levels",
}
_FILES = (Widget.FILE, Widget.FILES)


class Option(TypedDict):
    """One choice of a chooser."""

    value: str
    text: str
    hint: str
    group: NotRequired[str]
    """Under which heading it stands."""


@dataclass
class Field:
    """One field, as the macros of `parts/fields.html.jinja` read it. `value` is text, yes or no, or a list."""

    kind: str
    name: str
    label: Label
    hint: Label = ""
    required: bool = False
    either: bool = False
    unmarked: bool = False
    """Whether nothing beside its label says that it may be left empty: what stands before it says so of several."""
    needed: Label = ""
    """Where it has to be given, though it may be left empty elsewhere."""
    under: Label = ""
    """The heading of the part of the form that begins with it."""
    value: Any = None
    errors: Sequence[Label] = ()
    choices: Sequence[tuple[str, Label] | Option] = ()
    source: str = ""
    """Where a chooser looks for what is typed."""
    refers_to: str = ""
    """people, units, roles, records, files, or parts or levels of the record that the field `beside` names."""
    beside: str = ""
    rows: list[list["Field"]] = field(default_factory=list)
    blank: list["Field"] = field(default_factory=list)
    """The fields of a row that is yet to be added."""
    min: Any = None
    max: Any = None
    maxlength: int | str = ""
    step: str = "any"
    zone: str = ""
    upload_url: str = ""
    records_url: str = ""
    autosave_url: str = ""
    max_bytes: int = 0
    accept: str = ""
    placeholder: str = ""
    unit: str = ""
    size: str = ""
    disabled: bool = False
    attrs: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return f"id_{self.name}"

    def walk(self) -> Iterator["Field"]:
        """Yield the field and those of its rows."""
        yield self
        for row in self.rows:
            for inner in row:
                yield from inner.walk()


Errors = Mapping[str, Label]


def fields_of(
    model: type[BaseModel], values: Mapping[str, Any], errors: Errors, user: User, *, prefix: str = ""
) -> list[Field]:
    """Return the fields of a body's form, filled with `values` (typed ones, or as they were posted)."""
    made = [_field(item, values, errors, user, prefix) for item in asked(model)]
    if not prefix:
        _name_what_is_chosen(made, user)
    return made


@dataclass(frozen=True)
class Wrong:
    """A line of the summary above a form: the field, what it is called, and what has to be put right."""

    id: str
    """The field's id; empty for what belongs to no field of the form."""
    label: Label
    sentence: Label


def place_errors(
    fields: Sequence[Field], errors: Errors, own: Mapping[str, tuple[str, Label]] | None = None
) -> list[Wrong]:
    """Return the summary of what is wrong; `own` gives id and label of the fields beside the body's, by name."""
    known = {name: (one.id, label) for name, one, label in _named(fields)} | dict(own or {})
    listed = []
    for name, sentence in errors.items():
        place = name
        while place and place not in known:
            place = place.rpartition(".")[0]
        listed.append(Wrong(*known.get(place, ("", "")), sentence))
    return listed


def summary_of(errors: Errors, labels: Mapping[str, Label]) -> list[Wrong]:
    """Return the summary of a hand-made form, whose fields have these names and labels."""
    return place_errors((), errors, {name: (f"id_{name}", label) for name, label in labels.items()})


def _named(fields: Sequence[Field], before: str = "") -> Iterator[tuple[str, Field, str]]:
    """Yield every field with its name and what it is called, within rows after the row."""
    for one in fields:
        label = f"{before}{one.label}"
        yield one.name, one, label
        for number, row in enumerate(one.rows, 1):
            place = _("%(label)s, row %(row)s") % {"label": label, "row": number}
            yield from _named(row, f"{place}, ")


def _field(item: Asked, values: Mapping[str, Any], errors: Errors, user: User, prefix: str) -> Field:
    name = prefix + item.name
    value = values.get(item.name, item.default)
    made = Field(
        kind=_KINDS.get(item.widget, item.widget.value),
        name=name,
        label=item.shown.label,
        hint=item.shown.hint,
        required=item.required,
        either=item.shown.either,
        needed=item.shown.needed,
        under=item.shown.under,
        errors=_errors_at(name, errors, rows=item.rows_of is not None),
        min=item.limits.get("min"),
        max=item.limits.get("max"),
    )
    if item.rows_of is not None:
        made.value = None
        made.rows = [
            fields_of(item.rows_of, _row(row), errors, user, prefix=f"{name}.{number}.")
            for number, row in enumerate(value or [])
        ]
        made.blank = fields_of(item.rows_of, {}, {}, user, prefix=f"{name}.{EMPTY_ROW}.")
        return made
    made.value = _as_posted(value, item)
    _furnish(made, item)
    return made


def _furnish(made: Field, item: Asked) -> None:
    """Add what the field's kind needs besides."""
    match item.widget:
        case Widget.CHOICE | Widget.CHOICES:
            _offer(made, item)
        case Widget.TEXT:
            made.maxlength = item.limits.get("max_length", "")
        case Widget.NUMBER:
            made.step = "1" if item.base is int else "any"
        case Widget.DATETIME:
            made.zone = timezone.get_current_timezone_name()
        case Widget.MARKDOWN:
            made.upload_url, made.records_url = (
                view_address("upload"),
                f"{view_address('choose', 'records')}?live=1&q=",
            )
            made.size = "small"
        case Widget.FILE | Widget.FILES:
            made.upload_url, made.refers_to = view_address("upload"), "files"
            made.max_bytes = settings.UPLOAD_LIMIT
        case Widget.PART:
            made.refers_to, made.attrs = "parts", {"data-beside": str(item.shown.of)}
            made.beside = f"{made.name.removesuffix(item.name)}{item.shown.of}"
            made.source = f"{view_address('choose', 'parts')}?q="
            made.placeholder = _("Find by code or title …")
        case Widget.LEVEL:
            made.refers_to, made.attrs = "levels", {"data-beside": str(item.shown.of)}
            made.attrs |= {"data-part": item.shown.part} if item.shown.part else {}
            made.beside = f"{made.name.removesuffix(item.name)}{item.shown.of}"
            made.source = f"{view_address('choose', 'levels')}?{'none=1&' if made.min == 0 else ''}q="
            made.placeholder = _("Choose a level …")
        case _ if item.widget in _REFERENCES:
            made.refers_to = _REFERENCES[item.widget]
            of = "".join(f"type={one}&" for one in item.shown.types())
            of += "".join(
                f"state={one}.{each}&" for one, states in item.shown.states.items() for each in states
            )
            of += "".join(
                f"only={one}.{code}.{value}&"
                for one, filters in item.shown.only.items()
                for code, values in filters.items()
                for value in values
            )
            made.source = f"{view_address('choose', made.refers_to)}?{of}q="
        case _:
            pass


def _offer(made: Field, item: Asked) -> None:
    """Give the choices: a few as they stand, many by a chooser in which one can type."""
    pairs = [(value, label) for value, label in item.choices.items() if value != "" or item.required]
    headings = item.shown.headings() if item.shown.headings is not None else {}
    if len(pairs) <= MOST_LISTED and not headings:
        made.choices = pairs
        return
    named = {str(value): str(label) for value, label in pairs}
    chosen: list[str] = made.value if isinstance(made.value, list) else [made.value]
    made.kind = "units" if item.many else "unit"
    made.choices = [
        Option(value=value, text=text, hint="", group=str(headings.get(value, "")))
        for value, text in named.items()
    ]
    made.value = [Option(value=value, text=named.get(value, value), hint="") for value in chosen if value]


def _errors_at(name: str, errors: Errors, *, rows: bool) -> list[Label]:
    """Return the sentences of a field, each line by itself; those of a list's items (`people.0`) stand at the list."""
    own = [errors[name]] if name in errors else []
    if not rows:
        own += [sentence for place, sentence in errors.items() if place.startswith(f"{name}.")]
    return list(dict.fromkeys(line for sentence in own for line in str(sentence).splitlines()))


def _row(row: Any) -> Mapping[str, Any]:
    if isinstance(row, BaseModel):
        return {name: getattr(row, name) for name in type(row).model_fields}
    return row if isinstance(row, Mapping) else {}


def _as_posted(value: Any, item: Asked) -> Any:
    """Return a typed value as the form's field holds it; what was posted stays as it is."""
    if item.widget is Widget.BOOLEAN:
        return value in (True, "true", "on", "1", "yes")
    if item.many:
        texts = [_text(entry) for entry in _items(value)]
        return "\n".join(texts) if item.widget in (Widget.LONG_TEXT, Widget.TEXT) else texts
    if value is None:
        return [] if item.widget in _REFERENCES or item.widget in _FILES else ""
    text = _text(value)
    return ([text] if text else []) if item.widget in _REFERENCES or item.widget in _FILES else text


def _items(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, models.QuerySet | list | tuple | set | frozenset):
        return list(value)
    return [value]


def _text(value: Any) -> str:
    match value:
        case User():
            return value.username
        case Unit() | Role():
            return value.code
        case Record():
            return value.number
        case Upload():
            return value.blob_id
        case dt.datetime():
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return local.strftime("%Y-%m-%dT%H:%M")
        case dt.date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case Enum():
            return str(value.value)
        case models.Model():
            return str(value.pk)
        case _:
            return str(value)


def _name_what_is_chosen(fields: Sequence[Field], user: User) -> None:
    """Turn what is chosen into options with the names that people know; one query for each kind of thing."""
    everything = [inner for outer in fields for inner in outer.walk() if inner.refers_to]
    _name_parts(everything, user)
    for kind in {inner.refers_to for inner in everything} - {"parts", "levels"}:
        mine = [inner for inner in everything if inner.refers_to == kind]
        wanted = {value for inner in mine for value in inner.value}
        options = _options_for(kind, wanted, user) if wanted else {}
        for inner in mine:
            inner.value = [
                options.get(value.lower(), Option(value=value, text=value, hint="")) for value in inner.value
            ]


def _name_parts(fields: Sequence[Field], user: User) -> None:
    """Turn chosen parts of records and levels of these into options; before the records themselves are named."""
    chosen = [one for one in fields if one.refers_to in ("parts", "levels") and one.value]
    if not chosen:
        return
    beside = {one.name: one.value[0] for one in fields if one.refers_to == "records" and one.value}
    records = {number: found for number in set(beside.values()) if (found := _seen(number, user))}
    parts = parts_of(records.values())
    for one in chosen:
        record = records.get(beside.get(one.beside, ""))
        if one.refers_to == "levels":
            known_levels = level_options(record, none=True) if record is not None else []
            typed = Option(value=one.value[0], text=one.value[0], hint="")
            one.value = [next((each for each in known_levels if each["value"] == one.value[0]), typed)]
            continue
        known = parts.get((record.pk, one.value[0])) if record is not None else None
        text = f"{one.value[0]} {known.title}" if known is not None else one.value[0]
        one.value = [Option(value=one.value[0], text=text, hint="")]


def choose_among(one: Field, named: Mapping[str, str], placeholder: str) -> None:
    """Have a field that takes a code be chosen among what a record knows: its value by what people call it."""
    code = str(one.value or "")
    one.kind, one.placeholder = "unit", placeholder
    one.choices = [Option(value=value, text=text, hint="") for value, text in named.items()]
    one.value = [Option(value=code, text=named.get(code, code), hint="")] if code else []


def level_options(record: Record, part: str = "", *, none: bool = False) -> list[Option]:
    """Return the levels of a part of a record to choose from, by name; `none`: also that it is below the lowest."""
    below = [Option(value="0", text=_("0 Not yet"), hint=_("Below the lowest level."))] if none else []
    named = levels_of(record, part).items()
    return [
        *below,
        *(Option(value=str(rank), text=f"{rank} {name}".strip(), hint="") for rank, name in named),
    ]


def _options_for(kind: str, wanted: set[str], user: User) -> dict[str, Option]:
    rows: list[tuple[str, str, str]]
    if kind == "people":
        people = User.objects.filter(username__in=wanted).only("username", "name", "title")
        rows = [(person.username, person.name, person.title) for person in people]
    elif kind == "units":
        rows = [
            (code, name, code)
            for code, name in Unit.objects.filter(code__in=wanted).values_list("code", "name")
        ]
    elif kind == "roles":
        rows = [
            (code, name, "")
            for code, name in Role.objects.filter(code__in=wanted).values_list("code", "name")
        ]
    elif kind == "files":
        found = Upload.objects.filter(blob_id__in=wanted, user=user).values_list("blob_id", "name")
        rows = [(digest, name, "") for digest, name in found]
    else:
        rows = list(_records(wanted, user))
    return {value.lower(): Option(value=value, text=text, hint=hint) for value, text, hint in rows}


def _records(wanted: set[str], user: User) -> Iterator[tuple[str, str, str]]:
    found = [record for number in wanted if (record := _seen(number, user)) is not None]
    more = told_of(found)
    for record in found:
        text = " · ".join(part for part in (f"{record.number} {record.title}", more.get(record.pk)) if part)
        yield record.number, text, ""


def _seen(number: str, user: User) -> Record | None:
    try:
        return find(user, number)
    except Record.DoesNotExist:
        return None

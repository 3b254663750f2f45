"""Which field asks for which type of a body."""

import datetime as dt
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.bodies import Choices, Shown, Widget, shown
from setsquare.kernel.files.models import Upload
from setsquare.kernel.records.models import Record

LONG_TEXT_FROM = 301
"""A text that may be this long is asked for in several lines."""

_REFERENCES: dict[type, tuple[Widget, Widget]] = {
    User: (Widget.PERSON, Widget.PEOPLE),
    Unit: (Widget.UNIT, Widget.UNITS),
    Role: (Widget.ROLE, Widget.ROLES),
    Record: (Widget.RECORD, Widget.RECORDS),
    Upload: (Widget.FILE, Widget.FILES),
}
_SCALARS: tuple[tuple[type, Widget], ...] = (
    (bool, Widget.BOOLEAN),
    (int, Widget.NUMBER),
    (float, Widget.NUMBER),
    (Decimal, Widget.NUMBER),
    (dt.datetime, Widget.DATETIME),
    (dt.date, Widget.DATE),
)
MANY = frozenset(
    {Widget.CHOICES, Widget.PEOPLE, Widget.UNITS, Widget.ROLES, Widget.RECORDS, Widget.FILES, Widget.ROWS}
)


@dataclass(frozen=True)
class Asked:
    """How one field of a body is asked for."""

    name: str
    shown: Shown
    widget: Widget
    base: Any
    """The type of the value, or of each value of a list."""
    many: bool
    required: bool
    default: Any
    limits: dict[str, Any]
    """min_length, max_length, min, max."""

    @property
    def rows_of(self) -> type[BaseModel] | None:
        """Return the body of each row, where it takes rows."""
        is_body = isinstance(self.base, type) and issubclass(self.base, BaseModel)
        return self.base if self.widget is Widget.ROWS and is_body else None

    @property
    def choices(self) -> Choices:
        """Return what can be chosen: the declared choices, or those of the type."""
        return self.shown.options() or _choices_of(self.base)


def asked(model: type[BaseModel]) -> list[Asked]:
    """Return how each field of a body is asked for, in the order of declaration."""
    return [_asked(model, name, field) for name, field in model.model_fields.items()]


def _asked(model: type[BaseModel], name: str, field: FieldInfo) -> Asked:
    base, many = _core(field.annotation)
    declared = shown(model, name)
    limits = _limits(field.metadata)
    widget = declared.widget
    if widget is Widget.AUTO:
        widget = _widget_of(base, many, declared, limits)
    required = field.is_required() and widget is not Widget.BOOLEAN
    if many:
        required = bool(limits.get("min_length"))
    default = None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
    return Asked(name, declared, widget, base, many, required, default, limits)


def _core(annotation: Any) -> tuple[Any, bool]:
    """Return the type within `Annotated`, `| None` and a list, and whether there was a list."""
    many = False
    while True:
        origin = typing.get_origin(annotation)
        arguments = typing.get_args(annotation)
        if origin is typing.Annotated:
            annotation = arguments[0]
        elif origin in (typing.Union, types.UnionType):
            rest = [item for item in arguments if item is not type(None)]
            if len(rest) != 1:
                return annotation, many
            annotation = rest[0]
        elif origin in (list, tuple, set, frozenset, Sequence):
            many, annotation = True, arguments[0]
        else:
            return annotation, many


def _limits(metadata: Iterable[Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for item in metadata:
        match item:
            case MinLen():
                limits["min_length"] = item.min_length
            case MaxLen():
                limits["max_length"] = item.max_length
            case Ge():
                limits["min"] = item.ge
            case Gt():
                limits["min"] = item.gt
            case Le():
                limits["max"] = item.le
            case Lt():
                limits["max"] = item.lt
    return limits


def _widget_of(base: Any, many: bool, declared: Shown, limits: dict[str, Any]) -> Widget:
    if declared.choices or _choices_of(base):
        return Widget.CHOICES if many else Widget.CHOICE
    if not isinstance(base, type):
        return Widget.TEXT
    if base in _REFERENCES:
        return _REFERENCES[base][many]
    if issubclass(base, BaseModel):
        return Widget.ROWS
    for kind, widget in _SCALARS:
        if issubclass(base, kind):
            return widget
    if many or limits.get("max_length", 0) >= LONG_TEXT_FROM:
        return Widget.LONG_TEXT
    return Widget.TEXT


def _choices_of(base: Any) -> Choices:
    if typing.get_origin(base) is Literal:
        return {str(value): str(value).replace("_", " ").capitalize() for value in typing.get_args(base)}
    if isinstance(base, type) and issubclass(base, Enum):
        return {
            str(item.value): getattr(item, "label", item.name.replace("_", " ").capitalize()) for item in base
        }
    return {}

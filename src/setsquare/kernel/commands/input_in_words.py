"""What a command is given, as it is kept: told line by line, with names, days and files as pages show them."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.bodies import Body, label_at, shown
from setsquare.kernel.commands.references import fields_naming, named_in
from setsquare.kernel.files.models import Upload
from setsquare.kernel.writing.sentences import in_words

EMPTY: tuple[Any, ...] = (None, "", [], {})
_NAMES: Mapping[type[Any], Callable[[set[str]], Iterable[tuple[str, str]]]] = {
    User: lambda names: User.objects.filter(username__in=names).values_list("username", "name"),
    Unit: lambda names: Unit.objects.filter(code__in=names).values_list("code", "name"),
    Role: lambda names: Role.objects.filter(code__in=names).values_list("code", "name"),
    Upload: lambda names: (
        (one.blob_id, f"{one.name} ({size_told(one.blob.size)})")
        for one in Upload.objects.filter(blob_id__in=names).select_related("blob").defer("blob__text")
    ),
}
"""By which name people know what input names; records are known by their numbers."""


def size_told(size: int) -> str:
    """Return how large a file is."""
    return f"{-(-size // 1000)} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


class Told:
    """A command's input in words; what it names is looked up at once, by a query for each kind."""

    def __init__(self, model: type[BaseModel], body: Mapping[str, Any]) -> None:
        self.model, self.body = model, body
        named: dict[type[Any], set[str]] = {}
        for kind, name in named_in(model, body):
            named.setdefault(kind, set()).add(name)
        self.names = {kind: dict(_NAMES[kind](given)) for kind, given in named.items() if kind in _NAMES}

    def lines(self) -> list[str]:
        """Return a line for each field that holds something, as the form calls it."""
        known = [name for name in self.body if name in self.model.model_fields]
        return [
            f"{label_at(self.model, name)}: {self._value(self.model, name, self.body[name])}"
            for name in known
            if self.body[name] not in EMPTY
        ]

    def _value(self, model: type[BaseModel], name: str, value: Any) -> str:
        kind = fields_naming(model).get(name)
        if isinstance(value, list):
            return "; ".join(self._value(model, name, one) for one in value)
        if isinstance(value, Mapping):
            inner = kind if kind is not None and issubclass(kind, BaseModel) else Body
            return " · ".join(
                self._value(inner, key, each) for key, each in value.items() if each not in EMPTY
            )
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if kind in self.names:
            return self.names[kind].get(str(value), str(value))
        if isinstance(value, str) and (moment := _moment(model, name, value)) is not None:
            return moment
        field = model.model_fields.get(name)
        options = shown(model, name).options() if field is not None else {}
        return str(options.get(str(value), value))


def _moment(model: type[BaseModel], name: str, value: str) -> str | None:
    """Return a day or a time as it is told; None where the field takes none."""
    field = model.model_fields.get(name)
    taken = list(_types(field.annotation)) if field is not None else []
    try:
        if dt.datetime in taken:
            return in_words(timezone.localtime(dt.datetime.fromisoformat(value)))
        return in_words(dt.date.fromisoformat(value)) if dt.date in taken else None
    except ValueError:
        return None


def _types(annotation: Any) -> Iterable[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)

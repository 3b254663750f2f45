"""What a command's input names: people, units, roles, records and files, all of a kind found by one query."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from annotated_types import MaxLen
from django.db import connection
from django.db.models import Model, Value
from django.db.models.functions import Lower
from pydantic import BaseModel

from setsquare.kernel.accounts.models import LONGEST_NAME, Role, Unit, User
from setsquare.kernel.commands.complaints import SENTENCES
from setsquare.kernel.database.statements import Statement
from setsquare.kernel.files.models import Upload
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import find, visible_to

_NAMED = "a name that stands for the one given"
_PERSON: Statement[User] = Statement(
    lambda: User.objects.filter(username__iexact=_NAMED).order_by("pk")[:1], lambda: {_NAMED: "name"}
)
_UNIT: Statement[Unit] = Statement(lambda: Unit.objects.filter(code=_NAMED), lambda: {_NAMED: "name"})
_ROLE: Statement[Role] = Statement(lambda: Role.objects.filter(code=_NAMED), lambda: {_NAMED: "name"})

Rows = Iterable[Any]


def _people(names: list[str], _user: User | None) -> Rows:
    names = [name for name in names if len(name) <= LONGEST_NAME]  # a pattern may not be of any length
    if len(names) == 1:
        return _PERSON.instances(name=connection.ops.prep_for_iexact_query(names[0]))
    lower = [Lower(Value(name)) for name in names]
    return User.objects.annotate(lower=Lower("username")).filter(lower__in=lower)


def _units(names: list[str], _user: User | None) -> Rows:
    return _UNIT.instances(name=names[0]) if len(names) == 1 else Unit.objects.filter(code__in=names)


def _roles(names: list[str], _user: User | None) -> Rows:
    return _ROLE.instances(name=names[0]) if len(names) == 1 else Role.objects.filter(code__in=names)


def _records(names: list[str], user: User | None) -> Rows:
    if user is None:
        return Record.objects.filter(number__in=names)
    if len(names) > 1:
        return visible_to(user).filter(number__in=names).select_related("owner", "unit")
    try:
        return [find(user, names[0])]
    except Record.DoesNotExist:
        return []


def _uploads(names: list[str], user: User | None) -> Rows:
    found = Upload.objects.filter(blob_id__in=names).select_related("blob").order_by("id")
    return found.filter(user=user) if user is not None else found


_KINDS: Mapping[type[Any], tuple[Callable[[list[str], User | None], Rows], Callable[[Any], str]]] = {
    User: (_people, lambda row: str(row.username).lower()),
    Unit: (_units, lambda row: str(row.code)),
    Role: (_roles, lambda row: str(row.code)),
    Record: (_records, lambda row: str(row.number)),
    Upload: (_uploads, lambda row: str(row.blob_id)),
}
"""How rows of a kind are found by the names that a person may use, and by which of these each is known."""


class References:
    """The rows that input names, found at once for each kind as soon as one of it is asked for."""

    def __init__(self, model: type[BaseModel], data: Any, actor: Any) -> None:
        self._user: User | None = actor.user if actor is not None else None
        self._named: dict[type[Model], set[str]] = {}
        for kind, name in named_in(model, data):
            self._named.setdefault(kind, set()).add(name)
        self._found: dict[type[Model], dict[str, Any]] = {}

    def get(self, kind: type[Any], name: str) -> Any:
        """Return the row of a kind by its name; None where there is none that the actor may name."""
        known = self._found.setdefault(kind, {})
        key = name.lower() if kind is User else name
        if key not in known:
            rows, name_of = _KINDS[kind]
            names = sorted({*self._named.pop(kind, ()), name})
            known |= {one.lower() if kind is User else one: None for one in names}
            known |= {name_of(row): row for row in rows(names, self._user)}
        return known[key]


def too_long(model: type[BaseModel], data: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the places of lists that hold more than the field takes, each with its sentence: nobody looks them up."""
    if not isinstance(data, Mapping):
        return
    for name, inner in fields_naming(model).items():
        value, here = data.get(name), f"{place}.{name}" if place else name
        if not isinstance(value, list | tuple):
            continue
        most = next((m.max_length for m in model.model_fields[name].metadata if isinstance(m, MaxLen)), None)
        if most is not None and len(value) > most:
            yield here, str(SENTENCES["too_long"]) % {"max_length": most}
        elif issubclass(inner, BaseModel):
            for number, row in enumerate(value):
                yield from too_long(inner, row, f"{here}.{number}")


def named_in(
    model: type[BaseModel], data: Any, fields: Collection[str] = ()
) -> Iterator[tuple[type[Model], str]]:
    """Yield what input names, by kind; with `fields` only in those, however deep in rows."""
    if isinstance(data, Mapping):
        for name, inner in fields_naming(model).items():
            if not fields or name in fields or issubclass(inner, BaseModel):
                yield from _names(inner, data.get(name), fields)


def _names(kind: type[Any], value: Any, fields: Collection[str]) -> Iterator[tuple[type[Model], str]]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _names(kind, one, fields)
    elif issubclass(kind, BaseModel):
        yield from named_in(kind, value, fields)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield kind, str(value)


@cache
def fields_naming(model: type[BaseModel]) -> Mapping[str, type[Any]]:
    """Return the fields of a body that name rows or hold further bodies, each with the kind of these."""
    found = {name: _kind(field.annotation) for name, field in model.model_fields.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(annotation: Any) -> type[Any] | None:
    if isinstance(annotation, type) and (annotation in _KINDS or issubclass(annotation, BaseModel)):
        return annotation
    parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next((kind for part in parts if (kind := _kind(part)) is not None), None)

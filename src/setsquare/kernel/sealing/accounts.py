"""Whether whoever may do something here is on record: every person, role and unit, and each of their rights."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from setsquare.kernel.accounts.models import Delegation, Grant, Role, RolePermission, Token, Unit, User
from setsquare.kernel.records.things import Thing, all_things, plain
from setsquare.kernel.sealing.findings import Problem

ACCOUNTS: tuple[type[models.Model], ...] = (Unit, Role, User)
OnRecord = Mapping[type[models.Model], tuple[Thing, str]]
"""Of the rows of accounts: the record type, and the column of its detail table, by which they have a record."""


def check_accounts() -> Iterator[Problem]:
    """Yield each row of accounts that no record tells of; what records do tell of is compared with their entries."""
    on_record = _on_record()
    for model, kind in on_record.items():
        for row in model._default_manager.filter(~_has_record(kind, "pk")).order_by("pk"):
            name = str(plain(row))
            yield Problem(name, f"The {kind[0].code} {name} stands under accounts without a record.")
    for owned, owner, named in _OWNED:
        whose: Any = owned._meta.get_field(owner).related_model
        if whose not in on_record:
            continue
        without = owned._default_manager.filter(~_has_record(on_record[whose], f"{owner}_id"))
        for row in without.order_by("pk"):
            name = _name(whose, getattr(row, f"{owner}_id"))
            yield Problem(name, f"{named(row, name)} stands under accounts without a record.")


def _on_record() -> OnRecord:
    """Return which record types are of rows of accounts: their detail tables have one for each."""
    found: dict[type[models.Model], tuple[Thing, str]] = {}
    for thing in all_things():
        for column in thing.model._meta.concrete_fields if thing.model is not None else ():
            model: Any = column.related_model if column.one_to_one else None
            if model in ACCOUNTS:
                found[model] = thing, column.name
    return found


def _has_record(kind: tuple[Thing, str], key: str) -> Exists:
    thing, column = kind
    assert thing.model is not None
    files: models.QuerySet[Any] = thing.model._default_manager.filter(
        record__type=thing.code, **{column: OuterRef(key)}
    )
    return Exists(files)


def _name(model: Any, pk: int) -> str:
    row = model._default_manager.filter(pk=pk).first()
    return f"{pk} (deleted)" if row is None else str(plain(row))


def _grant(row: Any, person: str) -> str:
    return f"The grant of the role {_name(Role, row.role_id)} to {person} in {_name(Unit, row.unit_id)}"


_OWNED: tuple[tuple[type[models.Model], str, Callable[[Any, str], str]], ...] = (
    (RolePermission, "role", lambda row, role: f"The permission {row.permission} of the role {role}"),
    (Grant, "user", _grant),
    (
        Delegation,
        "absent",
        lambda row, person: f"The delegation of {person} to {_name(User, row.substitute_id)}",
    ),
    (Token, "user", lambda row, person: f"The token {row.prefix} of {person}"),
)
"""What stands in the state of its owner, whom the column names, and how it is called."""

"""Who owes a right to somebody: it was given to them a short while ago by the very person whose deed they look at.

The kernel knows that such people are no second ones; a domain, which gives and takes rights, tells who they are.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.writing.sentences import some

LASTING = dt.timedelta(days=30)
"""How long what somebody gave to others, or took from them, counts."""

Owing = Callable[[Iterable[User], Collection[str], int | None, Collection[str]], Mapping[int, User]]
"""Finds who holds one of some permissions, or of some roles by name, in a unit by the hand of some people alone."""
Taken = Callable[[User, Collection[str], int | None], QuerySet[User]]
"""Finds from whom somebody took one of some permissions in a unit a short while ago."""
_finds: list[Owing] = []
_taken: list[Taken] = []
_told: set[str] = set()


def find_owing_by(find: Owing) -> None:
    """Declare by which function those are found who owe a right to somebody."""
    _finds.append(find)


def count_as_there(find: Taken) -> None:
    """Declare by which function those are found whom somebody kept from acting: for that person they still may."""
    _taken.append(find)


def tell_who_may(*permissions: str) -> None:
    """Declare who is told where a right was given to one and taken from others: holders of these permissions."""
    _told.update(permissions)


def to_be_told() -> frozenset[str]:
    """Return the permissions whose holders are told of it."""
    return frozenset(_told)


def owing(
    givers: Iterable[User], permissions: Collection[str], unit_id: int | None, roles: Collection[str] = ()
) -> dict[int, User]:
    """Return who holds one of some permissions, or of some roles, in a unit by a hand of `givers` alone, by whose."""
    known = list(givers)
    found: dict[int, User] = {}
    for find in _finds if known else ():
        found |= find(known, permissions, unit_id, roles)
    return found


def taken_from(user: User, permissions: Collection[str], unit_id: int | None) -> list[QuerySet[User]]:
    """Return from whom a person took one of some permissions in a unit a short while ago, as is declared."""
    return [find(user, permissions, unit_id) for find in _taken]


class Hand(NamedTuple):
    """By whose hand somebody holds a right to look at what these made, and who holds it by another one."""

    giver: User
    makers: tuple[User, ...]
    permissions: frozenset[str]
    unit_id: int | None
    others: tuple[str, ...]
    """The names of who can do it instead, as things stand."""

    @property
    def told(self) -> str:
        """Return it as the person is told, with who does it instead."""
        sentence = _(
            "%(giver)s, whose work this is, gave you the right to do this within the last %(days)s days;"
            " somebody else does it: %(names)s."
        )
        return sentence % {"giver": self.giver.name, "days": LASTING.days, "names": some(self.others)}

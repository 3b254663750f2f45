"""Who owes a right to somebody: it was given to them a short while ago by the very person whose deed they look at.

The kernel knows that such people are no second ones; a domain, which gives rights, tells who they are.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.writing.sentences import some

LASTING = dt.timedelta(days=30)
"""How long what somebody gave to others, or took from them, counts."""

Owing = Callable[[Iterable[User], Collection[str], int | None, Collection[str]], Mapping[int, User]]
"""Finds who holds one of some permissions, or of some roles by name, in a unit by the hand of some people alone."""
_finds: list[Owing] = []


def find_owing_by(find: Owing) -> None:
    """Declare by which function those are found who owe a right to somebody."""
    _finds.append(find)


def owing(
    givers: Iterable[User], permissions: Collection[str], unit_id: int | None, roles: Collection[str] = ()
) -> dict[int, User]:
    """Return who holds one of some permissions, or of some roles, in a unit by a hand of `givers` alone, by whose."""
    known = list(givers)
    found: dict[int, User] = {}
    for find in _finds if known else ():
        found |= find(known, permissions, unit_id, roles)
    return found


class Hand(NamedTuple):
    """By whose hand somebody holds a right, and who holds it by another one."""

    giver: str
    others: tuple[str, ...]

    @property
    def told(self) -> str:
        """Return it as the person is told, with who does it instead."""
        sentence = _(
            "%(giver)s, whose work this is, gave you the right to do this within the last %(days)s days;"
            " somebody else does it: %(names)s."
        )
        return sentence % {"giver": self.giver, "days": LASTING.days, "names": some(self.others)}

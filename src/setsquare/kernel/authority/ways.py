"""What leads to what rules ask for: courses, and who may assess somebody. Flows tell it."""

from collections.abc import Callable, Collection, Iterable

from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.deciding import Asked, Way

Finder = Callable[[User, Collection[Asked]], Iterable[Way]]
"""Finds what leads a person to qualifications, by two queries at most, however many these are."""
_finders: list[Finder] = []


def tell_ways(find: Finder) -> None:
    """Declare what finds the ways to qualifications; asked only where somebody is refused."""
    _finders.append(find)


def ways_to(user: User, needs: Collection[Asked]) -> tuple[Way, ...]:
    """Return what leads a person to qualifications that they lack."""
    return tuple(way for find in _finders for way in find(user, needs)) if needs else ()

"""The navigation: what a person may read or make, in the order of the five elements."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.faces.web.access import actor_of, person_of
from setsquare.faces.web.addresses import first_part, register_address, view_address
from setsquare.faces.web.pages import hand_made
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.declaration import Command, Situation, creating_commands
from setsquare.kernel.commands.running import why_not_permitted
from setsquare.kernel.records.things import Element, Thing, all_things

TRAIL = "trail.read"
GO_KEYS = "abcdefijklmopqrsuvwxyz"
"""Letters after `g`; h, n and t are taken by home, notices and the trail."""


@dataclass
class Reach:
    """What a person may do anywhere, asked once for each request."""

    permissions: frozenset[str]
    creating: dict[str, list[Command]]
    """The creating commands that the person may use in some unit, by record type."""

    def may_see(self, thing: Thing) -> bool:
        """Tell whether the register is of any use to the person."""
        reads = not self.permissions.isdisjoint({thing.read, thing.read_by_too})
        return reads or bool(self.creating.get(thing.code))


def reach_of(request: HttpRequest) -> Reach:
    """Return what the person may do anywhere, by one query for each request."""
    known: Reach | None = getattr(request, "_reach", None)
    if known is None:
        held: frozenset[str] | None = getattr(request, "_permissions", None)
        permissions = permissions_in(person_of(request), None) if held is None else held
        known = Reach(permissions, _creating(request, permissions))
        request._reach = known  # type: ignore[attr-defined]
    return known


def _creating(request: HttpRequest, permissions: frozenset[str]) -> dict[str, list[Command]]:
    situations = {thing.code: Situation(actor_of(request), thing, None) for thing in all_things()}
    for anywhere in situations.values():
        anywhere.permissions = permissions  # held anywhere: known already, no query for each type
    found: dict[str, list[Command]] = {}
    for command in creating_commands():
        situation = situations.get(command.thing)
        if situation is not None and why_not_permitted(command, situation) is None:
            found.setdefault(command.thing, []).append(command)
    return found


class Navigation:
    """The sidebar of a person, made only where it is read: pages keep what they made of the same `key`."""

    def __init__(self, request: HttpRequest) -> None:
        reach = reach_of(request)
        self._things = [thing for thing in all_things() if thing.in_navigation and reach.may_see(thing)]
        self._trail = TRAIL in reach.permissions
        self._here = first_part(request.path)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Return all that it depends on, beside the language."""
        return view_address("home"), self._here, self._trail, tuple(thing.code for thing in self._things)

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """Return its groups, each with its items."""
        keys = _keys()
        groups: list[dict[str, Any]] = [
            {"label": "", "items": [self._item(_("My work"), view_address("home"), "inbox", "h")]}
        ]
        for element in Element:
            areas: dict[str, list[dict[str, Any]]] = {str(element.label): []}
            for thing in self._things:
                if thing.element is element:
                    area = areas.setdefault(str(thing.heading), [])
                    area += self._of(thing, keys(str(thing.slug)))
            if element is Element.ADMINISTRATION and self._trail:
                areas[str(element.label)].append(
                    self._item(_("Audit trail"), view_address("trail"), "history", "t")
                )
            groups += [{"label": label, "items": items} for label, items in areas.items() if items]
        return groups

    def _of(self, thing: Thing, go: str) -> Iterator[dict[str, Any]]:
        """Yield a register, and the pages that stand beside it."""
        yield self._item(str(thing.plural), register_address(thing), thing.icon, go)
        for label, name, icon in hand_made(thing.code).navigation:
            yield self._item(str(label), view_address(name), icon, "")

    def _item(self, label: str, url: str, icon: str, go: str) -> dict[str, Any]:
        current = first_part(url) == self._here
        return {"label": label, "url": url, "icon": icon, "go": go, "current": current, "count": 0}


def _keys() -> Callable[[str], str]:
    """Return a giver of letters for `g` and a letter: the first free one of a name."""
    free = list(GO_KEYS)

    def key_for(name: str) -> str:
        letter = next((sign for sign in name if sign in free), "")
        if letter:
            free.remove(letter)
        return letter

    return key_for

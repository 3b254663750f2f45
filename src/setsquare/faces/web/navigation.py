"""The navigation: what a person may read or make, in the order of the five elements."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.faces.web.access import actor_of, person_of
from setsquare.faces.web.addresses import register_address, view_address
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.declaration import Command, Situation, commands_of
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
        return thing.read in self.permissions or bool(self.creating.get(thing.code))


def reach_of(request: HttpRequest) -> Reach:
    """Return what the person may do anywhere, by one query for each request."""
    known: Reach | None = getattr(request, "_reach", None)
    if known is None:
        held: frozenset[str] | None = getattr(request, "_permissions", None)
        permissions = permissions_in(person_of(request), None) if held is None else held
        creating = {thing.code: _creating(request, thing, permissions) for thing in all_things()}
        known = Reach(permissions, {code: commands for code, commands in creating.items() if commands})
        request._reach = known  # type: ignore[attr-defined]
    return known


def _creating(request: HttpRequest, thing: Thing, permissions: frozenset[str]) -> list[Command]:
    situation = Situation(actor_of(request), thing, None)
    situation.permissions = permissions  # held anywhere: known already, no query for each type
    return [
        command
        for command in commands_of(thing.code)
        if command.creates and command.listed and why_not_permitted(command, situation) is None
    ]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar for the signed-in person."""
    reach = reach_of(request)
    path = request.path
    keys = _keys()
    groups: list[dict[str, Any]] = [
        {"label": "", "items": [_item(_("My work"), view_address("home"), "inbox", path, "h")]}
    ]
    for element in Element:
        things = [t for t in all_things() if t.element is element and t.in_navigation and reach.may_see(t)]
        items = [_item(str(t.plural), register_address(t), t.icon, path, keys(str(t.slug))) for t in things]
        if element is Element.ADMINISTRATION and TRAIL in reach.permissions:
            items.append(_item(_("Audit trail"), view_address("trail"), "history", path, "t"))
        if items:
            groups.append({"label": str(element.label), "items": items})
    return groups


def _item(label: str, url: str, icon: str, path: str, go: str) -> dict[str, Any]:
    current = path == url if url == view_address("home") else path.startswith(url)
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

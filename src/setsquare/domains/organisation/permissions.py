"""The permissions that exist: those that record types and commands ask for, and those declared besides."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.accounts.confirming import count_at_once
from setsquare.kernel.accounts.models import Role
from setsquare.kernel.commands.declaration import Permitted, commands_of
from setsquare.kernel.records.things import Label, all_things

ADMINISTER = "organisation.administer"
READ = "organisation.read"

_declared: dict[str, Label] = {}
_authority: set[str] = set()


def declare(
    permissions: Mapping[str, Label], authority: Iterable[str] = (), at_once: Iterable[str] = ()
) -> None:
    """Make permissions known with the words by which people choose them, such as `documents.approve`.

    `authority` are those of them that decide on content: nobody gives them to themself. `at_once` are those that count
    before somebody else has confirmed the access of who holds them: to read what is not confidential, and to draft.
    """
    _declared.update(permissions)
    _authority.update(authority)
    count_at_once(at_once)


def authority() -> frozenset[str]:
    """Return the permissions that decide on content."""
    return frozenset(_authority)


def known() -> dict[str, Label]:
    """Return every permission, in order, with its words; without words it is shown by its code."""
    asked = {thing.read for thing in all_things()}
    for command in (command for thing in all_things() for command in commands_of(thing.code)):
        asked.update(rule.permission for rule in command.who if isinstance(rule, Permitted))
    return {code: _declared.get(code, code) for code in sorted({*asked, *_declared})}


declare(
    {
        READ: _("See people, units and roles"),
        ADMINISTER: _("Administer people, units and roles"),
        "trail.read": _("Read and export the history of all records"),
    },
    at_once=(READ,),
)


def carries_authority(role: Role) -> bool:
    """Tell whether who holds the role decides on content."""
    return role.permissions.filter(permission__in=_authority).exists()

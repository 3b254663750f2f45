"""What rules of authority add to a page of its own that carries out a command, as the dialogs of the others have it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.faces.web.authority.ways import links_of
from setsquare.faces.web.dialogs.asking import GLASS_NEEDED, Asking, credentials_of, errors_of, given_glass
from setsquare.faces.web.signing_in.passkeys import has_passkey
from setsquare.kernel.commands.authorising import decide, told_ways
from setsquare.kernel.commands.declaration import Command, Situation
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.manners import GLASS


def ruled(
    request: HttpRequest, situation: Situation, command: Command, refused: CommandError | None = None
) -> Asking:
    """Return that it will wait for a countersignature, or what is asked of who breaks the glass."""
    decision = told_ways(decide(situation, command), situation)
    breakable = getattr(refused, "breakable", False)
    instead = decision.breakable and GLASS in request.GET
    glass = breakable or instead or GLASS in request.POST
    return Asking(
        [],
        errors_of(refused) if refused is not None else {},
        passkeys=glass and has_passkey(situation.user),
        lacking=decision.sentence,
        ways=links_of(decision, situation.user),
        countersigned=decision.supervised and not glass,
        glass=glass,
        glass_why=given_glass(request),
        glass_needed=instead or GLASS_NEEDED in request.POST,
        glass_url=_with_glass(request) if decision.breakable and not glass else "",
    )


def _with_glass(request: HttpRequest) -> str:
    given = request.GET.copy()
    given[GLASS] = "1"
    return f"{request.path}?{given.urlencode()}"


def in_which_manner(request: HttpRequest) -> Mapping[str, Any]:
    """Return what the door is given besides: that the command may wait, and how the glass is broken."""
    glass = given_glass(request)
    return {"waits": True, "glass": glass, "credentials": credentials_of(request) if glass else None}


def waiting_told(conclusion: str) -> str:
    """Return what is told where a text waits: what was typed stays where it is until then."""
    return _("%(conclusion)s What you typed is kept here until then.") % {"conclusion": conclusion}

"""The caller's own ways in: sessions of browsers, tokens, and a challenge to sign with a passkey."""

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import digest_of, respond
from setsquare.faces.api.callers import actor_of, caller_of
from setsquare.faces.api.describing import COMPONENTS, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain, thing_of
from setsquare.kernel.representation.records import Values
from setsquare.kernel.signatures.credentials import passkey_challenge

MINE = ["Mine"]
PERSON, REVOKE = "person", "revoke_token"
COMPONENTS["Challenge"] = {
    "type": "object",
    "required": ["options", "challenge"],
    "properties": {
        "options": {"type": "object", "description": "What the passkey is asked (WebAuthn)."},
        "challenge": {"type": "string", "description": "Goes into the signature with the passkey's answer."},
    },
}


def add_security(api: NinjaAPI) -> None:
    """Add `/me/sessions`, `/me/tokens` and `/me:signing_challenge`."""
    api.get(
        "/me/sessions",
        operation_id="sessions",
        summary="Where you are signed in now",
        tags=MINE,
        openapi_extra=says("All of them.", "Page"),
    )(sessions)
    api.post(
        "/me/sessions/{int:session}:end",
        operation_id="sessions.end",
        summary="Sign out elsewhere",
        tags=MINE,
        openapi_extra=says("It has ended.", "Marked", errors=(404, 415)),
    )(end_session)
    api.get(
        "/me/tokens",
        operation_id="tokens",
        summary="Your tokens, without their secrets",
        description=_("A token is made in the browser: one token cannot make another."),
        tags=MINE,
        openapi_extra=says("All that are live.", "Page"),
    )(own_tokens)
    api.post(
        "/me/tokens/{prefix}:revoke",
        operation_id="tokens.revoke",
        summary="Revoke one of your tokens; it may be the one in use",
        tags=MINE,
        openapi_extra=says("It is revoked.", "Marked", errors=(404, 415, 422)),
    )(revoke)
    api.post(
        "/me:signing_challenge",
        operation_id="me.signing_challenge",
        summary="A challenge for a signature with your passkey; it counts once, for five minutes",
        tags=MINE,
        openapi_extra=says("The challenge.", "Challenge", errors=(409, 415)),
    )(challenge)


def _takes_nothing(request: HttpRequest) -> None:
    Parameters(request)
    if object_in(request):
        raise Refused(_("This takes nothing."))


def sessions(request: HttpRequest) -> HttpResponse:
    """Answer with the caller's sessions of browsers."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    Parameters(request)
    items = [
        {
            "id": found.pk,
            "ip": found.ip,
            "user_agent": found.user_agent,
            "began": plain(found.created_at),
            "last_seen": plain(found.last_seen_at),
            "this": bool(request.session.session_key and found.session_key == request.session.session_key),
        }
        for found in UserSession.objects.filter(user=caller.user).order_by("-created_at")
        if found.exists()
    ]
    return respond(request, {"items": items}, tag=digest_of(items))


def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one of the caller's sessions."""
    caller = caller_of(request)
    caller.require(Scope.WRITE)
    _takes_nothing(request)
    found = UserSession.objects.filter(user=caller.user, pk=min(session, 2**31 - 1)).first()
    if found is None:
        raise Problem("not_found", _("You have no such session."))
    found.end()
    return respond(request, {"marked": 1})


def own_tokens(request: HttpRequest) -> HttpResponse:
    """Answer with the caller's tokens."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    Parameters(request)
    live = Token.objects.filter(user=caller.user, revoked__isnull=True, expires__gt=timezone.now())
    items = [_token(found, caller.token) for found in live.order_by("-created")]
    return respond(request, {"items": items}, tag=digest_of(items))


def _token(found: Token, used: Token | None) -> Values:
    return {
        "prefix": found.prefix,
        "name": found.name,
        "scopes": list(found.scopes),
        "created": plain(found.created),
        "expires": plain(found.expires),
        "last_used": plain(found.last_used),
        "this": used is not None and used.pk == found.pk,
    }


def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke one of the caller's tokens, by the command where the person has a record."""
    caller = caller_of(request)
    _takes_nothing(request)
    found = Token.objects.filter(user=caller.user, prefix=prefix[:40], revoked__isnull=True).first()
    if found is None:
        raise Problem("not_found", _("There is no such token, or it was revoked before."))
    if caller.token is None or caller.token.pk != found.pk:  # whoever holds a token may always end it
        caller.require(Scope.WRITE)
    record = own_record(request)
    if record is None:
        tokens.revoke(found)
    else:
        carry_out(PERSON, REVOKE, actor_of(request), record=record, body={"prefix": prefix})
    return respond(request, {"marked": 1})


def own_record(request: HttpRequest) -> Record | None:
    """Return the caller's own record; None where people have none."""
    try:
        detail = thing_of(PERSON).detail
    except KeyError:
        return None
    return Record.objects.filter(**{f"{detail}__user": caller_of(request).user}).first()


def challenge(request: HttpRequest) -> HttpResponse:
    """Answer with a challenge that the caller's passkey answers to sign."""
    caller = caller_of(request)
    caller.require(Scope.WRITE)
    _takes_nothing(request)
    made = passkey_challenge(caller.user)
    if made is None:
        sentence = _("You have no passkey yet. Sign with your password, or add a passkey under Profile.")
        raise Problem("wrong_state", sentence)
    return respond(request, {"options": made[0], "challenge": made[1]})

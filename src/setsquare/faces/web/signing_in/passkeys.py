"""Passkeys: challenges for signing in and for signing, and the check of a signature's answer."""

import datetime as dt
import json
import time
from functools import lru_cache, partial
from typing import Any

from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, AuthenticationResponse, UserVerificationRequirement

from setsquare.faces.web.access import person_of, signed_in
from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.rows import insert_new, update
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.events.clock import every
from setsquare.kernel.signatures.credentials import Credentials, Use
from setsquare.kernel.signatures.models import AnsweredChallenge

CHALLENGE = "signing_challenge"
"""Where the session keeps the challenge of a signature."""
SALT = "setsquare.signing_challenge"
"""What tells a challenge that was handed out from whatever else is signed."""
_USER = stand_in(1)
_PASSKEYS: Statement[Authenticator] = Statement(
    lambda: Authenticator.objects.filter(user_id=_USER, type=Authenticator.Type.WEBAUTHN),
    lambda: {_USER: "user"},
)
SECONDS = 300
"""How long a challenge can be answered."""


def has_passkey(user: User) -> bool:
    """Tell whether a person has a passkey to sign with."""
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return bool(passkeys.exists())


@require_POST
@never_cache
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """Return a challenge for signing in; whose passkey it is, the browser's answer tells."""
    if not ratelimit.consume(request, action="login"):
        return JsonResponse({"detail": _("Too many requests. Wait a moment.")}, status=429)
    return JsonResponse(auth.begin_authentication(None))


@require_POST
@never_cache
@signed_in
def signing_options(request: HttpRequest) -> HttpResponse:
    """Return a challenge for a signature of the signed-in person, who is asked to verify themself for it."""
    made = _challenge(person_of(request))
    if made is None:
        sentence = _("You have no passkey yet. Sign with your password, or add a passkey under Profile.")
        return JsonResponse({"detail": sentence}, status=409)
    options, request.session[CHALLENGE] = made
    return JsonResponse(options)


def handed_out(user: User) -> tuple[dict[str, Any], str] | None:
    """Return a challenge for a signature of a person whom no session knows, and the challenge signed by us."""
    made = _challenge(user)
    return (made[0], signing.dumps(made[1], salt=SALT)) if made is not None else None


def _challenge(user: User) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return what a passkey is asked and what the answer is checked by; None for a person without passkeys."""
    credentials = auth.get_credentials(user)
    if not credentials:
        return None
    options, state = auth.get_server().authenticate_begin(
        credentials=credentials, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), {"state": state, "user": user.pk, "at": time.time()}


def check_signature(user: User, answer: dict[str, Any], given: Credentials) -> Use | None:
    """Return what uses up `answer`, if it is this person's own passkey answering the challenge made for them.

    A challenge counts once, for five minutes, and for nobody else; the passkey has to have verified the person.
    """
    challenge = _made(given)
    if not challenge or challenge["user"] != user.pk or time.time() - challenge["at"] > SECONDS:
        return None
    passkeys = {
        credential.credential_id: (passkey, credential)
        for passkey in _PASSKEYS.instances(user=user.pk)
        if (credential := _credential(json.dumps(passkey.data["credential"]))) is not None
    }
    try:
        response = AuthenticationResponse.from_dict(answer)
        credentials = [credential for _passkey, credential in passkeys.values()]
        used = _server().authenticate_complete(challenge["state"], credentials, response)
    except (KeyError, TypeError, ValueError):
        return None
    if not response.response.authenticator_data.is_user_verified():
        return None
    passkey, _credential_used = passkeys[used.credential_id]
    return partial(_use_once, passkey, challenge["state"]["challenge"])


def _server() -> Fido2Server:
    """Return the checker of answers for the address that is being asked."""
    party = get_adapter().get_public_key_credential_rp_entity()
    return _server_at(party["id"], party["name"])


@lru_cache(maxsize=100)
def _server_at(_host: str, _name: str) -> Fido2Server:
    server: Fido2Server = auth.get_server()  # which reads the same
    return server


@lru_cache(maxsize=1000)
def _credential(kept: str) -> AttestedCredentialData | None:
    """Return the public key of a passkey, read from what its registration left; reading it anew takes a while."""
    read = auth.parse_registration_response(json.loads(kept))
    data: AttestedCredentialData | None = read.response.attestation_object.auth_data.credential_data
    return data


def _made(given: Credentials) -> dict[str, Any] | None:
    """Return the challenge that is answered: the one handed out, or the one that the session keeps."""
    if given.challenge:
        try:
            return dict(signing.loads(given.challenge, salt=SALT, max_age=SECONDS))
        except (signing.BadSignature, TypeError, ValueError):
            return None
    found: dict[str, Any] | None = given.request.session.pop(CHALLENGE, None) if given.request else None
    return found


def _use_once(passkey: Authenticator, challenge: str) -> bool:
    """Use up a challenge by a passkey; false where it was answered before, or the passkey has been removed since."""
    passkey.last_used_at = timezone.now()
    answered = AnsweredChallenge(challenge=challenge, at=passkey.last_used_at)
    return insert_new(answered) and update(passkey, ["last_used_at"])


@every(hours=1)
def forget_answered() -> int:
    """Forget the challenges that nobody can answer any more."""
    late = timezone.now() - dt.timedelta(seconds=2 * SECONDS)
    return AnsweredChallenge.objects.filter(at__lt=late).delete()[0]

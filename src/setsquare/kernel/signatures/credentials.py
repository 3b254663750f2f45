"""Proving who one is at the moment of signing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.statements import Statement, stand_in


class CredentialsRefused(Exception):
    """The person could not be recognised; the message says what to do."""


@dataclass(frozen=True)
class Credentials:
    """What a signer gives: their password, or a passkey's answer to a challenge made for them."""

    password: str = ""
    passkey: str = ""
    """The browser's WebAuthn answer as JSON."""
    request: HttpRequest | None = None
    """The request by which they came, so that failed attempts count towards the lockout."""
    challenge: str = ""
    """The challenge that the passkey answers, as it was handed out; empty where the session of a browser keeps it."""


_USER = stand_in(1)
_MAY_SIGN: Statement[User] = Statement(
    lambda: User.objects.filter(pk=_USER, is_active=True).order_by().values_list("may_sign"),
    lambda: {_USER: "user"},
)
Use = Callable[[], bool]
"""Uses up what proves who signs; false where that was done before. Within the transaction of what is signed."""
PasskeyCheck = Callable[[User, dict[str, Any], Credentials], Use | None]
PasskeyOffer = Callable[[User], tuple[dict[str, Any], str] | None]
_passkey_checks: list[PasskeyCheck] = []
_passkey_offers: list[PasskeyOffer] = []
_forgetting: list[Callable[[User], None]] = []
_having: list[Callable[[User], bool]] = []


def accept_passkeys(
    check: PasskeyCheck, offer: PasskeyOffer, forget: Callable[[User], None], has: Callable[[User], bool]
) -> None:
    """Let a sign-in library verify passkeys: `check` returns what uses up an answer that is this very person's.

    It returns None for any other answer, and for one that does not verify the person.
    `offer` makes a challenge for who has no session of a browser: what the passkey is asked, and the challenge as it
    has to come back; None for a person without passkeys. `forget` drops all that somebody has besides a password; `has`
    tells whether there is anything among it by which they sign in.
    """
    _passkey_checks[:] = [check]
    _passkey_offers[:] = [offer]
    _forgetting[:] = [forget]
    _having[:] = [has]


def forget_passkeys(user: User) -> None:
    """Drop all by which a person signs in besides a password, within the transaction."""
    for forget in _forgetting:
        forget(user)


def can_sign_in(user: User) -> bool:
    """Tell whether somebody has a way to sign in: a password, a passkey or an account of another service."""
    return user.is_active and (user.has_usable_password() or any(has(user) for has in _having))


def passkey_challenge(user: User) -> tuple[dict[str, Any], str] | None:
    """Return a challenge for a signature of `user` by passkey, to be handed out; None where they have none."""
    return _passkey_offers[0](user) if _passkey_offers else None


@dataclass(frozen=True)
class Proof:
    """How a signer proved who they are."""

    method: str
    _use: Use | None = None

    def use(self) -> None:
        """Use it up, as it counts once; raises CredentialsRefused where that was done before."""
        if self._use is not None and not self._use():
            raise CredentialsRefused(_("The passkey was not recognised. Nothing was signed."))


def verify(user: User, credentials: Credentials | None) -> str:
    """Return how the signer proved to be `user`, and use that up; raises CredentialsRefused."""
    proof = prove(user, credentials)
    with transaction.atomic():
        proof.use()
    return proof.method


def prove(user: User, credentials: Credentials | None) -> Proof:
    """Return the signer's proof to be `user`, to be used up with what is signed; raises CredentialsRefused.

    The name is never taken from the input: only the signed-in person can sign, and only as themselves.
    """
    if credentials is None or not (credentials.password or credentials.passkey):
        raise CredentialsRefused(_("Give your password or use your passkey to sign."))
    may = _MAY_SIGN.rows(user=user.pk)
    if not may:
        raise CredentialsRefused(_("This sign-in is no longer active."))
    if not may[0][0]:
        sentence = _(
            "An administrator had a hand in your way to sign in. Your manager or another administrator "
            "confirms that you alone know the password; then you can sign."
        )
        raise CredentialsRefused(sentence)
    if credentials.passkey:
        return _verify_passkey(user, credentials)
    try:
        found = authenticate(
            credentials.request or _request_of_no_browser(),
            username=user.username,
            password=credentials.password,
        )
    except PermissionDenied:
        found = None
    if found is None or found.pk != user.pk:
        raise CredentialsRefused(_("The password is not right. Nothing was signed."))
    _stay_signed_in(credentials.request, user, found)
    return Proof("password")


def _stay_signed_in(request: HttpRequest | None, before: User, after: AbstractBaseUser) -> None:
    """Keep the session of a signer whose password was hashed anew by this, as its cost was raised meanwhile."""
    session = getattr(request, "session", None)
    if session is not None and HASH_SESSION_KEY in session and before.password != after.password:
        session[HASH_SESSION_KEY] = after.get_session_auth_hash()


def _request_of_no_browser() -> HttpRequest:
    """Return a request for the lockout to count by, where the command line is the way in."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    return request


def _verify_passkey(user: User, credentials: Credentials) -> Proof:
    try:
        answer = json.loads(credentials.passkey)
    except ValueError:
        raise CredentialsRefused(_("The passkey's answer could not be read. Nothing was signed.")) from None
    known = isinstance(answer, dict) and bool(_passkey_checks)
    use = _passkey_checks[0](user, answer, credentials) if known else None
    if use is None:
        raise CredentialsRefused(_("The passkey was not recognised. Nothing was signed."))
    return Proof("passkey", use)

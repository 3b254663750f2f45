"""What the log tells of signing in: who, how, from where; never a password or code."""

from typing import Any

import structlog
from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as accounts
from django.contrib.auth import signals as django
from django.dispatch import receiver
from django.http import HttpRequest

from setsquare.domains.organisation.commands.access import note_access_anew
from setsquare.faces.web.signing_in.on_record import account_digest, passkey_digest
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record

log = structlog.get_logger("setsquare.sign_in")


@receiver(django.user_logged_in)
def signed_in(sender: Any, request: HttpRequest | None, user: Any, **_rest: Any) -> None:
    """Note a sign-in."""
    log.info("signed in", person=user.pk, address=_address(request))


@receiver(django.user_logged_out)
def signed_out(sender: Any, request: HttpRequest | None, user: Any, **_rest: Any) -> None:
    """Note a sign-out, also one by the idle timeout."""
    if user is not None:
        log.info("signed out", person=user.pk)


@receiver(django.user_login_failed)
def failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any
) -> None:
    """Note a failed attempt, with the name that was tried."""
    name = str(credentials.get("username") or credentials.get("email") or credentials.get("login") or "")[
        :150
    ]
    log.warning("sign-in failed", name=name, address=_address(request))


@receiver([account.password_changed, account.password_set])
def password_changed(sender: Any, request: HttpRequest, user: Any, **_rest: Any) -> None:
    """Note a new password."""
    log.info("password changed", person=user.pk, address=_address(request))
    _note("password", user, request)


@receiver(account.password_reset)
def password_reset(sender: Any, request: HttpRequest, user: Any, **_rest: Any) -> None:
    """Note a password that was set by a link, after which neither sessions nor tokens from before are good."""
    log.info("password set by a link", person=user.pk, address=_address(request))
    if hasattr(user, "file"):
        note_access_anew(user, "web", getattr(request, "request_id", "")[:64])


@receiver([factors.authenticator_added, factors.authenticator_removed, factors.authenticator_reset])
def factor_changed(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **rest: Any) -> None:
    """Note a change of second factors and passkeys."""
    added = rest.get("signal") is factors.authenticator_added
    log.info("factor added" if added else "factor removed", person=user.pk, kind=authenticator.type)
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        what = "passkey_added" if added else "passkey_removed"
        _note(what, user, request, passkey_digest(authenticator))
    else:
        _note("added" if added else "removed", user, request)


@receiver(accounts.social_account_added)
def account_linked(sender: Any, request: HttpRequest, sociallogin: Any, **_rest: Any) -> None:
    """Note that somebody signs in by an account of another service from now on."""
    log.info("account linked", person=sociallogin.user.pk, provider=sociallogin.account.provider)
    _note("account_added", sociallogin.user, request, account_digest(sociallogin.account))


@receiver(accounts.social_account_removed)
def account_unlinked(sender: Any, request: HttpRequest, socialaccount: Any, **_rest: Any) -> None:
    """Note that somebody no longer signs in by an account of another service."""
    log.info("account unlinked", person=socialaccount.user_id, provider=socialaccount.provider)
    _note("account_removed", socialaccount.user, request, account_digest(socialaccount))


@receiver(factors.authentication_failed)
def count_wrong_code(sender: Any, request: HttpRequest, user: Any, **_rest: Any) -> None:
    """Count a wrong code towards the lockout, as a wrong password is counted."""
    credentials = {"username": user.get_username()}
    django.user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def _note(what: str, user: User, request: HttpRequest | None, key: str = "") -> None:
    """Keep in the trail of the person that a way to sign in, and so to sign, was changed."""
    record = Record.objects.filter(person_file__user_id=user.pk).first()
    if record is not None:
        system = Actor(None, "web", getattr(request, "request_id", "")[:64])
        carry_out("person", "note_access", system, record=record, body={"what": what, "key": key})


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""

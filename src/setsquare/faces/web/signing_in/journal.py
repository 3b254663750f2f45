"""What the log tells of signing in: who, how, from where; never a password or code."""

from typing import Any

import structlog
from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth import signals as django
from django.dispatch import receiver
from django.http import HttpRequest

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


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(sender: Any, request: HttpRequest, user: Any, **_rest: Any) -> None:
    """Note a new password."""
    log.info("password changed", person=user.pk, address=_address(request))


@receiver([factors.authenticator_added, factors.authenticator_removed, factors.authenticator_reset])
def factor_changed(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **rest: Any) -> None:
    """Note a change of second factors and passkeys."""
    added = rest.get("signal") is factors.authenticator_added
    log.info("factor added" if added else "factor removed", person=user.pk, kind=authenticator.type)


@receiver(factors.authentication_failed)
def count_wrong_code(sender: Any, request: HttpRequest, user: Any, **_rest: Any) -> None:
    """Count a wrong code towards the lockout, as a wrong password is counted."""
    credentials = {"username": user.get_username()}
    django.user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""

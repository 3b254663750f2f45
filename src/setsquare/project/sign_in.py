"""How people sign in: lockout by person and address, providers only for people who exist."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import get_user_model
from django.http import HttpRequest


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth's behaviour for accounts of OpenID providers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse people whom the organisation did not enter."""
        return False

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """Find the person by an address that the provider has verified, and leave them their password.

        allauth takes it away where it does not know the address as verified, as a stranger could have signed up with
        it; here the organisation entered the address, and the person signs with that password.
        """
        found: tuple[Any, str] | None = super().authenticate_by_email(sociallogin)
        if found is not None:
            person, address = found
            known = EmailAddress.objects.filter(user=person, email__iexact=address)
            if not known.update(verified=True):
                EmailAddress.objects.create(user=person, email=address.lower(), verified=True)
        return found


def lockout_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The name under which failures are counted: the same for a person's sign-in name and mail address."""
    given: Mapping[str, Any] = credentials or {}
    name = given.get("username") or given.get("email") or request.POST.get("login") or ""
    name = str(name).strip().lower()[:150]
    if "@" in name:
        person = (
            get_user_model()
            ._default_manager.filter(email__iexact=name)
            .values_list("username", flat=True)
            .first()
        )
        return str(person or name).lower()
    return name


def client_address(request: HttpRequest) -> str:
    """The client's address, as the trusted proxies tell it."""
    return str(request.META.get("REMOTE_ADDR", ""))

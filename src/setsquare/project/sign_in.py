"""How people sign in: lockout by person and address, providers only for people who exist."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from setsquare.domains.organisation.ways_in import waits_for_address


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth's behaviour for accounts of OpenID providers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse people whom the organisation did not enter."""
        return False

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """Find who works here by an address that the provider has verified, and leave them their password.

        Whoever had the address before and left is not meant, nor is who signs in and has a new address that nobody
        else has confirmed yet: one administrator alone gave it to them. allauth takes the password away where it does
        not know the address as verified, as a stranger could have signed up with it; here the organisation entered
        the address, and the person signs with that password.
        """
        verified = [one.email for one in sociallogin.email_addresses if one.verified]
        for address in verified:
            person = get_user_model().objects.filter(email__iexact=address, is_active=True).first()
            if person is None or person.email.lower() != address.lower() or waits_for_address(person):
                continue
            if self.can_authenticate_by_email(sociallogin, address):
                EmailAddress.objects.filter(email__iexact=address).exclude(user=person).delete()
                if not EmailAddress.objects.filter(email__iexact=address).update(verified=True):
                    EmailAddress.objects.create(user=person, email=address.lower(), verified=True)
                return person, address
        return None


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

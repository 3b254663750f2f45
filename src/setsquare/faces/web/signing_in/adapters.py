"""How allauth knows our people: no sign-up, their own address, our words in mail and on devices."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from setsquare.faces.web.context import organisation_name
from setsquare.faces.web.signing_in.mails import send_warning
from setsquare.kernel.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts with a password: entered by the organisation, changed by its commands."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **dict.fromkeys(
            ("username_password_mismatch", "email_password_mismatch"),
            _("The sign-in name or the password is not right."),
        ),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("This is not your password until now."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: people are entered by the organisation."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to one's own page after a change of the password."""
        return reverse("profile")

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Ask again who it is before the ways to sign in change, unless they signed in a moment ago."""
        limit = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        return not any(record["at"] > limit for record in records)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep a new password, and nothing else of the row, which others may have changed since it was read."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: allauth has no mail of its own here, and links are sent by `resetting`."""

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person of a change of the ways to sign in as them."""
        if isinstance(user, User):
            address = self.get_client_ip(self.request)
            send_warning(user, template_prefix.rpartition("/")[2], str(address or ""))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys, as devices show them."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the sign-in name, which never changes."""
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """Return the organisation's name."""
        return organisation_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return what passkeys are bound to: the host name, shown as the organisation."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": organisation_name()}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """Return the person as a passkey shows them."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": str(user), "name": user.get_username()}

"""Asking for a link to set a new password: the same work and the same answer, whoever's address is given.

The request notes the address and nothing else; the worker looks whose it is. How long the answer takes therefore tells
nobody who has an account.
"""

from typing import Any

from allauth.account.forms import EmailField
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from setsquare.faces.web.signing_in.mails import send_link
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event

ASKED = "sign_in.link_asked"


class ResetPasswordForm(forms.Form):
    """The address to which the link is mailed, if it is somebody's."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_more: Any) -> str:
        """Note that somebody asks for a link; returns the address."""
        address: str = self.cleaned_data["email"]
        Event.objects.create(name=ASKED, payload={"address": address.lower()}, at=timezone.now())
        return address


@subscribe(ASKED)
def answer(event: Event) -> None:
    """Mail the link to those whose address it is; delivered twice, they get two, of which one is used."""
    for user in User.objects.filter(email__iexact=event.payload["address"], is_active=True):
        send_link(user, again=True)

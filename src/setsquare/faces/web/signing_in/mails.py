"""Mail about signing in: links to set a password, and warnings of changes."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.organisation.ways_in import waits_for_address
from setsquare.faces.web.context import organisation_name
from setsquare.faces.web.signing_in.links import days_valid, password_link
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event

WARNINGS: Mapping[str, Promise] = {
    "password_changed": gettext_lazy("Your password was changed."),
    "password_set": gettext_lazy("A password was set for you."),
    "password_reset": gettext_lazy(
        "Your password was set anew by a link. Your sessions and tokens have ended."
    ),
    "totp_activated": gettext_lazy("An authenticator app was set up for your sign-in."),
    "totp_deactivated": gettext_lazy("The authenticator app was taken off your sign-in."),
    "webauthn_added": gettext_lazy("A passkey was added to your sign-in."),
    "webauthn_removed": gettext_lazy("A passkey was taken off your sign-in."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made for your sign-in."),
}
"""What people are told by mail, by the name that allauth gives it."""


@subscribe("person.invite")
def invite(event: Event) -> None:
    """Mail a link to who was entered or invited; delivered twice, they get two links, of which one is used."""
    user = User.objects.filter(file__record=event.record).first() if event.record is not None else None
    if user is not None and user.is_active and user.email:
        send_link(user, again=user.last_login is not None)


@subscribe("person.email_changed")
def warn_former_address(event: Event) -> None:
    """Tell a person at their former address that mail goes elsewhere from now on."""
    user = User.objects.filter(file__record=event.record).first() if event.record is not None else None
    if user is None:
        return
    with translation.override(user.language):
        lines = [
            _("Hello %(name)s,") % {"name": user.name},
            _("your e-mail address in Setsquare was changed by an administrator; mail no longer comes here."),
            _("If you did not expect this, speak to your administrator at once."),
        ]
        _send(event.payload["before"], _("Your e-mail address was changed"), {"lines": lines})


def send_link(user: User, *, again: bool) -> None:
    """Mail the link by which a person sets a password: `again` where they signed in before.

    None goes to a new address of theirs that nobody else has confirmed yet.
    """
    if waits_for_address(user):
        return
    with translation.override(user.language):
        days = {"days": days_valid()}
        name = {"name": organisation_name()}
        if again:
            subject = _("Set a new password")
            first = _("with this link you set a new password. It works once, within %(days)s days.") % days
        else:
            subject = _("Welcome to Setsquare at %(name)s") % name
            first = _("you have an account here. Your sign-in name is %(username)s.") % {
                "username": user.username
            }
        lines = [_("Hello %(name)s,") % {"name": user.name}, first]
        if not again:
            lines.append(
                _("With this link you set your password. It works once, within %(days)s days.") % days
            )
        lines.append(_("Your password is your signature: never give it to anybody."))
        if again:
            lines.append(_("If you did not ask for this, nothing changes; you need not do anything."))
        action = {"action_label": _("Set the password"), "action_url": password_link(user)}
        _send(user.email, subject, {"lines": lines, **action})


def send_warning(user: User, kind: str, address: str) -> None:
    """Tell a person by mail that a way to sign in as them was changed, from where and when."""
    if kind not in WARNINGS or not user.email:
        return
    with translation.override(user.language):
        when = date_format(timezone.localtime(), "DATETIME_FORMAT")
        lines = [
            _("Hello %(name)s,") % {"name": user.name},
            str(WARNINGS[kind]),
            _("This was done on %(when)s from the address %(address)s.") % {"when": when, "address": address},
            _("If it was not you, speak to your administrator at once: whoever did it can sign as you."),
        ]
        _send(user.email, str(WARNINGS[kind]).rstrip("."), {"lines": lines})


def _send(address: str, subject: str, context: Mapping[str, Any]) -> None:
    values = {
        "subject": subject,
        "organisation_name": organisation_name(),
        "language": translation.get_language(),
        "foot": _("You get this because you have an account in Setsquare at %(name)s.")
        % {"name": organisation_name()},
        **context,
    }
    text = render_to_string("mail/frame.txt.jinja", values)
    message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
    message.attach_alternative(render_to_string("mail/frame.html.jinja", values), "text/html")
    message.send()

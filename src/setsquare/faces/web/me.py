"""One's own settings: language, time zone, mail, substitutes, tokens, security."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, signed_in, situation_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.signing_in.tokens import in_words
from setsquare.kernel.accounts.models import Delegation, Grant, Token, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.offering import Offer, offers
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import related_of
from setsquare.kernel.records.things import thing_of

PERSON = "person"
"""The record type of people, by whose commands they change their own settings."""
PREFERENCES, DELEGATE, END_DELEGATION = "edit_own", "delegate", "end_delegation"
MAKE_TOKEN, REVOKE_TOKEN = "make_token", "revoke_token"
_SECURITY = (
    ("account_change_password", "key"),
    ("mfa_index", "shield-check"),
    ("usersessions_list", "devices"),
)


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Show one's own settings with the commands that change them."""
    user = person_of(request)
    record = own_record(user)
    offered = _offered(request, record) if record is not None else {}
    now = timezone.now()
    delegations = Delegation.objects.filter(absent=user, ends__gt=now, revoked__isnull=True)
    taken = Delegation.objects.filter(substitute=user, ends__gt=now, revoked__isnull=True)
    context: dict[str, Any] = {
        "page_title": _("Profile and security"),
        "crumbs": [(_("Profile and security"), "")],
        "person": user,
        "own": record,
        "own_url": record_address(record) if record is not None else "",
        "do": {name: _button(record, offer) for name, offer in offered.items()} if record is not None else {},
        "digest_label": user.get_digest_display(),
        "zone": user.time_zone or str(zone(user.unit)),
        "delegations": delegations.select_related("substitute").order_by("starts"),
        "taken": taken.select_related("absent").order_by("starts"),
        "grants": _grants(user),
        "tokens": Token.objects.filter(user=user, revoked__isnull=True, expires__gt=now).order_by("-created"),
        "in_words": in_words,
        "security": _security(),
    }
    return render(request, "me.html.jinja", context)


def own_record(user: User) -> Record | None:
    """Return the person's own record, None where people have none."""
    try:
        related = related_of(thing_of(PERSON))
    except KeyError:
        return None
    detail = thing_of(PERSON).detail
    return Record.objects.filter(**{f"{detail}__user": user}).select_related(*related).first()


def _offered(request: HttpRequest, record: Record) -> dict[str, Offer]:
    names = {PREFERENCES, DELEGATE, END_DELEGATION, MAKE_TOKEN, REVOKE_TOKEN}
    situation = situation_of(request, thing_of(PERSON), record)
    return {offer.command.name: offer for offer in offers(situation, names)}


def _button(record: Record, offer: Offer) -> dict[str, Any]:
    return {
        "label": offer.command.label,
        "url": command_address(record, offer.command.name),
        "why_not": offer.why_not or "",
    }


def _grants(user: User) -> Any:
    now = timezone.now()
    grants = Grant.objects.filter(user=user, starts__lte=now).select_related("role", "unit")
    return [
        grant
        for grant in grants.order_by("role__name", "unit__name")
        if grant.ends is None or grant.ends > now
    ]


def _security() -> list[dict[str, str]]:
    labels = {
        "account_change_password": (_("Password"), _("Change the password that you sign in and sign with.")),
        "mfa_index": (_("Second factor and passkeys"), _("An authenticator app, passkeys, recovery codes.")),
        "usersessions_list": (_("Sessions"), _("Where you are signed in now; sign out elsewhere.")),
    }
    links = []
    for name, icon in _SECURITY:
        try:
            url = reverse(name)
        except NoReverseMatch:  # this installation does not offer it
            continue
        links.append({"label": labels[name][0], "hint": labels[name][1], "url": url, "icon": icon})
    return links

"""Sending somebody a link to set a password, or handing it over where they have no e-mail address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.faces.web.access import actor_of, redirect_for, situation_of, wants_dialog
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.dialogs.asking import given_reason
from setsquare.faces.web.signing_in.links import days_valid, password_link
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def invite_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Ask whether to send the link; mail it, or show it once to who has to hand it over."""
    if wants_dialog(request):
        return redirect_for(request, request.path)
    if request.method == "POST":
        try:
            reason = given_reason(request)
            outcome = carry_out("person", "invite", actor_of(request), record=record, reason=reason)
        except CommandError as refused:
            messages.error(request, str(refused.sentence))
            return redirect_for(request, record_address(record))
        user = User.objects.get(file__record=record)
        if user.email:
            messages.success(request, outcome.conclusion)
            return redirect_for(request, record_address(record))
        return _page(request, thing, record, link=password_link(user))
    return _page(request, thing, record)


def _page(request: HttpRequest, thing: Thing, record: Record, link: str = "") -> HttpResponse:
    offered = next(iter(offers(situation_of(request, thing, record), ["invite"])), None)
    context = {
        "page_title": _("A link for %(name)s") % {"name": record.title},
        "crumbs": [
            (thing.plural, register_address(thing)),
            (record.number, record_address(record)),
            (_("Link to set the password"), ""),
        ],
        "record": record,
        "person": record.person_file.user,
        "back": record_address(record),
        "why_not": (offered.why_not or "") if offered else _("Your roles do not allow this in this unit."),
        "link": link,
        "days": days_valid(),
        "tokens_url": reverse("tokens"),
    }
    page = render(request, "account/invitation.html.jinja", context)
    page.headers["Cache-Control"] = "no-store"
    return page

"""A person's tokens of the API: made, shown once, listed, revoked."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from setsquare.domains.organisation.commands.access import MakeToken, issue_token
from setsquare.faces.web.access import actor_of, person_of, redirect_for, signed_in
from setsquare.faces.web.dialogs.command import answer
from setsquare.faces.web.forms.fields import fields_of, place_errors
from setsquare.faces.web.forms.posted import posted
from setsquare.kernel.accounts.models import Token, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, all_things

DAYS = 90
"""Days that the form suggests for a new token."""


@never_cache
@signed_in
def tokens_page(request: HttpRequest) -> HttpResponse:
    """List one's tokens and make a new one, whose secret is on the answer alone."""
    user = person_of(request)
    if not hasattr(user, "file"):
        raise Http404
    last = timezone.localdate() + dt.timedelta(days=DAYS)
    fresh = {"scopes": ["read"], "expires": last.isoformat()}
    if request.method != "POST":
        return _page(request, user, fresh, {})
    data = posted(MakeToken, request.POST)
    try:
        body = parse(MakeToken, data, actor_of(request))
        token, secret = issue_token(actor_of(request), body.name, body.scopes, body.expires, body.types)
    except CommandError as refused:
        errors = refused.fields if isinstance(refused, Refused) else {"": refused.sentence}
        return _page(request, user, data, errors, status=422)
    return _page(request, user, fresh, {}, made=token, secret=secret)


@require_POST
@signed_in
def revoke_token(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke one of one's tokens."""
    user = person_of(request)
    if not hasattr(user, "file"):
        raise Http404
    try:
        outcome = carry_out(
            "person", "revoke_token", actor_of(request), record=user.file.record, body={"prefix": prefix}
        )
    except CommandError as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, outcome.conclusion)
    return redirect("tokens")


def in_words(token: Token) -> list[str]:
    """Return what a token may be used for, such as “See what I can see: Documents”; the least first."""
    said = []
    for scope in Scope:
        given = [held.partition(":")[2] for held in token.scopes if held.partition(":")[0] == scope]
        types = ", ".join(str(thing.plural) for thing in all_things() if thing.code in given)
        if given:
            said.append(f"{scope.label}: {types}" if types else str(scope.label))
    return said


def own_tokens(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Lead from the generic address of the token commands to one's own page of tokens."""
    return redirect_for(request, reverse("tokens"))


def revoke_of(request: HttpRequest, thing: Thing, record: Record) -> Any:
    """Lead to one's own page, or let an administrator revoke a token of somebody else."""
    if record.owner_id == person_of(request).pk:
        return own_tokens(request, thing, record)
    return answer(request, thing, command_of("person", "revoke_token"), record)


def _page(
    request: HttpRequest,
    user: User,
    values: dict[str, Any],
    errors: dict[str, Label],
    *,
    made: Token | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = fields_of(MakeToken, values, errors, user)
    live = Token.objects.filter(user=user, revoked__isnull=True, expires__gt=timezone.now())
    context = {
        "page_title": _("Tokens for the API"),
        "page_lead": _("Programs act in your name with a token, within its scopes, until it expires."),
        "crumbs": [(_("Profile and security"), reverse("profile")), (_("Tokens for the API"), "")],
        "tokens": live.order_by("-created"),
        "in_words": in_words,
        "fields": fields,
        "errors": place_errors(fields, errors),
        "made": made,
        "secret": secret,
    }
    return render(request, "account/tokens.html.jinja", context, status=status)

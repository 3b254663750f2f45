"""Saved views of a register: a person's own, and those that others share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, redirect_for, signed_in, thing_at, wants_dialog
from setsquare.faces.web.addresses import register_address
from setsquare.faces.web.forms.fields import summary_of
from setsquare.faces.web.registers.wanted import VIEW, Wanted, wanted_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.records import saved_views
from setsquare.kernel.records.models import SavedView
from setsquare.kernel.records.saved_views import MOST
from setsquare.kernel.records.things import Thing


@dataclass(frozen=True)
class Offered:
    """A saved view as the menu offers it."""

    id: int
    name: str
    label: str
    address: str
    own: bool
    shared: bool


_THING = "-a record type-"
_OFFERED: Asked[SavedView] = Asked(
    lambda user, _now: (
        SavedView.objects.filter(Q(user=user) | Q(shared=True) & ~Q(name=""), thing=_THING)
        .order_by("name", "id")
        .values_list("pk", "name", "query", "shared", "user_id", "user__name")[: 2 * MOST]
    ),
    lambda: {_THING: "thing"},
)


def offered_views(thing: Thing, user: User) -> list[Offered]:
    """Return the person's own views (the usual one has no name) and those shared by others; one query."""
    rows = _OFFERED.rows(user, thing=thing.code)
    views = []
    for pk, name, query, shared, owner, owner_name in rows:
        own = owner == user.pk
        address = "&".join(part for part in (query, urlencode({VIEW: name}) if name else "") if part)
        views.append(Offered(pk, name, name if own else f"{name} · {owner_name}", address, own, shared))
    return views


def usual_query(views: Sequence[Offered]) -> str:
    """Return the query of the view that a person made their usual one, empty where there is none."""
    return next((view.address for view in views if not view.name), "")


@signed_in
def views_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Save the present view under a name, or as the usual one; list and delete one's own."""
    thing = thing_at(slug)
    user = person_of(request)
    if request.method != "POST":
        return _form(request, thing, wanted_of(thing, request.GET))
    if request.POST.get("delete"):
        return _delete(request, thing, user)
    wanted = wanted_of(thing, QueryDict(request.POST.get("query", "")))
    name = request.POST.get("name", "").strip()
    usual = request.POST.get("usual") == "true"
    if wrong := saved_views.why_not(user, thing, name, _pairs(wanted), usual=usual):
        return _form(request, thing, wanted, name, wrong)
    shared = request.POST.get("shared") == "true"
    saved_views.keep(user, thing, "" if usual else name, _pairs(wanted), shared=shared)
    messages.success(request, _("The view is saved."))
    return redirect_for(request, register_address(thing) if usual else _address(thing, wanted, name))


def _address(thing: Thing, wanted: Wanted, name: str) -> str:
    pairs = _pairs(wanted)
    return f"{register_address(thing)}?{urlencode([*pairs, (VIEW, name)])}"


def _pairs(wanted: Wanted) -> list[tuple[str, str]]:
    """Return what a view keeps."""
    return [pair for pair in wanted.pairs() if pair[0] != VIEW]


def _delete(request: HttpRequest, thing: Thing, user: User) -> HttpResponse:
    given = request.POST["delete"]
    known = given.isascii() and given.isdigit() and len(given) < 19
    if not known or not saved_views.drop(user, thing, int(given)):
        raise Http404
    messages.success(request, _("The view is deleted."))
    return redirect_for(request, register_address(thing))


def _form(
    request: HttpRequest, thing: Thing, wanted: Wanted, name: str = "", wrong: dict[str, str] | None = None
) -> HttpResponse:
    own = [view for view in offered_views(thing, person_of(request)) if view.own]
    context: dict[str, Any] = {
        "page_title": _("Save this view"),
        "crumbs": [(thing.plural, register_address(thing)), (_("Views"), "")],
        "thing": thing,
        "action": f"{register_address(thing)}views/",
        "query": wanted.query().removeprefix("?"),
        "name": name or wanted.view,
        "own": own,
        "wrong": wrong or {},
        "summary": summary_of(wrong or {}, {"name": _("Name")}),
        "shared": request.POST.get("shared") == "true",
        "usual": request.POST.get("usual") == "true",
        "dialog": wants_dialog(request),
    }
    return render(request, "registers/views.html.jinja", context, status=422 if wrong else 200)

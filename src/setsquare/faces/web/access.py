"""Who asks, and what of it they may see: the beginning of every view."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import get_user
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import know_permissions, permissions_anywhere_and_in
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import seen
from setsquare.kernel.records.things import Thing, thing_by_slug

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Let only signed-in people in; others sign in first and come back. Answers are kept by nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        request.user = get_user(
            request
        )  # the person themself: each look through Django's lazy stand-in costs
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if wants_part(request) or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"detail": _("Your session ended. Sign in again, then repeat.")}, status=401)
    came_from = request.get_full_path() if request.method in ("GET", "HEAD") else _referrer(request)
    return redirect_to_login(came_from)


def _referrer(request: HttpRequest) -> str:
    """Return the page that a form was on, if it is one of ours: there the work can go on."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def wants_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks, which puts a part into the page."""
    return request.headers.get("HX-Request") == "true"


def wants_dialog(request: HttpRequest) -> bool:
    """Tell whether the answer goes into the dialog."""
    return wants_part(request) and request.headers.get("HX-Target") == "dialog-body"


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def actor_of(request: HttpRequest) -> Actor:
    """Return the person as the actor of commands."""
    return Actor(person_of(request), "web", getattr(request, "request_id", "")[:64])


def thing_at(slug: str) -> Thing:
    """Return the record type of an address."""
    try:
        return thing_by_slug(slug)
    except KeyError:
        raise Http404 from None


def record_at(request: HttpRequest, thing: Thing, number: str) -> Record:
    """Return the record of an address, in one query; missing and forbidden ones look the same."""
    found = seen(thing, person_of(request), number)
    if found is None:
        raise Http404
    return found


def situation_of(request: HttpRequest, thing: Thing, record: Record | None) -> Situation:
    """Return the person before the record, as the rules look at it; what they may do is asked once for the page."""
    situation = Situation(actor_of(request), thing, record)
    if record is not None:
        if request.method in ("GET", "HEAD"):
            know_permissions(situation.user, record.unit_id)
        anywhere, here = permissions_anywhere_and_in(situation.user, record.unit_id)
        situation.permissions = here
        request._permissions = anywhere  # type: ignore[attr-defined]
    return situation


def redirect_for(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page: htmx is told by its own header, a browser by the usual one."""
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=303, headers={"Location": address})

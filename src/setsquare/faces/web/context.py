"""What the page frame needs on every page; asked only where a template reads it."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from setsquare.faces.web.navigation import Navigation
from setsquare.kernel.accounts.confirming import why_waiting
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.notices.unread import unread_count

NAME_KEPT = 60
"""Seconds for which the organisation's name is remembered."""
_NAME = "setsquare.organisation_name"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of `frame.html.jinja`: at most one query, and none for a part of a page.

    Django's own `csrf_token` is masked anew each time that a page writes it; here it is masked once for a page.
    """
    user = getattr(request, "user", None)
    me = user if isinstance(user, User) and user.is_authenticated else None
    return {
        "me": me,
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "nav": SimpleLazyObject(lambda: Navigation(request) if me else None),
        "unread": SimpleLazyObject(lambda: _unread(me) if me else 0),
        "language": get_language(),
        "theme": request.COOKIES.get("theme", "auto"),
        "timezone": timezone.get_current_timezone_name(),
        "organisation_name": SimpleLazyObject(organisation_name),
        "why_waiting": why_waiting,
        "demo": settings.SETSQUARE.mode == "demo",
    }


def _unread(me: User) -> int:
    known: int | None = getattr(me, "unread", None)  # read along with the person of a session
    return unread_count(me) if known is None else known


def organisation_name() -> str:
    """Return the name of the organisation: the unit that stands at the top."""
    name: str | None = cache.get(_NAME)
    if name is None:
        top = Unit.objects.filter(parent__isnull=True).order_by("id").values_list("name", flat=True).first()
        name = top or "Setsquare"
        cache.set(_NAME, name, NAME_KEPT)
    return name

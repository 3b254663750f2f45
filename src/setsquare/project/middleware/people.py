"""Shows pages in the person's own language and time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.units import zone as zone_of_unit

SITE_ZONE = "site_zone"
"""Where the session keeps the time zone of the person's site, so that a page need not ask for it."""
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class PersonalSettingsMiddleware:
    """Activates ``language`` and ``time_zone`` of a signed-in person for the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        language = getattr(request.user, "language", "")
        if language in LANGUAGES:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        zone = _zone(getattr(request.user, "time_zone", "") or request.session.get(SITE_ZONE, ""))
        if zone is None:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


@receiver(user_logged_in)
def remember_site_zone(sender: type, request: HttpRequest, user: User, **_given: object) -> None:
    """Keep the time zone of the person's site in the session."""
    request.session[SITE_ZONE] = str(zone_of_unit(user.unit))

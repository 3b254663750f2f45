"""Ends a session that was not used for the set time."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN = "seen"
ENDED_IDLE = "ended_idle"
"""What the page for signing in tells the person by."""
KEEP_EVERY = 60
"""Seconds between two notes of use, so that reading pages does not write to the database each time."""


class IdleTimeoutMiddleware:
    """Signs a person out whose session lay idle too long; no query for requests without a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.limit = settings.SETSQUARE.sign_in.idle_minutes * 60

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._judge(request)
        return self.get_response(request)

    def _judge(self, request: HttpRequest) -> None:
        session = request.session
        if "_auth_user_id" not in session:
            return
        now = int(time.time())
        seen = session.get(SEEN)
        if seen is not None and now - seen > self.limit:
            logout(request)
            session[ENDED_IDLE] = True
        elif seen is None or now - seen >= KEEP_EVERY:
            session.note(SEEN, now)  # type: ignore[attr-defined]  # our SessionStore

"""Knowing who asks, on every request: the session and its person, each by a query that is compiled once."""

from copy import deepcopy
from typing import Any

import structlog
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as StoredSession
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.busy import is_busy, waiting_at_most
from setsquare.kernel.database.statements import SOME_TIME, Statement, stand_in
from setsquare.kernel.notices.unread import unread_of

log = structlog.get_logger("setsquare.presence")

PATIENCE = 0.2
"""Seconds that a page waits for the turn to write down what may as well be forgotten."""
_KEY, _PERSON = "-a session's key-", stand_in(1)
_SESSION: Statement[Session] = Statement(
    lambda: Session.objects.filter(session_key=_KEY, expire_date__gt=SOME_TIME).values_list("session_data"),
    lambda: {_KEY: "key", connection.ops.adapt_datetimefield_value(SOME_TIME): "time"},
)
_USER: Statement[User] = Statement(
    lambda: User.objects.filter(pk=_PERSON).annotate(unread=unread_of(_PERSON)), lambda: {_PERSON: "person"}
)
"""The person of a session, and how many notices they have not read, for the bell of each page."""


class SessionStore(StoredSession):
    """Sessions in the database, as Django keeps them, and notes in them that are not worth waiting for."""

    _noted: dict[str, Any] | None = None

    def note(self, key: str, value: Any) -> None:
        """Keep a value that is forgotten where the database is busy, unless something else is kept along."""
        alone = not self.modified
        self[key] = value
        self._noted = deepcopy(dict(self.items())) if alone else None

    def save(self, must_create: bool = False) -> None:
        """Keep the session; raises OperationalError where the database is busy, UpdateError where it was ended."""
        if must_create or self._noted is None or self._noted != dict(self.items()):
            self._save(must_create)
            return
        try:
            with waiting_at_most(PATIENCE):
                self._save(must_create)
        except OperationalError as error:
            if not is_busy(error):
                raise
            log.info("session_note_skipped", exc_info=error)

    def _save(self, must_create: bool) -> None:
        try:
            super().save(must_create)
        except UpdateError as error:  # which Django makes of any error of the database
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def load(self) -> dict[str, Any]:
        """Return what the session holds; of one that ended or never was, nothing."""
        time = connection.ops.adapt_datetimefield_value(timezone.now())
        found = _SESSION.rows(key=self.session_key, time=time) if self.session_key else []
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs people in by allauth, and knows them again by one cheap query."""

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the person of a session, unless they may no longer sign in."""
        found = _USER.instances(person=int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None

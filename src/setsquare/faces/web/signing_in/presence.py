"""Knowing who asks, on every request: the session and its person, each by a query that is compiled once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as StoredSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.statements import SOME_TIME, Statement, stand_in

_KEY, _PERSON = "-a session's key-", stand_in(1)
_SESSION: Statement[Session] = Statement(
    lambda: Session.objects.filter(session_key=_KEY, expire_date__gt=SOME_TIME).values_list("session_data"),
    lambda: {_KEY: "key", connection.ops.adapt_datetimefield_value(SOME_TIME): "time"},
)
_USER: Statement[User] = Statement(lambda: User.objects.filter(pk=_PERSON), lambda: {_PERSON: "person"})


class SessionStore(StoredSession):
    """Sessions in the database, as Django keeps them."""

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

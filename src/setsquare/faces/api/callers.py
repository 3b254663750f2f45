"""Who calls: a person's token, or the session of a browser."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer

from setsquare.faces.api.problems import Problem, unauthenticated
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.records.things import Element, Thing

LONGEST_MARK = 64


@dataclass(frozen=True)
class Caller:
    """The person behind a request; a token narrows what may be done, a browser's session does not."""

    user: User
    token: Token | None = None

    def require(self, scope: Scope, thing: str = "") -> None:
        """Raise a problem where the token does not allow `scope` on records of type `thing`."""
        if self.token is not None and not tokens.allows(self.token, scope, thing):
            asked = f"{scope}:{thing}" if thing else str(scope)
            challenge = f'Bearer realm="Setsquare", error="insufficient_scope", scope="{scope}"'
            raise Problem(
                "scope",
                _("This token does not have the scope “%(scope)s”.") % {"scope": asked},
                headers={"WWW-Authenticate": challenge},
            )


def scope_to_change(thing: Thing) -> Scope:
    """Return the scope that commands of a record type take."""
    return Scope.ADMIN if thing.element is Element.ADMINISTRATION else Scope.WRITE


def caller_of(request: HttpRequest) -> Caller:
    """Return who was recognised at the door."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def actor_of(request: HttpRequest, mark: str = "") -> Actor:
    """Return the caller as an actor; `mark` is what the trail names the request by."""
    mark = mark or str(getattr(request, "request_id", ""))
    return Actor(caller_of(request).user, "api", mark[:LONGEST_MARK])


class TokenBearer(HttpBearer):
    """Recognises `Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Return who the token belongs to; an unknown, expired or revoked one is refused."""
        found = tokens.authenticate(token.strip())
        if found is None:
            sentence = _(
                "This token is not valid: unknown, expired or revoked. Make a new one in your profile."
            )
            raise unauthenticated(sentence, invalid=True)
        request.user = request._cached_user = found.user  # type: ignore[attr-defined]  # what the log names
        return Caller(found.user, found)


class BrowserSession(APIKeyCookie):
    """Recognises the session of a browser; what changes anything needs the CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Look at a request that has a session; without one there is nothing to protect either."""
        return super().__call__(request) if self.param_name in request.COOKIES else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Return the signed-in person."""
        user = request.user
        return Caller(user) if isinstance(user, User) and user.is_authenticated else None

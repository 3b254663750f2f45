"""Personal tokens for the API: made once, kept as a hash, found by their secret.

A token acts as its person within its scopes and never beyond the person's own rights. Signing takes the
password (or a passkey) in the very request, so a token alone never signs.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.kernel.accounts.models import Token, User
from setsquare.kernel.database.statements import Statement

MARK = "sqt"
"""Begins every secret, so that scanners of leaked secrets recognise one."""
LONGEST = dt.timedelta(days=365)
USE_NOTED_EVERY = dt.timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may be used for; `write:document` limits a scope to one record type."""

    READ = "read"
    """See what the person sees."""
    WRITE = "write"
    """Besides, carry out commands on records of work."""
    ADMIN = "admin"
    """Besides, carry out commands on people, units and roles."""
    STATEMENTS = "statements"
    """Send and read learning records (xAPI), and nothing else."""

    @property
    def label(self) -> Promise:
        """Return what it allows, as a sentence."""
        return _LABELS[self]


_LABELS: dict[Scope, Promise] = {
    Scope.READ: gettext_lazy("See what I can see"),
    Scope.WRITE: gettext_lazy("Also create and change records"),
    Scope.ADMIN: gettext_lazy("Also administer people, units and roles"),
    Scope.STATEMENTS: gettext_lazy("Send and read learning records (xAPI), nothing else"),
}


class TokenRefused(ValueError):
    """A token that cannot be made so; `field` is name, scopes or expires, the message what would be right."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def check(name: str, scopes: Iterable[str], expires: dt.datetime) -> None:
    """Refuse a token without name or scope, with an unknown scope, or with an expiry that is past or too far.

    Raises TokenRefused.
    """
    given = list(scopes)
    if not name.strip():
        raise TokenRefused("name", _("Name the token after what will use it."))
    if len(name) > 100:
        raise TokenRefused("name", _("Write at most %(max_length)s characters.") % {"max_length": 100})
    if not given:
        raise TokenRefused("scopes", _("Choose what the token may be used for."))
    for scope in given:
        if scope.partition(":")[0] not in set(Scope):
            raise TokenRefused("scopes", _("There is no scope “%(scope)s”.") % {"scope": scope})
    now = timezone.now()
    if expires <= now:
        raise TokenRefused("expires", _("Give a day in the future."))
    if expires > now + LONGEST + dt.timedelta(days=1):  # a whole last day in any time zone
        raise TokenRefused("expires", _("A token lasts at most %(days)s days.") % {"days": LONGEST.days})


def make(user: User, name: str, scopes: Iterable[str], expires: dt.datetime) -> tuple[Token, str]:
    """Make a token of `user` and return it with its secret, which is shown once and kept nowhere.

    Raises TokenRefused.
    """
    wanted = sorted(set(scopes))
    check(name, wanted, expires)
    prefix = secrets.token_hex(6)
    secret = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        name=name.strip(),
        prefix=prefix,
        hash=_hash(secret),
        scopes=wanted,
        created=timezone.now(),
        expires=expires,
    )
    return token, secret


_PREFIX = "-a prefix-"
_BY_PREFIX: Statement[Token] = Statement(
    lambda: Token.objects.select_related("user").filter(prefix=_PREFIX), lambda: {_PREFIX: "prefix"}
)


def authenticate(secret: str) -> Token | None:
    """Return the token with this secret, with its person, and note its use at most once a minute.

    None where it is unknown, expired or revoked, or the person's sign-in has ended.
    """
    mark, _separator, rest = secret.partition("_")
    prefix, separator, _random = rest.partition("_")
    if mark != MARK or not separator:
        return None
    known = [] if "\x00" in prefix else _BY_PREFIX.instances(prefix=prefix)
    token = known[0] if known else None
    if not hmac.compare_digest(token.hash if token else _hash(""), _hash(secret)) or token is None:
        return None
    now = timezone.now()
    if token.revoked is not None or token.expires <= now or not token.user.is_active:
        return None
    if token.last_used is None or now - token.last_used >= USE_NOTED_EVERY:
        stale = Q(last_used__isnull=True) | Q(last_used__lte=now - USE_NOTED_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used=now)
        token.last_used = now
    return token


def allows(token: Token, scope: Scope, thing: str = "") -> bool:
    """Tell whether `token` may be used with `scope` on records of type `thing` (empty: on several).

    Every scope but that of learning records includes reading; `write` and `admin` do not include one another.
    """
    for given in token.scopes:
        name, _colon, limit = str(given).partition(":")
        reads = scope is Scope.READ and name != Scope.STATEMENTS
        if (name == scope or reads) and (not limit or limit == thing):
            return True
    return False


def revoke(token: Token) -> None:
    """End a token now; one that was revoked before keeps its time."""
    Token.objects.filter(pk=token.pk, revoked__isnull=True).update(revoked=timezone.now())


def revoke_all(user: User) -> int:
    """End every token of a person; returns how many were live."""
    return Token.objects.filter(user=user, revoked__isnull=True).update(revoked=timezone.now())


def _hash(secret: str) -> str:
    """Return the SHA-256 of a secret; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Who acts: a person who gives their password, or a personal token. Nobody acts as another."""

import argparse
import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from setsquare.faces.cli.failures import Unknown, Usage
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token, User, named
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.records.things import Element, Thing
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused, verify


@dataclass(frozen=True)
class Caller:
    """The person at the command line; a token narrows what may be done."""

    user: User
    token: Token | None = None

    @property
    def actor(self) -> Actor:
        """Return the person as an actor."""
        return Actor(self.user, "cli")

    def require(self, scope: Scope, thing: str = "") -> None:
        """Raise NotPermitted where the token does not allow `scope` on records of type `thing`."""
        if self.token is not None and not tokens.allows(self.token, scope, thing):
            asked = f"{scope}:{thing}" if thing else str(scope)
            raise NotPermitted(_("This token does not have the scope “%(scope)s”.") % {"scope": asked})

    def require_change(self, thing: Thing) -> None:
        """Raise NotPermitted where the token does not allow commands on records of this type."""
        scope = Scope.ADMIN if thing.element is Element.ADMINISTRATION else Scope.WRITE
        self.require(scope, thing.code)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who acts."""
    group = parser.add_argument_group(_("who acts"))
    group.add_argument(
        "--as", dest="username", metavar="USER", help=_("your sign-in name; your password is asked for")
    )
    group.add_argument("--password-file", metavar="FILE", help=_("where the password stands, for automation"))
    group.add_argument("--token", help=_("a personal token instead (better: SETSQUARE_TOKEN)"))


def recognise(options: argparse.Namespace) -> Caller:
    """Return who acts, in whose language and time zone everything is shown; raises Unknown or Usage."""
    secret = options.token or os.environ.get("SETSQUARE_TOKEN", "")
    username = options.username or ("" if options.token else os.environ.get("SETSQUARE_AS", ""))
    if username:
        caller = Caller(_by_password(username, options))
    elif secret:
        caller = _by_token(secret)
    else:
        raise Usage(_("Say who you are: --as USER (your password is asked for) or --token TOKEN."))
    _settle(caller.user)
    return caller


def _by_password(username: str, options: argparse.Namespace) -> User:
    password = _given_password(options) or _asked_password(_("Password of %(name)s: ") % {"name": username})
    user = User.objects.filter(named(username)).first()
    try:
        if user is None:
            raise CredentialsRefused
        verify(user, Credentials(password=password))
    except CredentialsRefused:
        raise Unknown(_("This sign-in name and password do not fit, or were tried too often.")) from None
    return user


def _by_token(secret: str) -> Caller:
    token = tokens.authenticate(secret)
    if token is None:
        raise Unknown(
            _("This token is not valid: unknown, expired or revoked. Make a new one in your profile.")
        )
    return Caller(token.user, token)


def _given_password(options: argparse.Namespace) -> str:
    """Return the password that automation gives, empty where a person is to be asked."""
    if options.password_file:
        try:
            return Path(options.password_file).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Usage(_("The password file cannot be read: %(why)s.") % {"why": error}) from None
    return os.environ.get("SETSQUARE_PASSWORD", "")


def _asked_password(question: str) -> str:
    if not sys.stdin.isatty():
        raise Usage(_("There is nobody to ask for the password: use --password-file or SETSQUARE_PASSWORD."))
    return getpass.getpass(question)


def credentials(options: argparse.Namespace, statement: str) -> Credentials:
    """Return what the signer proves themselves by, after they were shown what they sign."""
    password = _given_password(options)
    if not password:
        print(statement, file=sys.stderr)
        password = _asked_password(_("To sign, give your password again: "))
    return Credentials(password=password)


def has_given_password(options: argparse.Namespace) -> bool:
    """Tell whether automation gives the password, so that nobody has to be asked."""
    return bool(_given_password(options))


def _settle(user: User) -> None:
    if translation.check_for_language(user.language):
        translation.activate(user.language)
    try:
        timezone.activate(ZoneInfo(user.time_zone) if user.time_zone else zone(user.unit))
    except (ZoneInfoNotFoundError, ValueError):
        timezone.activate(zone(user.unit))

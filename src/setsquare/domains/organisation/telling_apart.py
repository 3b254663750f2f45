"""What tells people apart: the sign-in name, the name with the job title, the e-mail address.

A table of people asks these for each of its rows while others wait, so each is a query that is compiled once.
"""

import re
import unicodedata

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.likeness import likeness_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.statements import Statement, stand_in

_USER = stand_in(1)
_AMID = re.compile(r"[^\W\d_][01]+[^\W\d_]")
"""Digits amid letters that pass for some: a 1 for an l, a 0 for an o. Others do not: a name may be O2Labs."""
_FIRST = "a text that stands for the one asked for"


def _others(condition: Q) -> Statement[User]:
    """Return the query for the name of somebody else than the person given, of whom the condition is true."""

    def build() -> "QuerySet[User, tuple[str]]":
        return User.objects.filter(condition).exclude(pk=_USER).order_by("pk").values_list("name")[:1]

    return Statement(build, lambda: {_USER: "user", _FIRST: "first"})


_BY_USERNAME = _others(Q(username__iexact=_FIRST))
_BY_LIKENESS = _others(Q(likeness=_FIRST, likeness__gt=""))  # the latter is the condition of its index
_BY_EMAIL = _others(Q(email__iexact=_FIRST, is_active=True))


def _other(query: Statement[User], user: User | None, first: str) -> str:
    """Return the name of somebody else who has this text, in whatever case of letters; empty where nobody has."""
    alike = connection.ops.prep_for_iexact_query
    found = query.rows(user=user.pk if user is not None else 0, first=alike(first))
    return found[0][0] if found else ""


def check_username(username: str) -> None:
    """Refuse a sign-in name that anybody has or ever had, in whatever case of letters."""
    if _other(_BY_USERNAME, None, username):
        raise Refused({"username": taken(username)})


def taken(username: str) -> str:
    """Return the sentence that refuses a sign-in name."""
    return _("The sign-in name “%(name)s” is or was somebody’s; it is never given again.") % {
        "name": username
    }


def _scripts(word: str) -> set[str]:
    """Return the scripts of a word's letters that can pass for one another."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL"}


def check_told_apart(name: str, title: str, user: User | None = None) -> None:
    """Refuse a name and job title that somebody has already, also one who left: both are printed under signatures."""
    if any(len(_scripts(word)) > 1 for word in name.split()):
        sentence = _("A word of this name mixes letters of several scripts; write it in one.")
        raise Refused({"name": sentence})
    if _AMID.search(name):
        sentence = _(
            "A digit stands between the letters of a word of this name; write the letter that is meant."
        )
        raise Refused({"name": sentence})
    others = _BY_LIKENESS.rows(user=user.pk if user is not None else 0, first=likeness_of(name, title))
    if others:
        sentence = _(
            "There is a %(name)s with this job title already; add what tells them apart under a signature,"
            " such as a second name or a fuller title."
        )
        raise Refused({"name": sentence % {"name": name}})


def check_email(email: str, user: User | None = None) -> None:
    """Refuse an address that somebody who works here has."""
    if email and (other := _other(_BY_EMAIL, user, email)):
        sentence = _("%(name)s has this address; everybody needs an address of their own to sign in with it.")
        raise Refused({"email": sentence % {"name": other}})

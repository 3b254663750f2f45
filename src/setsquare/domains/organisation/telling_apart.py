"""What tells people apart: the sign-in name, the name with the job title, the e-mail address.

A table of people asks these for each of its rows while others wait, so each is a query that is compiled once.
"""

import re
import unicodedata

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.organisation.fields import one_line
from setsquare.kernel.accounts.likeness import likenesses_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.statements import Statement, stand_in

_USER = stand_in(1)
_WORD = re.compile(r"[^\W_]+")
_AMID = re.compile(r"[^\W\d_][01][^\W\d_]")
"""A digit amid letters that passes for one: a 1 for an l, a 0 for an o."""
_PLACE = re.compile(r"[2-9]|\d\d")
"""What makes a word the name of a place or thing: other figures, or several together, as in Hall10b and O2Labs."""
_SIGNS = frozenset("'’‘`´՚״׳\"“”„«»‹›.,，、،()[]（）［］·‧・･/／&＆་॰\u200c\u200d ")
"""What stands in names beside letters, marks, figures and hyphens: apostrophes, quotation marks of a name by which
people are called, full stops, commas, brackets, middle dots, slashes, ampersands, and what some scripts write between
syllables or to join letters."""
_JAPANESE, _CHINESE, _KOREAN = "Japanese", "Chinese", "Korean"
_WRITTEN_WITH = {
    "HAN": frozenset({_JAPANESE, _CHINESE, _KOREAN}),
    "HIRAGANA": frozenset({_JAPANESE}),
    "KATAKANA": frozenset({_JAPANESE}),
    "BOPOMOFO": frozenset({_CHINESE}),
    "HANGUL": frozenset({_KOREAN}),
}
"""In which writing systems scripts stand together (UTS #39, 5.1); any other script is one of its own."""
_SCRIPT_NAMES = {
    "CJK": "HAN",
    "IDEOGRAPHIC": "HAN",
    "KATAKANA-HIRAGANA": "HAN",
    "FEMININE": "LATIN",
    "MASCULINE": "LATIN",
    "ARABIC-INDIC": "ARABIC",
    "EXTENDED": "ARABIC",
}
"""Scripts of characters whose names in Unicode begin with another word."""
_OF_ANY = frozenset({"COMBINING", "VEDIC", "MODIFIER"})
"""How the names of characters begin that stand in any script."""
_FIRST = "a text that stands for the one asked for"
_SECOND = "a text that stands for another way to write it"
_THIRD = "a text that stands for a third way to write it"


def _others(condition: Q) -> Statement[User]:
    """Return the query for the name of somebody else than the person given, of whom the condition is true."""

    def build() -> "QuerySet[User, tuple[str]]":
        return User.objects.filter(condition).exclude(pk=_USER).order_by("pk").values_list("name")[:1]

    return Statement(build, lambda: {_USER: "user", _FIRST: "first", _SECOND: "second", _THIRD: "third"})


_BY_USERNAME = _others(Q(username__iexact=_FIRST))
_BY_LIKENESS = _others(
    Q(likeness__in=(_FIRST, _SECOND, _THIRD), likeness__gt="")
)  # the latter is the condition of its index
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


def _systems(word: str) -> frozenset[str]:
    """Return the writing systems in which all letters of a word stand together; empty where there is none."""
    found: frozenset[str] | None = None
    for letter in word:
        if letter.isascii() and not letter.isalpha() or unicodedata.category(letter)[0] not in "LMN":
            continue
        first, *more = unicodedata.name(letter, "UNKNOWN").split(" ")
        if first in _OF_ANY and not unicodedata.decomposition(letter).startswith("<"):
            continue
        if first == "FULLWIDTH" and letter.isdecimal():
            continue
        script = more[0] if first == "HALFWIDTH" else first
        script = _SCRIPT_NAMES.get(script, script)
        systems = _WRITTEN_WITH.get(script, frozenset({script}))
        found = systems if found is None else found & systems
    return frozenset({""}) if found is None else found


def _in_one_script(name: str) -> bool:
    """Tell whether each word of a name stands in one script; what whole words look like is folded (`likeness`)."""
    return all(_systems(word) for word in name.split())


def _sign_in(name: str) -> str:
    """Return the first character of a name that does not stand in names, empty where there is none."""
    for letter in name:
        kind = unicodedata.category(letter)
        if kind[0] not in "LM" and kind not in ("Nd", "Nl", "Pd") and letter not in _SIGNS and letter != "〇":
            return letter
    return ""


def _check_writing(name: str) -> None:
    """Refuse a name in whose writing something passes for something else."""
    if sign := _sign_in(name):
        sentence = _("“%(sign)s” is no letter, figure or punctuation of a name; write the name without it.")
        raise Refused({"name": sentence % {"sign": sign}})
    if not _in_one_script(name):
        sentence = _("A word of this name mixes letters of several scripts; write it in one.")
        raise Refused({"name": sentence})
    words = _WORD.findall(unicodedata.normalize("NFKC", name))
    if any(_AMID.search(word) and not _PLACE.search(word) for word in words):
        sentence = _(
            "A digit stands between the letters of a word of this name; write the letter that is meant."
        )
        raise Refused({"name": sentence})


def check_told_apart(name: str, title: str, user: User | None = None) -> None:
    """Refuse a name and job title that somebody has already, also one who left: both are printed under signatures.

    A name that somebody has stays as it is written.
    """
    if user is None or name != one_line(user.name):
        _check_writing(name)
    first, second, third = likenesses_of(name, title)
    others = _BY_LIKENESS.rows(
        user=user.pk if user is not None else 0, first=first, second=second, third=third
    )
    if others:
        sentence = _(
            "There is %(other)s with this job title already, and both read alike; add what tells them apart under a"
            " signature, such as a second name or a fuller title."
        )
        raise Refused({"name": sentence % {"other": others[0][0]}})


def check_email(email: str, user: User | None = None) -> None:
    """Refuse an address that somebody who works here has."""
    if email and (other := _other(_BY_EMAIL, user, email)):
        sentence = _("%(name)s has this address; everybody needs an address of their own to sign in with it.")
        raise Refused({"email": sentence % {"name": other}})

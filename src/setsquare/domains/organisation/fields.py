"""Kinds of input that several commands of the organisation take."""

import re
import unicodedata
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from setsquare.domains.organisation.permissions import known
from setsquare.kernel.records.things import Label

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError(_("Use 1 to 40 letters, digits, hyphens or underscores, such as QA or BER-2."))
    return value


def _username(value: str) -> str:
    name = value.lower()
    if not _USERNAME.fullmatch(name):
        raise ValueError(
            _("Use 2 to 60 small letters, digits, dots, hyphens or underscores, such as anna.weber.")
        )
    return name


def one_line(value: str) -> str:
    """Return a text with single blanks for all white space, no-break ones too, and without invisible characters.

    What joins letters in some scripts stays. A text that nobody can tell from another one would pass for it.
    """
    joining = "\u200c\u200d"
    seen = (
        letter
        for letter in value
        if letter.isspace() or letter in joining or unicodedata.category(letter) not in {"Cc", "Cf"}
    )
    return " ".join("".join(seen).split())


def _line(value: str) -> str:
    line = one_line(value)
    if not any(letter.isalnum() for letter in line):
        raise ValueError(_("Give at least one letter or digit."))
    return line


def _email(value: str) -> str:
    if value:
        try:
            validate_email(value)
        except ValidationError:
            raise ValueError(_("Give an address such as anna.weber@example.org.")) from None
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(value: str) -> str:
    if value and value not in _zones():
        raise ValueError(
            _("There is no time zone “%(name)s”; give one such as Europe/Berlin.") % {"name": value}
        )
    return value


def _language(value: str) -> str:
    names = [code for code, _name in settings.LANGUAGES]
    if value not in names:
        raise ValueError(_("Choose one of: %(expected)s.") % {"expected": ", ".join(names)})
    return value


def _permissions(values: list[str]) -> list[str]:
    choices = known()
    for value in values:
        if value not in choices:
            raise ValueError(_("There is no permission “%(name)s”.") % {"name": value})
    return sorted(set(values))


def time_zones() -> dict[str, Label]:
    """Return the time zones to choose from: those named after a place."""
    return {name: name.replace("_", " ") for name in sorted(_zones()) if "/" in name and name[:3] != "Etc"}


def languages() -> dict[str, Label]:
    """Return the languages to choose from."""
    return dict(settings.LANGUAGES)


Line = Annotated[str, Field(min_length=1, max_length=150), AfterValidator(_line)]
"""A name of one line."""
OptionalLine = Annotated[str, Field(max_length=150), AfterValidator(one_line)]
"""A title of one line, or nothing."""
Code = Annotated[str, AfterValidator(_code)]
"""A short code by which people and numbers refer to something."""
Username = Annotated[str, AfterValidator(_username)]
"""A sign-in name, in small letters."""
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
"""A mail address, or nothing."""
TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""A time zone of the IANA database, or nothing."""
Language = Annotated[str, AfterValidator(_language)]
"""One of the languages of the installation."""
Permissions = Annotated[list[str], AfterValidator(_permissions)]
"""Permissions that exist, each once."""

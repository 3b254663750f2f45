"""Numbers of records: given in order from a series, never given twice."""

import datetime as dt
import string
import unicodedata
from collections.abc import Callable, Collection

from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.statements import Statement, planned_cursor
from setsquare.kernel.records.models import NumberSeries, Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import thing_of

FIELDS = frozenset({"n", "year", "unit", "site", "type"})


class NumberingError(ValueError):
    """A numbering pattern that cannot be used."""


_LOOK_LIKE_ASCII = str.maketrans(
    "АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ‐‑‒–—−",
    "ABEKMHOPCTYXIJSABEZHIKMNOPTYX------",
)
"""Cyrillic and Greek capitals, hyphens and dashes, each with the character of ASCII that it looks like."""

UNFIT_FOR_NUMBERS = ':<>"\\*'
"""What no number holds: it means something in the addresses of commands, in pages or on file systems."""

Words = Callable[[str], Collection[str]]
"""Returns the words, in lower case, that numbers of a record type cannot begin with."""
_reserved: list[Words] = []


def reserve(words: Words) -> None:
    """Keep words from being numbers: a face's own addresses stand where the numbers do."""
    if words not in _reserved:
        _reserved.append(words)


def is_reserved(type_code: str, number: str) -> bool:
    """Tell whether a number would be taken for an address, or for the way up in one."""
    parts = number.casefold().split("/")
    return not {".", ".."}.isdisjoint(parts) or any(parts[0] in words(type_code) for words in _reserved)


def key_of(number: str) -> str:
    """Return how a number looks: the same for SOP-001, sop-001 and one with Cyrillic letters of the same shape."""
    return unicodedata.normalize("NFKC", number).upper().translate(_LOOK_LIKE_ASCII)


def unusable(number: str) -> str:
    """Return the sentence that refuses a number and tells nothing of why: not that there is a record which has it."""
    return _("The number %(number)s cannot be used; choose another.") % {"number": number}


def why_no_number(type_code: str, number: str, user: User | None) -> str:
    """Return why a record of this type cannot be given the number by hand, empty where it can.

    Whose number it is, only who sees that record is told; None stands for the system, which sees all.
    """
    if any(character in UNFIT_FOR_NUMBERS for character in number):
        sentence = _("Leave %(characters)s out of a number; write it such as SOP-001.")
        return sentence % {"characters": " ".join(UNFIT_FOR_NUMBERS)}
    if is_reserved(type_code, number):
        return unusable(number)
    like = Record.objects.filter(number_key=key_of(number)).first()
    if like is None:
        return ""
    if user is not None and not may_see(thing_of(like.type), user, like):
        return unusable(number)
    if like.number == number:
        return _("The number %(number)s is taken.") % {"number": number}
    return _("The number %(number)s cannot be told apart from one that is taken.") % {"number": number}


def check_pattern(pattern: str) -> None:
    """Refuse a pattern without `{n}` or with an unknown field; raises NumberingError with the reason."""
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
        pattern.format(n=1, year=2000, unit="U", site="S", type="T")
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise NumberingError(f"The pattern {pattern!r} cannot be read: {error}.") from error
    if "n" not in fields:
        raise NumberingError(
            f"The pattern {pattern!r} has no counter; write {{n}} or {{n:03}} where it goes."
        )
    if unknown := fields - FIELDS:
        raise NumberingError(f"The pattern {pattern!r} names {sorted(unknown)}; known are {sorted(FIELDS)}.")


def next_number(pattern: str, *, at: dt.datetime, **fields: str) -> str:
    """Return the next free number of the series that `pattern` makes with `fields` (unit, site, type).

    The counter runs separately for each year, unit, site and type that the pattern names. Numbers that were
    given by hand before are skipped. Must be called inside the transaction that uses the number.
    """
    check_pattern(pattern)
    values: dict[str, str | int] = {"unit": "", "site": "", "type": "", **fields, "year": at.year}
    names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
    series = pattern
    for name in names - {"n"}:
        series = series.replace("{" + name + "}", str(values[name]))
    while True:
        number = pattern.format(**values, n=_counted(series))
        if not _LIKE.rows(key=key_of(number)):
            return number


_SERIES = NumberSeries._meta.db_table
_COUNT = f"UPDATE {_SERIES} SET last = last + 1 WHERE pattern = %s"  # noqa: S608 - name of a table
_LAST = f"SELECT last FROM {_SERIES} WHERE pattern = %s"  # noqa: S608
_KEY = "a key that stands for the one asked for"
_LIKE: Statement[Record] = Statement(
    lambda: Record.objects.filter(number_key=_KEY).order_by().values_list("pk"), lambda: {_KEY: "key"}
)


def _counted(series: str) -> int:
    """Count a series on and return where it stands; its row is locked from then on."""
    with planned_cursor() as cursor:
        cursor.execute(_COUNT, [series])
        if cursor.rowcount:
            cursor.execute(_LAST, [series])
            return int(cursor.fetchone()[0])
    NumberSeries.objects.get_or_create(pattern=series)
    return _counted(series)

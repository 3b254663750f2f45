"""Sentences that are kept as a msgid with values, to be told in the language of whoever reads them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.kernel.writing.titles import title_told

NAMED = 5
"""Names that a sentence gives before it counts the rest."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)((?: [A-Z]\w*)?))?")


def _written(value: Any) -> Any:
    """Return a value as a sentence tells it: days, times and titles in the reader's language."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return title_told(value) if isinstance(value, str) else value
    day, time, zone = found.groups()
    try:
        moment = dt.datetime.fromisoformat(f"{day}T{time or '00:00'}")
    except ValueError:
        return value
    return date_format(moment, "DATETIME_FORMAT" if time else "DATE_FORMAT") + (zone or "")


def told(text: str, values: Mapping[str, Any] | None) -> str:
    """Return a kept sentence in the reader's language; without its values where it has other places by now."""
    sentence = _(text) if text else ""
    try:
        return sentence % {key: _written(value) for key, value in values.items()} if values else sentence
    except (KeyError, TypeError, ValueError):  # kept by another version, whose sentence had other places
        return sentence


def in_words(value: dt.date) -> str:
    """Return a day, or a time with the name of its zone, as a sentence tells it in the reader's language."""
    if not isinstance(value, dt.datetime):
        return date_format(value)
    place = getattr(value.tzinfo, "key", None) or value.tzname() or ""
    return f"{date_format(value)}, {value:%H:%M} ({place})"


def quoted(name: Any) -> str:
    """Return a name in the quotation marks of the reader's language."""
    return _("“%(name)s”") % {"name": name}


def in_percent(part: float, whole: int) -> int:
    """Return a share in percent, rounded; a hundred is only said of all, and nought of none."""
    if not 0 < part < whole:
        return 100 if whole and part else 0
    return min(max(int((200 * part + whole) // (2 * whole)), 1), 99)


def some(names: Iterable[str]) -> str:
    """Return names in one line, each once, the first few of many."""
    known = list(dict.fromkeys(names))
    if len(known) <= NAMED:
        return ", ".join(known)
    more = len(known) - NAMED
    further = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return f"{', '.join(known[:NAMED])} {further}"

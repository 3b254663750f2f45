"""Sentences that are kept as a msgid with values, to be told in the language of whoever reads them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NAMED = 5
"""Names that a sentence gives before it counts the rest."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)((?: [A-Z]\w*)?))?")


def _written(value: Any) -> Any:
    """Return a value as a sentence tells it: a day, or a time by clocks that are named, in the reader's language."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
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


def some(names: Iterable[str]) -> str:
    """Return names in one line, each once, the first few of many."""
    known = list(dict.fromkeys(names))
    if len(known) <= NAMED:
        return ", ".join(known)
    more = len(known) - NAMED
    further = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return f"{', '.join(known[:NAMED])} {further}"

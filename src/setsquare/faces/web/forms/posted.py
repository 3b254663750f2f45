"""From a posted form back to the plain data that a body is parsed from."""

import datetime as dt
import re
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from pydantic import BaseModel

from setsquare.faces.web.forms.types import MANY, Asked, asked
from setsquare.kernel.commands.bodies import Widget

MOST_ROWS = 500


def posted(model: type[BaseModel], form: QueryDict, prefix: str = "") -> dict[str, Any]:
    """Return what was posted for a body: a field left empty is left out, so that its default holds.

    One that says something by being emptied (`Shown.emptied`) is given as null.

    Lists are always given, so that an emptied one is empty; times are meant in the person's time zone.
    """
    data: dict[str, Any] = {}
    for item in asked(model):
        value = _value(item, form, prefix + item.name)
        if value is not None or (item.shown.emptied and prefix + item.name in form):
            data[item.name] = value
    return data


def _value(item: Asked, form: QueryDict, name: str) -> Any:
    if item.widget is Widget.BOOLEAN:
        return form.get(name, "") in ("true", "on", "1", "yes")
    if item.rows_of is not None:
        return _rows(item.rows_of, form, name)
    if item.widget in MANY or item.many:
        return _many(item, form.getlist(name))
    text = form.get(name, "")
    if item.widget not in (Widget.MARKDOWN, Widget.LONG_TEXT):
        text = text.strip()
    if not text.strip():
        return None
    return _scalar(item, text)


def _scalar(item: Asked, text: str) -> Any:
    if item.widget is Widget.DATETIME:
        return _time(text)
    if item.widget is Widget.NUMBER:
        return text.replace("\u202f", "").replace("\xa0", "").replace(",", ".")
    return text.replace("\r\n", "\n")


def _many(item: Asked, given: list[str]) -> list[str]:
    if item.widget in (Widget.LONG_TEXT, Widget.TEXT):
        given = [line for text in given for line in text.splitlines()]
    return list(dict.fromkeys(text.strip() for text in given if text.strip()))


def _rows(model: type[BaseModel], form: QueryDict, name: str) -> list[dict[str, Any]]:
    """Return the rows in their order on the page; one that was left wholly empty is none."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,6})\.")
    numbers = {int(found[1]) for key in form if (found := pattern.match(key))}
    rows = (posted(model, form, f"{name}.{number}.") for number in sorted(numbers)[:MOST_ROWS])
    return [row for row in rows if any(value not in (False, [], None) for value in row.values())]


def _time(text: str) -> dt.datetime | str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if timezone.is_aware(moment):
        return moment
    try:
        aware = timezone.make_aware(moment)
        if aware.utcoffset() != aware.replace(fold=1).utcoffset():
            return moment  # the clocks skip it or show it twice: the command says so
    except (ValueError, OverflowError):
        return text
    return aware

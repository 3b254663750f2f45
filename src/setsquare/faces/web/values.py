"""How values are shown: one small tuple each, which templates write as they stand."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.faces.web.addresses import file_address, numbered
from setsquare.faces.web.times import day_text, time_text
from setsquare.kernel.accounts.models import Unit, User, initials
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Kind, Label, Thing
from setsquare.kernel.writing.markdown import to_html


class Shown(NamedTuple):
    """A value as a template writes it.

    `extra` is a state's colour, a person's initials, a record's address or a time's ISO form;
    `words` are those of a list.
    """

    kind: str
    text: str
    extra: str = ""
    words: tuple[str, ...] = ()
    changes: tuple[Mapping[str, str], ...] = ()
    """What would change, as the macro `diff` takes it."""


NOTHING = Shown("none", "")
UNKNOWN = "grey"


def state_shown(thing: Thing, code: str) -> Shown:
    """Return a state's word and colour."""
    for state in thing.lifecycle.states:
        if state.code == code:
            return Shown("state", _(state.label), str(state.colour))
    return Shown("state", code, UNKNOWN)


def shown(
    value: Any, kind: Kind, choices: Mapping[str, Label], thing: Thing, today: dt.date | None = None
) -> Shown:
    """Return how `value` is shown where it is declared as `kind`.

    `today` is the day against which it is said that something is overdue; without it nothing is.
    """
    if value is None or value == "" or value == []:
        return NOTHING
    if kind is Kind.STATE:
        return state_shown(thing, str(value))
    if choices and not isinstance(value, list | tuple):
        return Shown("text", str(choices.get(str(value), value)))
    if isinstance(value, models.Model):
        return row_shown(value)
    if kind is Kind.PERSON:
        return Shown("person", str(value), initials(str(value)))
    if kind is Kind.LONG_TEXT:
        return Shown("long", str(value))
    if kind is Kind.MARKDOWN:
        return Shown("markdown", str(value))
    if kind is Kind.AMENDMENTS:
        rows = ({"label": str(one.label), "was": one.before, "now": one.after} for one in value)
        return Shown("amendments", "", changes=tuple(rows))
    made = _by_type(value, choices)
    if kind is Kind.DUE and today is not None and isinstance(value, dt.date) and value < today:
        return made._replace(kind="overdue")
    return made._replace(kind="steps") if kind is Kind.STEPS and made.kind == "list" else made


def asked_on(thing: Thing, state: str, day: dt.date | None = None) -> dt.date | None:
    """Return the day (today, if none is given) for what is due on a record; None where it is closed."""
    final = any(known.final for known in thing.lifecycle.states if known.code == state)
    return None if final else day or timezone.localdate()


def _by_type(value: Any, choices: Mapping[str, Label]) -> Shown:
    if isinstance(value, bool):
        return Shown("text", _("Yes") if value else _("No"))
    if isinstance(value, dt.datetime):
        return moment_shown(value)
    if isinstance(value, dt.date):
        return Shown("date", day_text(value), value.isoformat())
    if isinstance(value, int | float):
        return Shown("number", number_format(value, use_l10n=True, force_grouping=abs(value) >= 10_000))
    if isinstance(value, Decimal):
        return Shown("number", decimal_shown(value))
    if isinstance(value, str):
        return Shown("text", value)
    if isinstance(value, Mapping):
        return Shown("text", ", ".join(f"{key}: {entry}" for key, entry in value.items()))
    if isinstance(value, Iterable):
        words = [str(choices.get(str(entry), entry)) for entry in value]
        return Shown("list", ", ".join(words), words=tuple(words)) if words else NOTHING
    return Shown("text", str(value))


def decimal_shown(value: Decimal) -> str:
    """Return a decimal in the reader's language: two places at most, and none that say nothing."""
    rounded = round(value, 2).normalize()
    places = max(0, -int(rounded.as_tuple().exponent))
    return number_format(rounded, places, use_l10n=True, force_grouping=abs(value) >= 10_000)


def moment_shown(moment: dt.datetime, zone: dt.tzinfo | None = None) -> Shown:
    """Return a point in time in the person's zone; scripts make of a recent one how long ago it was.

    Who shows many gives the person's zone, which is else asked for each time.
    """
    local = moment.astimezone(zone or timezone.get_current_timezone())
    return Shown("time", time_text(local.replace(tzinfo=None)), local.isoformat(timespec="seconds"))


def row_shown(row: models.Model) -> Shown:
    """Return a row of another table under the name that people know it by, with its page where it has one."""
    if isinstance(row, User):
        return Shown("person", row.name, row.initials)
    if isinstance(row, Unit):
        return Shown("unit", row.name)
    if isinstance(row, Record):
        return Shown("record", f"{row.number} {row.told}", numbered(row.type, row.number))
    if isinstance(row, Attachment):
        return Shown("record", row.name, file_address(row.blob_id, row.name))
    if "record_id" in vars(row) and isinstance(record := getattr(row, "record", None), Record):
        return Shown("record", f"{record.number} {record.told}", numbered(record.type, record.number))
    return Shown("text", str(getattr(row, "name", row)))


def markdown_shown(text: str, addresses: Mapping[str, str] | None = None) -> SafeString:
    """Return Markdown as HTML; `addresses` maps the numbers of records that the reader may see to their pages."""
    known = addresses or {}
    return mark_safe(to_html(text, link=known.get, image=picture_address))  # noqa: S308 - cleaned by to_html


def picture_address(digest: str) -> str:
    """Return the address of a picture in a text."""
    return file_address(digest, "picture")


RECORD_LABELS: dict[str, Label] = {
    "title": gettext_lazy("Title"),
    "number": gettext_lazy("Number"),
    "state": gettext_lazy("State"),
    "owner": gettext_lazy("Owner"),
    "unit": gettext_lazy("Unit"),
}

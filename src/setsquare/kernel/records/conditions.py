"""What a register's filter values mean: from what a person wrote to a condition on records."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.database.keyset import Key
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Filter, Kind, Label

NONE = "none"
"""The value that stands for "has none"."""
ME = "me"
"""The person who asks, among people."""
ALL_UNITS = 1_000_000
"""More units than there are: a subquery with a limit is answered once, not joined to each row at the end."""
RANGE = ".."
MOST_VALUES = 50
MOST_LETTERS = 1000
"""Of a value, and of words that are looked for; databases do not compare with a text of any length."""


class RegisterError(ValueError):
    """A register was asked for in a way that cannot be read; `fields` maps each parameter to its sentence."""

    def __init__(self, fields: Mapping[str, Label] | Label) -> None:
        self.fields: dict[str, Label] = dict(fields) if isinstance(fields, Mapping) else {"": fields}
        self.sentence = next(iter(self.fields.values()))
        super().__init__(str(self.sentence))


def place_at(path: str) -> Key:
    """Follow a path such as `title` or `document__kind__name`; a row at its end is known by its natural name.

    Raises ImproperlyConfigured where the path leads nowhere.
    """
    model: type[models.Model] = Record
    nullable = False
    field: Any = None
    for step in path.split("__"):
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist as error:
            raise ImproperlyConfigured(f"{path!r} is no path from Record: {error}") from error
        if field.is_relation:
            own_detail = field.one_to_one and field.auto_created and model is Record
            nullable = nullable or (field.null and not own_detail)
            model = field.related_model
        else:
            nullable = nullable or field.null
    if field.is_relation:
        name = natural_name(model)
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        return Key(f"{path}__{name}", field, nullable)
    return Key(path, field, nullable)


def natural_name(model: type[models.Model]) -> str:
    """Return the field by which people know rows of `model`: sign-in name, number, code or name."""
    names = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("username", "number", "code", "name") if name in names), "pk")


def why_too_long(text: str) -> str | None:
    """Return why a text is not looked for, None where it is short enough."""
    if len(text) <= MOST_LETTERS:
        return None
    return _("Write at most %(max_length)s characters.") % {"max_length": MOST_LETTERS}


def condition_of(declared: Filter, values: Sequence[str], user: User) -> Q:
    """Return the condition that any of the written `values` of a filter holds; raises RegisterError."""
    if len(values) > MOST_VALUES:
        raise RegisterError(_("Choose at most %(max_length)s.") % {"max_length": MOST_VALUES})
    if any("\x00" in value for value in values):
        raise RegisterError(_("This is not of the expected form."))
    if wrong := next(filter(None, map(why_too_long, values)), None):
        raise RegisterError(wrong)
    options = declared.options(user)
    if options and (unknown := [value for value in values if value not in options and value != NONE]):
        sentence = _("There is no choice “%(value)s”; choose one of: %(expected)s.")
        raise RegisterError(sentence % {"value": unknown[0], "expected": ", ".join(options)})
    if declared.condition is not None:
        found = Q()
        for value in values:
            found |= declared.condition(value, user)
        return found
    absent = Q(**{f"{declared.path}__isnull": True}) if NONE in values and NONE not in options else Q()
    rest = [value for value in values if value != NONE or NONE in options]
    if not rest:
        return absent
    read = _READERS.get(declared.kind, _equal)
    return absent | read(declared.path, rest, user)


def _equal(path: str, values: Sequence[str], _user: User) -> Q:
    return Q(**{f"{place_at(path).path}__in": list(values)})


def _people(path: str, values: Sequence[str], user: User) -> Q:
    named = place_at(path).path
    found = Q()
    for value in values:
        found |= Q(**{path: user.pk}) if value == ME else Q(**{f"{named}__iexact": value})
    return found


def _units(path: str, values: Sequence[str], _user: User) -> Q:
    known = set(Unit.objects.filter(code__in=values).values_list("code", flat=True))
    if unknown := [value for value in values if value not in known]:
        raise RegisterError(_("There is no unit with the code “%(code)s”.") % {"code": unknown[0]})
    below = UnitPath.objects.filter(ancestor__code__in=list(values)).values("descendant_id")
    return Q(**{f"{path}__in": below[:ALL_UNITS]})


def _yes_or_no(path: str, values: Sequence[str], _user: User) -> Q:
    meant = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return Q(**{f"{path}__in": [meant[value.lower()] for value in values]})
    except KeyError:
        raise RegisterError(_("Say yes or no.")) from None


def _numbers(path: str, values: Sequence[str], _user: User) -> Q:
    field = place_at(path).field
    found = Q()
    for value in values:
        low, high = _ends(value)
        try:
            lower, upper = (Decimal(end) if end else None for end in (low, high))
        except InvalidOperation:
            raise RegisterError(_("Write a number.")) from None
        if any(end is not None and (not end.is_finite() or abs(end) > 10**15) for end in (lower, upper)):
            raise RegisterError(_("Write a number."))
        whole = isinstance(field, models.IntegerField)
        if whole and any(end is not None and end != int(end) for end in (lower, upper)):
            raise RegisterError(_("Write a whole number."))
        found |= _between(path, lower, upper)
    return found


def _dates(path: str, values: Sequence[str], _user: User) -> Q:
    found = Q()
    for value in values:
        low, high = (_date(end) if end else None for end in _ends(value))
        found |= _between(path, low, high)
    return found


def _times(path: str, values: Sequence[str], _user: User) -> Q:
    """Whole days in the person's time zone, or points in time."""
    found = Q()
    for value in values:
        low, high = _ends(value)
        condition = Q()
        if low:
            condition &= Q(**{f"{path}__gte": _start_of(low)})
        if high and len(high) > len("2026-01-01"):
            condition &= Q(**{f"{path}__lte": _time(high)})
        elif high:
            condition &= Q(**{f"{path}__lt": _start_of(_day_after(_date(high)))})
        found |= condition
    return found


def _ends(value: str) -> tuple[str, str]:
    """Return the two ends of a range, empty where open; a single value is both of its ends."""
    if RANGE not in value:
        return value, value
    low, _dots, high = value.partition(RANGE)
    low, high = low.strip(), high.strip()
    if not low and not high:
        raise RegisterError(_("Give at least one end of the range, such as 2026-01-01.. for “from then on”."))
    return low, high


def _between(path: str, low: Any, high: Any) -> Q:
    condition = Q()
    if low is not None:
        condition &= Q(**{f"{path}__gte": low})
    if high is not None:
        condition &= Q(**{f"{path}__lte": high})
    return condition


def _date(text: str) -> dt.date:
    if text == "today":
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RegisterError(_("Give a date such as 2026-11-30.")) from None


def _day_after(day: dt.date) -> str:
    try:
        return (day + dt.timedelta(days=1)).isoformat()
    except OverflowError:
        raise RegisterError(_("Give a date such as 2026-11-30.")) from None


def _start_of(text: str) -> dt.datetime:
    if len(text) > len("2026-01-01"):
        return _time(text)
    return _aware(dt.datetime.combine(_date(text), dt.time.min))


def _time(text: str) -> dt.datetime:
    try:
        return _aware(dt.datetime.fromisoformat(text))
    except ValueError:
        raise RegisterError(_("Give a date and time such as 2026-11-30T09:00.")) from None


def _aware(moment: dt.datetime) -> dt.datetime:
    if not 1 < moment.year < 9999:  # so near the ends of the calendar a time zone leads outside it
        raise RegisterError(_("Give a date such as 2026-11-30."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


_READERS: dict[Kind, Callable[[str, Sequence[str], User], Q]] = {
    Kind.PERSON: _people,
    Kind.UNIT: _units,
    Kind.BOOLEAN: _yes_or_no,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.DATETIME: _times,
}

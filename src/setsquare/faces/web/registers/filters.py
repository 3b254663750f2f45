"""The filters of a register as the page shows them: menus to choose from, and chips of what is chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.registers.wanted import WORDS, Wanted
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.database.statements import Statement
from setsquare.kernel.records.conditions import ME, NONE, RANGE
from setsquare.kernel.records.registers import filters_of
from setsquare.kernel.records.things import Filter, Kind, Label, Thing

UNLISTED = frozenset({"created"})
"""Filters that addresses know and the bar leaves out."""
_CHOOSERS = {Kind.PERSON: "people", Kind.UNIT: "units", Kind.RECORD: "records"}
OPTIONS_KEPT = 60
"""Seconds for which the choices that are data are remembered."""


Offered = Mapping[str, Mapping[str, str]]
"""The choices that are data, by filter."""


def menus(wanted: Wanted, named: Mapping[str, Mapping[str, str]], offered: Offered) -> list[dict[str, Any]]:
    """Return the filter menus of the bar; `named` holds the names of the people and units chosen now."""
    return [
        _menu(declared, list(wanted.filters.get(declared.code, ())), named, offered)
        for declared in filters_of(wanted.thing)
        if declared.code not in UNLISTED or declared.code in wanted.filters
    ]


def choices_of_data(thing: Thing, user: User) -> Offered:
    """Return the choices that are data; they are asked for once a minute for each person, as they may be many."""
    return {
        declared.code: _remembered(thing, declared, user)
        for declared in filters_of(thing)
        if callable(declared.choices)
    }


def _remembered(thing: Thing, declared: Filter, user: User) -> Mapping[str, str]:
    key = f"setsquare.filter.{thing.code}.{declared.code}.{get_language()}.{user.pk}"
    options: dict[str, str] | None = cache.get(key)
    if options is None:
        options = {value: str(label) for value, label in declared.options(user).items()}
        cache.set(key, options, OPTIONS_KEPT)
    return options


def _menu(
    declared: Filter, chosen: list[str], named: Mapping[str, Mapping[str, str]], offered: Offered
) -> dict[str, Any]:
    menu: dict[str, Any] = {"name": declared.code, "label": declared.label, "chosen": len(chosen)}
    fixed = {} if callable(declared.choices) else declared.choices
    options: Mapping[str, Label] = offered.get(declared.code, fixed)
    if options:
        return menu | {"kind": "choices", "choices": _choices(options, chosen)}
    if declared.kind is Kind.BOOLEAN:
        return menu | {"kind": "choices", "choices": _choices({"true": _("Yes"), "false": _("No")}, chosen)}
    if declared.kind in (Kind.DATE, Kind.DATETIME, Kind.NUMBER):
        low, _dots, high = (chosen[0] if chosen else "").partition(RANGE)
        kind = "numbers" if declared.kind is Kind.NUMBER else "dates"
        return menu | {"kind": kind, "choices": (), "from_": low, "to": high or (low if not _dots else "")}
    if declared.kind in _CHOOSERS:
        what = _CHOOSERS[declared.kind]
        names = named.get(what, {})
        options_chosen = [{"value": value, "text": names.get(value, value)} for value in chosen]
        source = f"{view_address('choose', what)}?"
        if declared.kind is Kind.PERSON:
            source += "me=1&"
        return menu | {"kind": "chooser", "choices": (), "source": f"{source}q=", "value": options_chosen}
    return menu | {"kind": "text", "choices": (), "value": chosen[0] if chosen else ""}


def _choices(options: Mapping[str, Label], chosen: Iterable[str]) -> list[dict[str, Any]]:
    wanted = set(chosen)
    return [
        {"value": value, "label": str(label), "selected": value in wanted} for value, label in options.items()
    ]


_CHOSEN = "the one that is chosen"
_NAMED: dict[type[Unit | User], Statement[Any]] = {
    User: Statement(
        lambda: User.objects.filter(username=_CHOSEN).values_list("username", "name"),
        lambda: {_CHOSEN: "chosen"},
    ),
    Unit: Statement(
        lambda: Unit.objects.filter(code=_CHOSEN).values_list("code", "name"), lambda: {_CHOSEN: "chosen"}
    ),
}
"""The name of one, which is what is chosen nearly always."""


def names_of_chosen(wanted: Wanted, user: User) -> dict[str, dict[str, str]]:
    """Return the names of the people and units that are filtered by; one query for each where there are any."""
    chosen: dict[str, set[str]] = {}
    for declared in filters_of(wanted.thing):
        if declared.kind in _CHOOSERS:
            chosen.setdefault(_CHOOSERS[declared.kind], set()).update(wanted.filters.get(declared.code, ()))
    people, units = chosen.get("people", set()), chosen.get("units", set())
    named: dict[str, dict[str, str]] = {
        "people": {ME: _("Me"), NONE: _("Nobody")},
        "units": {NONE: _("None")},
    }
    if people - {ME, NONE}:
        named["people"] |= _names(User, "username", people)
    if units - {NONE}:
        named["units"] |= _names(Unit, "code", units)
    return named


def _names(rows: type[Unit | User], key: str, chosen: set[str]) -> dict[str, str]:
    """Return the names of rows by the key that they are chosen by."""
    if len(chosen) == 1:
        return dict(_NAMED[rows].rows(chosen=next(iter(chosen))))
    return dict(rows._default_manager.filter(**{f"{key}__in": chosen}).values_list(key, "name"))


def chips(wanted: Wanted, named: Mapping[str, Mapping[str, str]], user: User) -> list[dict[str, str]]:
    """Return what is filtered now, each with the address that no longer filters by it."""
    made = []
    for declared in filters_of(wanted.thing):
        options = declared.options(user) if declared.code in wanted.filters else {}
        names = named.get(_CHOOSERS.get(declared.kind, ""), {})
        for value in wanted.filters.get(declared.code, ()):
            text = str(options.get(value) or names.get(value) or _spoken(declared, value))
            remove = wanted.query(without=(declared.code, value))
            made.append({"name": str(declared.label), "value": text, "remove_url": remove})
    if wanted.words:
        made.append(
            {
                "name": _("Words"),
                "value": wanted.words,
                "remove_url": wanted.query(without=(WORDS, wanted.words)),
            }
        )
    return made


def _spoken(declared: Filter, value: str) -> str:
    if declared.kind is Kind.BOOLEAN:
        return _("Yes") if value.lower() in ("true", "yes", "1") else _("No")
    if RANGE not in value:
        return _("none") if value == NONE else value
    low, _dots, high = value.partition(RANGE)
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("from %(low)s") % {"low": low} if low else _("until %(high)s") % {"high": high}

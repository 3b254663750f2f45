"""What a rule names by codes, in words, and what it may name."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Role
from setsquare.kernel.authority.deciding import Asked
from setsquare.kernel.commands.declaration import (
    Command,
    all_commands,
    all_meanings,
    command_of,
    meaning_label,
)
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.input_in_words import EMPTY, Told
from setsquare.kernel.commands.manners import COUNTERSIGNED
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, all_things, thing_of
from setsquare.kernel.writing.titles import word_titles

KEPT_IN = "en"
"""The language in which titles of deeds are kept."""
CONSEQUENCES: Mapping[str, Label] = {
    "stays": gettext_lazy("What was done stays"),
    "corrected": gettext_lazy("What was done is corrected"),
    "undone": gettext_lazy("What was done is undone"),
}
"""What may become of what was done by breaking the glass without justification."""
_TITLE = re.compile(r"(?P<what>.*?)(?: \((?P<number>[^()]*)\))?")


def done_by_people() -> dict[str, Command]:
    """Return the commands that people carry out, by full name, in the order of their record types."""
    places = {thing.code: place for place, thing in enumerate(all_things())}
    known = [command for command in all_commands() if command.who and command.thing in places]
    return {command.key: command for command in sorted(known, key=lambda one: places[one.thing])}


def told(command: Command) -> str:
    """Return a command with its record type: Revision: Approve."""
    return f"{thing_of(command.thing).name}: {command.label}"


def titled(command: Command, number: str = "") -> str:
    """Return the title of what is or was done to a record, as it is kept: in English, whoever does it."""
    with override(KEPT_IN):
        return _with_number(told(command), number)


@word_titles
def retold(title: str) -> str | None:
    """Return such a title in the reader's language; None for any other one."""
    if (get_language() or KEPT_IN) == KEPT_IN:
        return None
    found = _TITLE.fullmatch(title)
    key = _by_title().get(found["what"]) if found is not None else None
    if found is None or key is None:
        return None
    return _with_number(told(command_of(*key.split("."))), found["number"] or "")


def _with_number(what: str, number: str) -> str:
    return f"{what} ({number})" if number else what


@cache
def _by_title() -> Mapping[str, str]:
    """Return the commands by what they are called in the language in which titles are kept."""
    with override(KEPT_IN):
        return {told(command): key for key, command in done_by_people().items()}


def in_all_languages(key: str) -> str:
    """Return a command as it is called in each language: search finds it by any of them."""
    said = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            said += commands([key])
    return " ".join(dict.fromkeys(said))


def command_choices() -> dict[str, Label]:
    """Return the commands that people carry out, in words."""
    return {key: told(command) for key, command in done_by_people().items()}


def asked_of_deeds(key: str) -> bool:
    """Tell whether a command is one of supervised deeds: who may countersign is said by the rule of what was prepared.

    Another rule in its way could leave nobody to countersign what that rule lets people prepare.
    """
    return not thing_of(key.partition(".")[0]).ruled


def namable_commands() -> dict[str, Label]:
    """Return the commands that a rule may name."""
    return {key: label for key, label in command_choices().items() if not asked_of_deeds(key)}


def namable_meanings() -> dict[str, Label]:
    """Return what signatures may say that a rule may name."""
    return {code: label for code, label in meaning_choices().items() if code != COUNTERSIGNED.code}


def command_areas() -> dict[str, Label]:
    """Return under which heading each command stands: the area of its record type."""
    return {key: thing_of(command.thing).heading for key, command in done_by_people().items()}


def meaning_choices() -> dict[str, Label]:
    """Return what signatures may say."""
    return {meaning.code: meaning.label for meaning in all_meanings()}


def kind_choices() -> dict[str, Label]:
    """Return the kinds of records that there are."""
    return {code: label for thing in all_things() for code, label in thing.kinds().items()}


def kinds_of(things: Iterable[str]) -> dict[str, Label]:
    """Return the kinds that records of some types are of, by code."""
    return {code: label for thing in sorted(set(things)) for code, label in thing_of(thing).kinds().items()}


def check_kind(command: Command, kind: str) -> None:
    """Refuse a kind of which no record is that a command is about; none at all is whatever the kind."""
    if kind and kind not in (known := kinds_of([command.thing])):
        sentence = _("“%(command)s” is never about a record of the kind “%(kind)s”.")
        values = {"command": told(command), "kind": kind_choices().get(kind, kind)}
        hint = " " + _("Choose one of: %(expected)s.") % {"expected": ", ".join(known)} if known else ""
        raise Refused({"kind": sentence % values + hint})


def kind_areas() -> dict[str, Label]:
    """Return under which heading each kind of record stands: what its record type is called.

    Kinds that several record types have, such as documents and their revisions, stand under the first of these.
    """
    return {code: thing.plural for thing in reversed(all_things()) for code in thing.kinds()}


def commands(keys: Iterable[str]) -> list[str]:
    """Return commands in words; one that no version knows any more by its full name."""
    known = done_by_people()
    return [told(known[key]) if key in known else key for key in keys]


def meanings(codes: Iterable[str]) -> list[str]:
    """Return what signatures say."""
    return [str(meaning_label(code)) for code in codes]


def kinds(codes: Iterable[str]) -> list[str]:
    """Return kinds of records by name."""
    wanted = list(codes)
    known = kind_choices() if wanted else {}
    return [str(known.get(code, code)) for code in wanted]


def roles(codes: Iterable[str]) -> list[str]:
    """Return roles by name."""
    wanted = list(codes)
    known = dict(Role.objects.filter(code__in=wanted).values_list("code", "name")) if wanted else {}
    return [known.get(code, code) for code in wanted]


def given(key: str, body: Mapping[str, Any]) -> list[str]:
    """Return what a command is given, a line for each field that holds something, as its form calls them."""
    known = done_by_people().get(key)
    if known is None:
        return [f"{name}: {value}" for name, value in body.items() if value not in EMPTY]
    return Told(known.body, body).lines()


def needs(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return qualifications that are asked for, with what is asked for by its number and as it is called now."""
    wanted = list(rows)
    numbers = {row["subject"] for row in wanted}
    names = dict(Record.objects.filter(number__in=numbers).values_list("number", "title")) if numbers else {}
    return [asked(row)._replace(name=names.get(row["subject"], "")).told() for row in wanted]


def asked(row: Mapping[str, Any]) -> Asked:
    """Return a qualification that a rule asks for, from what the rule keeps of it."""
    return Asked(row["subject"], row["topic"], row["level"], row.get("title", ""), row.get("grade", ""))


class OfKinds(Protocol):
    """What is asked for some kinds of records alone: a rule in force, or one as it is written."""

    @property
    def kinds(self) -> Collection[str]:
        """Return the kinds; empty: all."""


def of_same_kind(rule: OfKinds, other: OfKinds) -> bool:
    """Tell whether both may be asked of the same record."""
    return not rule.kinds or not other.kinds or bool(set(rule.kinds) & set(other.kinds))

"""The facts of a record as a page or a dialog shows them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from setsquare.faces.web.addresses import numbered
from setsquare.faces.web.values import NOTHING, Shown, asked_on, markdown_shown, shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import leave_hidden, leave_unnamed
from setsquare.kernel.records.things import Fact, Kind, Thing, value_at, visible_to
from setsquare.kernel.writing.markdown import references

WIDE = frozenset({Kind.MARKDOWN, Kind.LONG_TEXT, Kind.AMENDMENTS})
"""Kinds of values that stand below their label."""


def facts_shown(
    thing: Thing, record: Record, groups: Sequence[Sequence[Fact]], user: User, day: dt.date | None = None
) -> list[list[dict[str, Any]]]:
    """Return groups of facts, each a label and a value; records that texts refer to are looked up once for all.

    What is overdue is so on `day`, otherwise today.
    """
    leave_unnamed(thing, [record], user)
    leave_hidden(thing, record, [fact.path for group in groups for fact in group], user)
    today = asked_on(thing, record.state, day)
    found = [
        [(fact, _shown(thing, fact, value_at(record, fact.path), today)) for fact in group]
        for group in groups
    ]
    texts = [value.text for group in found for _fact, value in group if value.kind == "markdown"]
    addresses = addresses_in("\n\n".join(texts), user)
    return [
        [
            {"label": fact.label, "value": _written(value, addresses), "wide": fact.kind in WIDE}
            for fact, value in group
        ]
        for group in found
    ]


def sections_shown(
    thing: Thing, record: Record, user: User, day: dt.date | None = None
) -> list[dict[str, Any]]:
    """Return the sections of a record's page with their facts; sparse ones without what has no value."""
    found = facts_shown(thing, record, [section.facts for section in thing.sections], user, day)
    sections = []
    for section, items in zip(thing.sections, found, strict=True):
        kept = [item for item in items if not section.sparse or item["value"] != NOTHING]
        if kept:
            sections.append({"label": section.label, "items": kept})
    return sections


def _shown(thing: Thing, fact: Fact, value: Any, today: dt.date | None) -> Shown:
    found = shown(value, fact.kind, fact.choices, thing, today)
    return Shown("text", str(fact.without)) if found == NOTHING and fact.without else found


def _written(value: Shown, addresses: dict[str, str]) -> Shown:
    return Shown("html", markdown_shown(value.text, addresses)) if value.kind == "markdown" else value


def addresses_in(text: str, user: User) -> dict[str, str]:
    """Return the addresses of the records that a text refers to and the person may see."""
    numbers = references(text)
    if not numbers:
        return {}
    found = visible_to(user).filter(number__in=numbers).values_list("number", "type")
    return {number: numbered(kind, number) for number, kind in found}

"""What must hold of the declarations for the web face to serve them; wrong ones stop the start."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from setsquare.faces.web.addresses import RESERVED
from setsquare.faces.web.registers.rows import sources_of
from setsquare.faces.web.reserved import words_beside
from setsquare.kernel.records.things import all_things


@register()
def slugs_are_free(**_options: Any) -> Sequence[CheckMessage]:
    """Refuse a record type whose address is one of the pages' own."""
    return [
        Error(
            f"The slug {thing.slug!r} of record type {thing.code!r} is an address of the pages.",
            id="web.E001",
        )
        for thing in all_things()
        if thing.slug in RESERVED or "/" in thing.slug
    ]


@register()
def prefixes_are_numbers(**_options: Any) -> Sequence[CheckMessage]:
    """Refuse numbers that would be read as a part of the register's address."""
    return [
        Error(f"Numbers of {thing.code!r} begin with {first!r}, which is an address.", id="web.E002")
        for thing in all_things()
        if (first := thing.numbering.partition("/")[0]).casefold() in words_beside(thing.code)
    ]


@register()
def columns_lead_somewhere(**_options: Any) -> Sequence[CheckMessage]:
    """Refuse a column whose path leads to no value: the register reads it by the database."""
    found: list[CheckMessage] = []
    for thing in all_things():
        try:
            sources_of(thing, thing.columns)
        except ImproperlyConfigured as error:
            found.append(Error(f"A column of {thing.code!r}: {error}", id="web.E003"))
    return found

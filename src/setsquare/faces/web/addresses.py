"""Addresses of registers, records and commands, without the cost of reversing each one."""

from functools import lru_cache
from urllib.parse import quote, urlencode

from django.urls import get_script_prefix, register_converter, reverse

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of

RESERVED = frozenset(
    (
        "accounts",
        "api",
        "choose",
        "competence",
        "files",
        "go",
        "healthz",
        "me",
        "metrics",
        "notices",
        "palette",
    )
    + ("readyz", "search", "static", "trail", "unread", "uploads")
)
"""First parts of addresses that are no register."""


class NumberConverter:
    """The number of a record within an address; it may hold slashes (`SOP-004/2`)."""

    regex = r"[^/\s](?:.*[^/\s])?"

    def to_python(self, value: str) -> str:
        """Return the number as it is stored; what means “here” or “one up” in an address is no number."""
        if not {".", ".."}.isdisjoint(value.split("/")):
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        """Return the number as it stands in an address; Django quotes the rest."""
        return value


register_converter(NumberConverter, "number")


def view_address(name: str, *args: str) -> str:
    """Return the address of one of the pages' own views."""
    return _view_address(name, args, get_script_prefix())


@lru_cache(maxsize=256)
def _view_address(name: str, args: tuple[str, ...], _prefix: str) -> str:
    return reverse(name, args=args or None)


@lru_cache(maxsize=10_000)
def quoted(number: str) -> str:
    """Return a number for use within an address; slashes stay."""
    return quote(number, safe="/")


def register_address(thing: Thing, **query: str) -> str:
    """Return the address of a type's register."""
    address = f"{get_script_prefix()}{thing.slug}/"
    return f"{address}?{urlencode(query)}" if query else address


def first_part(path: str) -> str:
    """Return the first part of an address: a type's plural name, or what stands in its place; empty at home."""
    return path[len(get_script_prefix()) :].partition("/")[0]


def record_address(record: Record, part: str = "") -> str:
    """Return the address of a record's page, or of a part of it (`history`)."""
    return numbered(record.type, record.number, part)


def numbered(type_code: str, number: str, part: str = "") -> str:
    """Return the address of the record with this type and number."""
    address = f"{get_script_prefix()}{thing_of(type_code).slug}/{quoted(number)}/"
    return f"{address}{part}/" if part else address


def command_address(record: Record, command: str) -> str:
    """Return the address of a command's form for a record."""
    return record_address(record, f"do/{command}")


def create_address(thing: Thing, command: str = "") -> str:
    """Return the address of the form of a creating command, or of the choice among them."""
    return f"{register_address(thing)}new/{command}/" if command else f"{register_address(thing)}new/"


def file_address(digest: str, name: str) -> str:
    """Return the address of a file's content."""
    return f"{get_script_prefix()}files/{digest}/{quote(name.replace('/', '_'), safe='')}"

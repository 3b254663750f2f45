"""What leads to what rules ask for and a caller lacks, with the paths of the records by which."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from setsquare.kernel.authority.deciding import Way
from setsquare.kernel.records.things import thing_of


def ways_shown(ways: Iterable[Way]) -> list[dict[str, Any]]:
    """Return what leads there, each with the path of its record."""
    return [{**one.values, "href": _path(one)} for one in ways]


def _path(way: Way) -> str | None:
    return f"/api/v1/{thing_of(way.type).slug}/{quote(way.number, safe='/')}" if way.number else None

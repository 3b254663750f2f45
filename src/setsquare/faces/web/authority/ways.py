"""What leads to what rules ask for and somebody lacks, as pages show it: what to do, with where it is done."""

from collections.abc import Iterable

from setsquare.faces.web.addresses import numbered, view_address
from setsquare.kernel.authority.deciding import Way


def ways_shown(ways: Iterable[Way]) -> list[tuple[str, str]]:
    """Return what to do and the address where that is done, each once."""
    return list(dict.fromkeys((one.told[:1].upper() + one.told[1:], _address(one)) for one in ways))


def _address(way: Way) -> str:
    return numbered(way.type, way.number) if way.number else view_address("my_competence")

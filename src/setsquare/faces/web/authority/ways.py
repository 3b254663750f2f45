"""What leads to what rules ask for and somebody lacks, as pages show it: what to do, with where it is done."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from setsquare.faces.web.addresses import numbered, view_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.deciding import Decision, Way
from setsquare.kernel.records.things import visible_to


def ways_shown(ways: Iterable[Way]) -> list[tuple[str, str]]:
    """Return what to do and the address where that is done, each once."""
    return list(dict.fromkeys((one.told[:1].upper() + one.told[1:], _address(one)) for one in ways))


def links_of(decision: Decision, user: User) -> list[tuple[str, str]]:
    """Return what leads to what somebody lacks, then the rules that ask for it, as far as they see these."""
    numbers = {lack.rule.number for lack in decision.lacks}
    if not numbers:
        return []
    rules = visible_to(user, types={"authority_rule"}).filter(number__in=numbers).order_by("number_key")
    told = _("See rule %(rule)s")
    seen = [(told % {"rule": f"{one.number} {one.told}"}, numbered(one.type, one.number)) for one in rules]
    return [*ways_shown(decision.ways), *seen]


def _address(way: Way) -> str:
    return numbered(way.type, way.number) if way.number else view_address("my_competence")

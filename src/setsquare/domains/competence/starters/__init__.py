"""Sets to start frameworks and role profiles from: Setsquare's own wording, to be changed or replaced.

Each framework is a file beside this module: a scale from the lowest level, attributes, groups and components in their
order. A text of a level (`l1`, `l2` ...) ends with its indicators, each on a line that begins with a dash. The profiles
of a set (`profiles_*.toml`) name components of these frameworks, each with the needed level, the desired one and the
months that somebody new has; 0 is none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence.content import Content
from setsquare.kernel.records.things import Label

EMPTY = "empty"
CHOICES: dict[str, Label] = {
    EMPTY: _("Nothing: an empty framework"),
    "quality_profession": _("The quality profession: five elements, four tiers"),
    "responsibility": _("Seven levels of responsibility, with skills around quality"),
    "audit": _("Competence of auditors, arranged as in ISO 19011"),
    "trade": _("Trades in the making of precision parts"),
}


PROFILE_SETS: dict[str, Label] = {
    "quality": _("The quality profession: from assistant to director, and auditors"),
    "trades": _("Trades in the making of precision parts: operator to line leader"),
}


@dataclass(frozen=True)
class StarterProfile:
    """A role profile to start from; `asks` are components by code, each with needed, desired level and months."""

    title: str
    purpose: str
    titles: tuple[str, ...]
    asks: tuple[tuple[str, int, int, int], ...]


@cache
def starter_profiles(code: str) -> tuple[StarterProfile, ...]:
    """Return the role profiles of a set; raises KeyError where there is none."""
    if code not in PROFILE_SETS:
        raise KeyError(code)
    told = tomllib.loads((Path(__file__).parent / f"profiles_{code}.toml").read_text("utf-8"))
    return tuple(
        StarterProfile(
            one["title"], one["purpose"], tuple(one["titles"]), tuple(tuple(row) for row in one["asks"])
        )
        for one in told["profiles"]
    )


@cache
def starter(code: str) -> Content:
    """Return the content of a starter set; raises KeyError where there is none."""
    if code == EMPTY:
        return Content()
    if code not in CHOICES:
        raise KeyError(code)
    told = tomllib.loads((Path(__file__).parent / f"{code}.toml").read_text("utf-8"))
    return Content.model_validate(
        {
            "scale": [{"rank": rank, **level} for rank, level in enumerate(told["scale"], 1)],
            "attributes": [_described(one) for one in told.get("attributes", [])],
            "items": [_described(one) for one in told["items"]],
        }
    ).settled()


def _described(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item or attribute with its levels as a content has them."""
    said = {name: value for name, value in told.items() if not name.removeprefix("l").isdigit()}
    levels = [
        {"level": int(name.removeprefix("l")), "text": value}
        for name, value in told.items()
        if name not in said
    ]
    return said | {"levels": levels}

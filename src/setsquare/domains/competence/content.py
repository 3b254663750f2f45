"""What a framework says, as one value: its scale of levels, generic attributes, groups and components.

Nothing here reads or writes rows. `faults` tells what contradicts itself, which no draft may hold; `gaps` what is
still missing before it can be released. Both name the place of each, such as `items.3.parent`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

CODE, NAME, TEXT, LINE = 80, 300, 5000, 500
"""The most characters of a code, a name or title, a text, an indicator."""
MOST_LEVELS, MOST_ITEMS, MOST_INDICATORS, DEEPEST = 20, 20_000, 30, 12
GROUP, COMPONENT = "group", "component"
SAID_BY_A_MARK = "x"
"""Stands in a table for a level that counts but is not described in words."""

Code = Annotated[str, Field(min_length=1, max_length=CODE)]
Text = Annotated[str, Field(max_length=TEXT)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Level(_Part):
    """A level of the scale; ranks count from 1, the lowest."""

    rank: Annotated[int, Field(ge=1, le=MOST_LEVELS)]
    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=NAME)]
    text: Text = ""


class Descriptor(_Part):
    """What a level means for one component or attribute, and by what it is recognised."""

    level: Annotated[int, Field(ge=1, le=MOST_LEVELS)]
    text: Text = ""
    indicators: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=LINE)], ...], Field(max_length=MOST_INDICATORS)
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, data: Any) -> Any:
        """Take lines at the end that begin with a dash as indicators; each has one way to be written."""
        if not isinstance(data, Mapping) or not isinstance(data.get("text", ""), str):
            return data
        text, found = parted(data.get("text", ""))
        given = data.get("indicators") or ()
        indicators = [*found, *(" ".join(str(line).split()) for line in given)]
        return {**data, "text": text, "indicators": [line for line in indicators if line]}


def parted(text: str) -> tuple[str, list[str]]:
    """Return a text without the indicators that it ends with, and these: lines that begin with a dash.

    Empty lines among these count for nothing, so what is written of both is parted the same when it is read again.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    found: list[str] = []
    while lines and (not (line := lines[-1].strip()) or line.startswith("- ")):
        found.append(" ".join(line[2:].split()))
        lines.pop()
    found = [line for line in reversed(found) if line]
    rest = "\n".join(lines).strip()
    return ("" if rest.lower() == SAID_BY_A_MARK else rest), found


class Attribute(_Part):
    """What each level means whatever the component, such as autonomy."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=NAME)]
    levels: tuple[Descriptor, ...] = ()


class Item(_Part):
    """A group, which holds others, or a component, which is described at levels."""

    code: Code
    parent: Annotated[str, Field(max_length=CODE)] = ""
    kind: Literal["group", "component"] = "component"
    title: Annotated[str, Field(min_length=1, max_length=NAME)]
    text: Text = ""
    levels: tuple[Descriptor, ...] = ()

    @property
    def ranks(self) -> list[int]:
        """Return the levels at which it is described, the lowest first."""
        return sorted(one.level for one in self.levels)

    def at(self, rank: int) -> Descriptor | None:
        """Return what a level means for it, None where it is not described there."""
        return next((one for one in self.levels if one.level == rank), None)


class Content(_Part):
    """A framework's whole content. Items stand in the order in which they are read below their parent."""

    scale: Annotated[tuple[Level, ...], Field(max_length=MOST_LEVELS)] = ()
    attributes: Annotated[tuple[Attribute, ...], Field(max_length=50)] = ()
    items: Annotated[tuple[Item, ...], Field(max_length=MOST_ITEMS)] = ()

    @cached_property
    def by_code(self) -> dict[str, Item]:
        """Return the items by code."""
        return {item.code: item for item in self.items}

    @cached_property
    def below(self) -> dict[str, list[Item]]:
        """Return the items by the code of their parent; those at the top by an empty one."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.parent, []).append(item)
        return found

    @cached_property
    def components(self) -> list[Item]:
        """Return what can be assessed: the items that are no groups."""
        return [item for item in self.items if item.kind == COMPONENT]

    def having(self, **parts: Any) -> "Content":
        """Return it with other parts in place of these."""
        return Content(**{"scale": self.scale, "attributes": self.attributes, "items": self.items, **parts})

    def settled(self) -> "Content":
        """Return it in the one order in which equal contents are written: as it is read, levels from the lowest."""
        items = [item.model_copy(update={"levels": _rising(item.levels)}) for item, _depth in self.walk()]
        attributes = [one.model_copy(update={"levels": _rising(one.levels)}) for one in self.attributes]
        return self.having(items=tuple(items), attributes=tuple(attributes))

    def walk(self, top: str = "", depth: int = 0) -> Iterator[tuple[Item, int]]:
        """Yield the items below `top` as a reader goes through them, with how deep they stand."""
        waiting = [(item, depth) for item in reversed(self.below.get(top, []))]
        while waiting:
            item, deep = waiting.pop()
            yield item, deep
            waiting += [(inner, deep + 1) for inner in reversed(self.below.get(item.code, []))]


def _rising(levels: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
    return tuple(sorted(levels, key=lambda one: one.level))


def faults(content: Content) -> dict[str, str]:
    """Return what contradicts itself in a content, by place; empty where all is well."""
    found: dict[str, str] = {}
    found.update(_wrong_scale(content.scale))
    ranks = {level.rank for level in content.scale}
    found.update(_twice("attributes", (attribute.code for attribute in content.attributes)))
    for place, attribute in enumerate(content.attributes):
        found.update(_wrong_levels(f"attributes.{place}", attribute.levels, ranks))
    found.update(_twice("items", (item.code for item in content.items)))
    for place, item in enumerate(content.items):
        if item.kind == GROUP and item.levels:
            sentence = _("“%(code)s” is a group; only components are described at levels.")
            found[f"items.{place}.levels"] = sentence % {"code": item.code}
        else:
            found.update(_wrong_levels(f"items.{place}", item.levels, ranks))
        if why := _wrong_parent(content, item):
            found[f"items.{place}.parent"] = why
    return found


def gaps(content: Content) -> dict[str, str]:
    """Return what a content lacks before it can be released, by place."""
    found: dict[str, str] = {}
    if not content.scale:
        found["scale"] = _("The scale has no level yet.")
    if not content.components:
        found["items"] = _("There is no component yet.")
    for place, item in enumerate(content.items):
        if item.kind == COMPONENT and not item.levels:
            sentence = _("“%(code)s” is not described at any level yet.")
            found[f"items.{place}.levels"] = sentence % {"code": item.code}
    return found


def _wrong_scale(scale: Sequence[Level]) -> Iterator[tuple[str, str]]:
    for place, level in enumerate(scale):
        if level.rank != place + 1:
            sentence = _("Levels are numbered 1, 2, 3 … without a gap; this one has to be %(rank)s.")
            yield f"scale.{place}.rank", sentence % {"rank": place + 1}
    yield from _twice("scale", (level.code for level in scale))


def _twice(where: str, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for place, code in enumerate(codes):
        seen[code] += 1
        if seen[code] > 1:
            yield f"{where}.{place}.code", _("The code “%(code)s” is used twice.") % {"code": code}


def _wrong_levels(where: str, levels: Sequence[Descriptor], ranks: set[int]) -> Iterator[tuple[str, str]]:
    seen: set[int] = set()
    for place, one in enumerate(levels):
        if one.level not in ranks:
            yield (
                f"{where}.levels.{place}.level",
                _("The scale has no level %(level)s.") % {"level": one.level},
            )
        elif one.level in seen:
            sentence = _("Level %(level)s is described twice.")
            yield f"{where}.levels.{place}.level", sentence % {"level": one.level}
        seen.add(one.level)


def _wrong_parent(content: Content, item: Item) -> str:
    """Return why an item cannot stand below its parent, empty where it can."""
    if not item.parent:
        return ""
    parent = content.by_code.get(item.parent)
    if parent is None:
        return _("There is no “%(code)s” to stand below.") % {"code": item.parent}
    if parent.kind == COMPONENT:
        return _("“%(code)s” is a component; only groups hold others.") % {"code": parent.code}
    chain = [item.code]
    while parent is not None and parent.code not in chain and len(chain) < DEEPEST:
        chain.append(parent.code)
        parent = content.by_code.get(parent.parent)
    if parent is None:
        return ""
    if parent.code == item.code:
        return _("“%(code)s” would stand below itself: %(chain)s.") % {
            "code": item.code,
            "chain": " › ".join([*chain, item.code]),
        }
    if parent.code in chain:
        return ""
    sentence = _("“%(code)s” would stand deeper than the %(most)s steps that there may be.")
    return sentence % {"code": item.code, "most": DEEPEST}

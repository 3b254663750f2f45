"""What differs between two contents of a framework: what came, what changed in what respect, what went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.competence.content import Attribute, Content, Item, Level


@dataclass(frozen=True)
class Change:
    """An item that both contents have, and differs."""

    old: Item
    new: Item
    moved: bool
    renamed: bool
    reworded: bool
    """Its text, or what it is."""
    levels: tuple[int, ...]
    """The ranks at which it is described otherwise."""


@dataclass(frozen=True)
class Difference:
    """What differs between an older content and a newer one."""

    added: tuple[Item, ...]
    changed: tuple[Change, ...]
    removed: tuple[Item, ...]
    scale: bool
    attributes: tuple[str, ...]
    """Titles of the attributes that came, changed or went."""
    order: bool
    """Whether the order alone is another, somewhere."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.scale or self.attributes or self.order)

    @property
    def in_words(self) -> str:
        """Return it as one line: 2 added, 1 changed, the scale changed."""
        parts = [
            _counted(self.added, ngettext("%(n)s added", "%(n)s added", len(self.added))),
            _counted(self.changed, ngettext("%(n)s changed", "%(n)s changed", len(self.changed))),
            _counted(self.removed, ngettext("%(n)s retired", "%(n)s retired", len(self.removed))),
            _("the scale changed") if self.scale else "",
            _("the attributes changed") if self.attributes else "",
            _("the order changed") if self.order and not (self.added or self.removed) else "",
        ]
        return ", ".join(part for part in parts if part)


def _counted(what: Sequence[Any], words: str) -> str:
    return words % {"n": len(what)} if what else ""


def difference(old: Content, new: Content) -> Difference:
    """Return what differs between two contents, each list in the order in which it is read."""
    before, after = _read(old), _read(new)
    known, now = {item.code: item for item in before}, {item.code for item in after}
    both = [(known[item.code], item) for item in after if item.code in known]
    return Difference(
        added=tuple(item for item in after if item.code not in known),
        changed=tuple(_change(was, item) for was, item in both if was != item),
        removed=tuple(item for item in before if item.code not in now),
        scale=_levels(old.scale) != _levels(new.scale),
        attributes=_attributes(old.attributes, new.attributes),
        order=[was.code for was in before if was.code in now] != [item.code for _was, item in both],
    )


def _read(content: Content) -> list[Item]:
    return [item for item, _depth in content.walk()]


def _change(old: Item, new: Item) -> Change:
    ranks = sorted({*old.ranks, *new.ranks})
    return Change(
        old,
        new,
        moved=old.parent != new.parent,
        renamed=old.title != new.title,
        reworded=(old.text, old.kind) != (new.text, new.kind),
        levels=tuple(rank for rank in ranks if old.at(rank) != new.at(rank)),
    )


def _levels(scale: Iterable[Level]) -> list[Level]:
    return sorted(scale, key=lambda level: level.rank)


def _attributes(old: Iterable[Attribute], new: Iterable[Attribute]) -> tuple[str, ...]:
    was, now = {one.code: one for one in old}, {one.code: one for one in new}
    codes = list(dict.fromkeys([*now, *was]))
    return tuple((now.get(code) or was[code]).title for code in codes if was.get(code) != now.get(code))

"""A framework as a package of CASE 1.1 (Competencies and Academic Standards Exchange of 1EdTech), as JSON.

Items are CFItems below one another by CFAssociations of the type isChildOf. What a component means at each level is a
criterion of a CFRubric that names its item; criteria of the categories `scale` and `attribute` name none.
"""

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import (
    MOST_LEVELS,
    NAME,
    Attribute,
    Content,
    Descriptor,
    Item,
    Level,
)
from setsquare.domains.competence.exchange.case_schema import CHILD, breaches
from setsquare.domains.competence.exchange.reading import Misfit, Said

SCALE, ATTRIBUTE, COMPONENT = "scale", "attribute", "component"
BEGINNING = 60
"""The most characters of an item's text by which a refusal names it."""
KINDS = {"group": "Group", "component": "Component"}


# --- writing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """What a package says of the framework besides its content."""

    uid: uuid.UUID
    number: str
    title: str
    creator: str
    purpose: str
    source: str
    licence: str
    edition: int
    changed: dt.datetime
    address: str
    """Of its page; addresses of its parts are made from it."""


def written(content: Content, about: About) -> bytes:
    """Return a content as a CASE package; the same content gives the same identifiers."""
    return json.dumps(_Package(content, about).told(), ensure_ascii=False, indent=1).encode()


class _Package:
    def __init__(self, content: Content, about: About) -> None:
        self.content, self.about = content, about
        self.changed = about.changed.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def told(self) -> dict[str, Any]:
        items = [item for item, _depth in self.content.walk()]
        return {
            "CFDocument": self._document(),
            "CFItems": [self._item(item) for item in items],
            "CFAssociations": [self._below(item, place) for place, item in enumerate(items, 1)],
            "CFRubrics": self._rubrics(items),
        }

    def _node(self, kind: str, code: str) -> dict[str, str]:
        identifier = str(uuid.uuid5(self.about.uid, f"{kind}/{code}"))
        return {"identifier": identifier, "uri": f"{self.about.address}#{identifier}"}

    def _link(self, kind: str, code: str, title: str) -> dict[str, str]:
        return {**self._node(kind, code), "title": title}

    def _document(self) -> dict[str, Any]:
        about = self.about
        return {
            **self._node("document", ""),
            "creator": about.creator,
            "title": about.title,
            "lastChangeDateTime": self.changed,
            "officialSourceURL": about.address,
            "description": about.purpose,
            "version": str(about.edition),
            "adoptionStatus": "Adopted" if about.edition else "Draft",
            "notes": "\n\n".join(part for part in (about.source, about.licence) if part),
            "CFPackageURI": self._link("package", "", about.title),
        }

    def _item(self, item: Item) -> dict[str, Any]:
        told = {
            **self._node("item", item.code),
            "fullStatement": item.text or item.title,
            "abbreviatedStatement": item.title,
            "humanCodingScheme": item.code,
            "CFItemType": KINDS[item.kind],
            "CFDocumentURI": self._link("document", "", self.about.title),
            "lastChangeDateTime": self.changed,
        }
        return told | ({"notes": item.text} if item.text == item.title else {})

    def _below(self, item: Item, place: int) -> dict[str, Any]:
        parent = self.content.by_code.get(item.parent)
        above = (
            self._link("item", parent.code, parent.title)
            if parent
            else self._link("document", "", self.about.title)
        )
        return {
            **self._node("association", item.code),
            "associationType": CHILD,
            "sequenceNumber": place,
            "originNodeURI": self._link("item", item.code, item.title),
            "destinationNodeURI": above,
            "lastChangeDateTime": self.changed,
        }

    def _rubrics(self, items: Sequence[Item]) -> list[dict[str, Any]]:
        scale = [self._scale_level(level) for level in self.content.scale]
        told = [self._criterion(SCALE, "", "", scale)] if scale else []
        for one in self.content.attributes:
            told.append(self._criterion(ATTRIBUTE, one.code, one.title, self._levels(one)))
        for item in items:
            if item.levels:
                own = {"CFItemURI": self._link("item", item.code, item.title)}
                told.append(self._criterion(COMPONENT, item.code, item.title, self._levels(item)) | own)
        if not told:
            return []
        title = {"title": self.about.title, "lastChangeDateTime": self.changed}
        return [{**self._node("rubric", ""), **title, "CFRubricCriteria": told}]

    def _criterion(self, kind: str, code: str, title: str, levels: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            **self._node(kind, f"criterion/{code}"),
            "category": f"{kind}:{code}" if code else kind,
            "description": title,
            "lastChangeDateTime": self.changed,
            "CFRubricCriterionLevels": levels,
        }

    def _scale_level(self, level: Level) -> dict[str, Any]:
        return self._level(level.rank, f"scale/{level.rank}", level.name, level.text, level.code)

    def _levels(self, one: Attribute | Item) -> list[dict[str, Any]]:
        names = {level.rank: level.name for level in self.content.scale}
        key = f"{type(one).__name__}/{one.code}"
        return [
            self._level(at.level, f"{key}/{at.level}", names[at.level], at.text, _lines(at))
            for at in one.levels
        ]

    def _level(self, rank: int, key: str, name: str, text: str, feedback: str) -> dict[str, Any]:
        return {
            **self._node("level", key),
            "quality": name,
            "score": float(rank),
            "position": rank,
            "description": text,
            "feedback": feedback,
            "lastChangeDateTime": self.changed,
        }


def _lines(one: Descriptor) -> str:
    return "\n".join(f"- {indicator}" for indicator in one.indicators)


# --- reading ----------------------------------------------------------------------------------------


def read(data: Any) -> Said:
    """Return what a package says. Raises Misfit with a reason for each part that does not fit."""
    if not isinstance(data, Mapping) or not isinstance(data.get("CFItems"), list):
        raise Misfit([_("This is no CASE package: it has no list CFItems.")])
    if wrong := list(breaches(data)):
        raise Misfit(wrong)
    if not data["CFItems"]:
        raise Misfit([_("There is no item in it.")])
    return _Reading(data).said()


@dataclass
class _Reading:
    data: Mapping[str, Any]
    wrong: list[str] = field(default_factory=list)

    def said(self) -> Said:
        items = self.data["CFItems"]
        known = {str(item["identifier"]): item for item in items}
        if len(known) < len(items):
            twice = [name for name, n in Counter(str(item["identifier"]) for item in items).items() if n > 1]
            self.wrong += [_("Item %(id)s stands twice in it.") % {"id": name} for name in twice]
        above, order = self._above(known)
        schemes = Counter(str(item.get("humanCodingScheme") or "") for item in items)
        codes = {
            name: scheme
            if (scheme := str(item.get("humanCodingScheme") or "")) and schemes[scheme] == 1
            else name
            for name, item in known.items()
        }
        said = Said()
        levels = self._levels(said, known)
        parents = set(above.values())
        for name in sorted(known, key=lambda one: order.get(one, len(order) + 1)):
            item = known[name]
            said.add(
                "items",
                str(_("Item %(id)s") % {"id": codes[name]}),
                code=codes[name],
                parent=codes.get(above.get(name, ""), ""),
                kind=_kind(item, is_parent=name in parents),
                levels=levels.get(name, []),
                **_words(item),
            )
        if self.wrong:
            raise Misfit(self.wrong)
        return said

    def _above(self, known: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, float]]:
        """Return what stands below what, and in which order; told is what leads to an item that is not there."""
        top = self.data["CFDocument"]["identifier"]
        above: dict[str, str] = {}
        order: dict[str, float] = {}
        for place, row in enumerate(self.data.get("CFAssociations") or []):
            if row.get("associationType") != CHILD:
                continue
            child, parent = _end(row, "originNodeURI"), _end(row, "destinationNodeURI")
            self._note_missing_ends(row["identifier"], child, parent, {*known, top})
            number = row.get("sequenceNumber")
            order[child] = number if isinstance(number, int | float) else place
            if parent in known and above.setdefault(child, parent) != parent:
                sentence = _("%(item)s stands below two items: %(first)s, and %(second)s.")
                ends = {"first": self._named(above[child]), "second": self._named(parent)}
                self.wrong.append(sentence % {"item": self._named(child), **ends})
        return above, order

    def _note_missing_ends(self, association: str, child: str, parent: str, known: Collection[str]) -> None:
        """Tell of an association what it leads to and is not there, by the item at its other end."""
        told = {"id": association, "child": self._named(child), "parent": self._named(parent)}
        if parent not in known and child in known:
            self.wrong.append(
                _("%(child)s: the item that it stands below is not in the package: %(parent)s.") % told
            )
        elif child not in known and parent in known:
            self.wrong.append(
                _("%(parent)s: an item that stands below it is not in the package: %(child)s.") % told
            )
        elif child not in known:
            self.wrong.append(
                _("Association %(id)s: neither item is in the package: %(child)s, %(parent)s.") % told
            )

    @cached_property
    def _by_identifier(self) -> dict[str, Mapping[str, Any]]:
        return {str(item["identifier"]): item for item in self.data["CFItems"]}

    def _named(self, identifier: str) -> str:
        """Return an item as people know it: its code and how its text begins; an identifier where it is not there."""
        if identifier == self.data["CFDocument"]["identifier"]:
            return str(self.data["CFDocument"].get("title") or identifier)
        item = self._by_identifier.get(identifier)
        if item is None:
            return identifier or "–"
        title = " ".join(_words(item)["title"].split())
        begins = title if len(title) <= BEGINNING else f"{title[: BEGINNING - 1].rstrip()}…"
        told = {"code": str(item.get("humanCodingScheme") or identifier), "text": begins}
        return str(_("%(code)s “%(text)s”") % told) if begins else told["code"]

    def _levels(self, said: Said, known: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return the levels of the items by identifier; the scale and the attributes are added to what is said."""
        found: dict[str, list[dict[str, Any]]] = {}
        names: dict[int, str] = {}
        for rubric in self.data.get("CFRubrics") or []:
            for criterion in rubric.get("CFRubricCriteria") or []:
                kind, _colon, code = str(criterion.get("category") or "").partition(":")
                told = [self._level(row) for row in criterion.get("CFRubricCriterionLevels") or []]
                levels = [one for one in told if one is not None]
                item = _end(criterion, "CFItemURI")
                if kind == SCALE and not item:
                    self._scale(said, levels)
                elif kind == ATTRIBUTE and not item:
                    title = str(criterion.get("description") or code)
                    said.add(
                        "attributes",
                        title,
                        code=code,
                        title=title,
                        levels=[_described(one) for one in levels],
                    )
                elif item in known:
                    found.setdefault(item, []).extend(_described(one) for one in levels)
                    names |= {one["rank"]: one["name"] for one in levels}
                else:
                    sentence = _("Criterion %(id)s: there is no item %(end)s.")
                    self.wrong.append(sentence % {"id": criterion["identifier"], "end": item or "–"})
        if said.scale is None and names:
            filled = {rank: names.get(rank) or str(rank) for rank in range(1, max(names) + 1)}
            for rank, name in filled.items():
                said.add("scale", "", rank=rank, code=str(rank), name=name)
        return found

    def _scale(self, said: Said, levels: Sequence[Mapping[str, Any]]) -> None:
        for one in levels:
            told = {"rank": one["rank"], "code": one["feedback"] or str(one["rank"]), "name": one["name"]}
            said.add("scale", str(_("Level %(rank)s") % {"rank": one["rank"]}), text=one["text"], **told)

    def _level(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        given = row.get("score") if row.get("score") is not None else row.get("position")
        if isinstance(given, bool) or given not in range(1, MOST_LEVELS + 1):
            sentence = _("Level %(id)s has no whole score from 1 to %(most)s.")
            self.wrong.append(sentence % {"id": row["identifier"], "most": MOST_LEVELS})
            return None
        texts = {
            name: str(row.get(key) or "") for name, key in (("text", "description"), ("feedback", "feedback"))
        }
        rank = int(given or 0)
        return {"rank": rank, "name": str(row.get("quality") or rank), **texts}


def _described(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"level": one["rank"], "text": "\n".join(part for part in (one["text"], one["feedback"]) if part)}


def _end(row: Mapping[str, Any], name: str) -> str:
    end = row.get(name)
    return str(end.get("identifier") or "") if isinstance(end, Mapping) else ""


def _kind(item: Mapping[str, Any], *, is_parent: bool) -> str:
    said = {word: kind for kind, word in KINDS.items()}.get(str(item.get("CFItemType")))
    return said or ("group" if is_parent else "component")


def _words(item: Mapping[str, Any]) -> dict[str, str]:
    """Return title and text of an item: the short statement is the title where there is one, else the full one."""
    full, short = str(item.get("fullStatement") or ""), str(item.get("abbreviatedStatement") or "")
    notes = str(item.get("notes") or "")
    if short:
        return {"title": short, "text": notes if full == short else full}
    if len(full) > NAME:
        return {"title": full[: NAME - 1] + "…", "text": full}
    return {"title": full, "text": notes}

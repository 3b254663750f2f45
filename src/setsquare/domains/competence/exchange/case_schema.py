"""What the schema of CASE 1.1 asks of a package: of all that a framework is read from, whether it is there and fits.

What is not read from an object may be missing, as the addresses and times of change that programs leave out; where it
is given, it has to be what the schema says. An empty value, `null`, counts as none.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHILD = "isChildOf"
TYPES = (
    CHILD,
    "isPeerOf",
    "isPartOf",
    "exactMatchOf",
    "precedes",
    "isRelatedTo",
    "replacedBy",
    "exemplar",
    "hasSkillLevel",
    "isTranslationOf",
)
"""Associations that there are; only the first is read."""
_OWN_TYPE = re.compile(r"ext:[\w.\-]+", re.ASCII)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_link(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("identifier")) and _is_text(value["identifier"])


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_Kind = tuple[Callable[[Any], bool], Promise]
TEXT: _Kind = _is_text, gettext_lazy("This has to be a text.")
TEXTS: _Kind = _is_texts, gettext_lazy("This has to be a list of texts.")
NUMBER: _Kind = _is_number, gettext_lazy("This has to be a number.")
LINK: _Kind = _is_link, gettext_lazy("This has to be an object with an identifier.")
LIST: _Kind = _is_list, gettext_lazy("This has to be a list.")

_ANY = {"identifier": TEXT, "uri": TEXT, "lastChangeDateTime": TEXT}
_DOCUMENT = _ANY | dict.fromkeys(
    (
        "creator",
        "title",
        "officialSourceURL",
        "publisher",
        "description",
        "language",
        "version",
        "adoptionStatus",
        "statusStartDate",
        "statusEndDate",
        "notes",
        "frameworkType",
        "caseVersion",
    ),
    TEXT,
)
_ITEM = (
    _ANY
    | dict.fromkeys(
        (
            "fullStatement",
            "abbreviatedStatement",
            "alternativeLabel",
            "humanCodingScheme",
            "listEnumeration",
            "CFItemType",
            "language",
            "notes",
            "statusStartDate",
            "statusEndDate",
        ),
        TEXT,
    )
    | dict.fromkeys(("conceptKeywords", "subject", "educationLevel"), TEXTS)
    | dict.fromkeys(("CFItemTypeURI", "CFDocumentURI"), LINK)
)
_ASSOCIATION = _ANY | {
    "associationType": TEXT,
    "sequenceNumber": NUMBER,
    "originNodeURI": LINK,
    "destinationNodeURI": LINK,
    "notes": TEXT,
}
_RUBRIC = _ANY | {"title": TEXT, "description": TEXT, "CFRubricCriteria": LIST}
_CRITERION = _ANY | {
    "category": TEXT,
    "description": TEXT,
    "CFItemURI": LINK,
    "weight": NUMBER,
    "position": NUMBER,
    "CFRubricCriterionLevels": LIST,
}
_LEVEL = _ANY | {"description": TEXT, "quality": TEXT, "feedback": TEXT}
"""Which score a level has, its reader looks at."""

_NAMES: dict[str, Promise] = {
    "CFItems": gettext_lazy("Item %(id)s"),
    "CFAssociations": gettext_lazy("Association %(id)s"),
    "CFRubrics": gettext_lazy("Rubric %(id)s"),
    "CFRubricCriteria": gettext_lazy("Criterion %(id)s"),
    "CFRubricCriterionLevels": gettext_lazy("Level %(id)s"),
}
_PARTS = {
    "CFItems": (_ITEM, ("identifier", "fullStatement"), ""),
    "CFAssociations": (
        _ASSOCIATION,
        ("identifier", "associationType", "originNodeURI", "destinationNodeURI"),
        "",
    ),
    "CFRubrics": (_RUBRIC, ("identifier",), "CFRubricCriteria"),
    "CFRubricCriteria": (_CRITERION, ("identifier",), "CFRubricCriterionLevels"),
    "CFRubricCriterionLevels": (_LEVEL, ("identifier",), ""),
}
"""The objects of each list: their fields, which of these have to be there, and the list that stands in each."""


def breaches(package: Mapping[str, Any]) -> Iterator[str]:
    """Yield what does not fit the schema, each with the object by its identifier, and the field."""
    document = package.get("CFDocument")
    if not isinstance(document, Mapping):
        yield _at("CFDocument", _missing() if document is None else str(LINK[1]))
    else:
        yield from _fields(lambda: "CFDocument", document, _DOCUMENT, ("identifier",))
    for name in ("CFItems", "CFAssociations", "CFRubrics"):
        yield from _rows(package, name, lambda: "")


def _rows(within: Mapping[str, Any], name: str, where: Callable[[], str]) -> Iterator[str]:
    rows = within.get(name)
    if rows is None:
        return
    if not isinstance(rows, list):
        yield _at(name, str(LIST[1]))
        return
    fields, needed, inner = _PARTS[name]
    for place, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            yield _at(f"{where()}{name} {place}", str(LINK[1]))
            continue

        def told(row: Mapping[str, Any] = row, place: int = place) -> str:
            """Return what the row is called: only where something is wrong, as there are hundreds of thousands."""
            identifier = row.get("identifier")
            if isinstance(identifier, str) and identifier:
                return str(_NAMES[name]) % {"id": identifier}
            return f"{where()}{name} {place}"

        yield from _fields(told, row, fields, needed)
        if name == "CFAssociations" and isinstance(kind := row.get("associationType"), str):
            yield from _unknown_type(told, kind)
        if inner and isinstance(row.get(inner), list):
            yield from _rows(row, inner, lambda told=told: f"{told()}, ")  # type: ignore[misc]


def _fields(
    where: Callable[[], str],
    row: Mapping[str, Any],
    fields: Mapping[str, _Kind],
    needed: tuple[str, ...],
) -> Iterator[str]:
    for name in needed:
        if row.get(name) in (None, "") and not (name == "fullStatement" and row.get("abbreviatedStatement")):
            yield _at(f"{where()}, {name}", _missing())
    for name, value in row.items():
        if value is not None and value != "" and name in fields and not fields[name][0](value):
            yield _at(f"{where()}, {name}", str(fields[name][1]))


def _unknown_type(where: Callable[[], str], kind: str) -> Iterator[str]:
    if kind and kind not in TYPES and not _OWN_TYPE.fullmatch(kind):
        sentence = _("“%(kind)s” is none of: %(kinds)s.")
        kinds = ", ".join((*TYPES, "ext:…"))
        yield _at(f"{where()}, associationType", sentence % {"kind": kind[:80], "kinds": kinds})


def _missing() -> str:
    return str(_("This is missing."))


def _at(where: str, sentence: str) -> str:
    return f"{where}: {sentence}"

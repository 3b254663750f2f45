"""The layout of SFIA's own workbook: sheets of skills and attributes, with a column for each of seven levels.

The words are SFIA's and licensed to whoever brings the file; nothing of them is part of Setsquare.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.exchange.reading import Misfit, Said, line_of, rows_below

RANKS = range(1, 8)
_LEVELS = tuple(f"level {rank} description" for rank in RANKS)
HEADS = frozenset(_LEVELS)
"""Headings by which the layout is known."""
_SKILL = ("skill", "name", "skill name")
_ATTRIBUTE = ("attribute", "name", "business skill / behavioural factor", "factor")
_SUBCATEGORY = ("subcategory", "sub-category")
_DESCRIPTION = ("overall description", "description")
_PHRASE = ("guiding phrase", "name")
_ESSENCE = ("essence of the level", "essence", "description")
_OF_LEVELS = tuple((name,) for name in _LEVELS)
_OF_SKILLS = (("code",), _SKILL, ("category",), _SUBCATEGORY, _DESCRIPTION, *_OF_LEVELS)
Lines = Sequence[tuple[int, Sequence[Any]]]


def read(sheets: Mapping[str, Lines]) -> Said:
    """Return what the sheets say: skills, attributes, and the levels of responsibility where there is such a sheet.

    Raises Misfit where a sheet lacks a column, or a skill its code or name.
    """
    said = Said()
    wrong: list[str] = []
    guiding: dict[str, tuple[str, str]] = {}
    for name, lines in sheets.items():
        lowered = name.lower()
        try:
            if "attribute" in lowered or "factor" in lowered or "behaviour" in lowered:
                wrong += _attributes(said, name, lines)
            elif "level" in lowered and "skill" not in lowered:
                guiding |= _guiding(name, lines)
            else:
                wrong += _skills(said, name, lines)
        except Misfit as misfit:
            wrong += misfit.reasons
    if wrong:
        raise Misfit(wrong)
    if not said.items:
        raise Misfit([_("There is no skill with a description at a level.")])
    for rank in RANKS:
        phrase, essence = guiding.get(str(rank), ("", ""))
        name = phrase or str(_("Level %(rank)s") % {"rank": rank})
        said.add("scale", "", rank=rank, code=str(rank), name=name, text=essence)
    return said


def _skills(said: Said, sheet: str, lines: Lines) -> Iterable[str]:
    groups: set[str] = {item["code"] for item in said.items if item["kind"] == "group"}
    for line, row in rows_below(lines, HEADS, needed=_OF_SKILLS, within=sheet):
        where = f"{sheet}, {line_of(line)}"
        code, title = row.get("code", ""), _first(row, _SKILL)
        if not code or not title:
            yield _("%(where)s: a skill needs a code and a name.") % {"where": where}
            continue
        parent = ""
        for name in (row.get("category", ""), _first(row, _SUBCATEGORY)):
            if not name:
                continue
            group = f"{parent} / {name}" if parent else name
            if group not in groups:
                groups.add(group)
                said.add("items", where, code=group[:80], kind="group", title=name, parent=parent[:80])
            parent = group
        said.add(
            "items",
            where,
            code=code,
            kind="component",
            parent=parent[:80],
            title=title,
            text=_texts(row),
            levels=_levels(row),
        )


def _attributes(said: Said, sheet: str, lines: Lines) -> Iterable[str]:
    for line, row in rows_below(lines, HEADS, needed=(_ATTRIBUTE, *_OF_LEVELS), within=sheet):
        where, title = f"{sheet}, {line_of(line)}", _first(row, _ATTRIBUTE)
        code = row.get("code", title)
        if not title:
            yield _("%(where)s: an attribute needs a name.") % {"where": where}
            continue
        said.add("attributes", where, code=code, title=title, levels=_levels(row))


def _guiding(sheet: str, lines: Lines) -> dict[str, tuple[str, str]]:
    found, needed = {}, (("level",), _PHRASE, _ESSENCE)
    for _line, row in rows_below(lines, ("level", "guiding phrase"), needed=needed, within=sheet):
        rank = row.get("level", "").lower().removeprefix("level ").strip()
        found[rank] = (_first(row, _PHRASE), _first(row, _ESSENCE))
    return found


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _texts(row: Mapping[str, str]) -> str:
    parts = [_first(row, _DESCRIPTION), row.get("guidance notes", "")]
    return "\n\n".join(part for part in parts if part)


def _levels(row: Mapping[str, str]) -> list[dict[str, Any]]:
    told = {rank: row.get(name, "") for rank, name in zip(RANKS, _LEVELS, strict=True)}
    return [{"level": rank, "text": text} for rank, text in told.items() if text]

"""The layout of SFIA's own workbook: sheets of skills and attributes, with a column for each of seven levels.

The words are SFIA's and licensed to whoever brings the file; nothing of them is part of Setsquare.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.exchange.reading import Misfit, Said, line_of, rows_below

RANKS = range(1, 8)
HEADS = frozenset({"level 1 description", "level 4 description", "level 7 description"})
"""Headings by which the layout is known."""
_SKILL = ("skill", "name", "skill name")
_ATTRIBUTE = ("attribute", "name", "business skill / behavioural factor", "factor")
Lines = Sequence[tuple[int, Sequence[Any]]]


def read(sheets: Mapping[str, Lines]) -> Said:
    """Return what the sheets say: skills, attributes, and the levels of responsibility where there is such a sheet.

    Raises Misfit where a skill has no code or name.
    """
    said = Said()
    wrong: list[str] = []
    guiding: dict[str, tuple[str, str]] = {}
    for name, lines in sheets.items():
        lowered = name.lower()
        if "attribute" in lowered or "factor" in lowered or "behaviour" in lowered:
            wrong += _attributes(said, name, lines)
        elif "level" in lowered and "skill" not in lowered:
            guiding |= _guiding(lines)
        else:
            wrong += _skills(said, name, lines)
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
    for line, row in rows_below(lines, HEADS):
        where = f"{sheet}, {line_of(line)}"
        code, title = row.get("code", ""), _first(row, _SKILL)
        if not code or not title:
            yield _("%(where)s: a skill needs a code and a name.") % {"where": where}
            continue
        parent = ""
        for name in (row.get("category", ""), row.get("subcategory", row.get("sub-category", ""))):
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
    for line, row in rows_below(lines, HEADS):
        where, title = f"{sheet}, {line_of(line)}", _first(row, _ATTRIBUTE)
        code = row.get("code", title)
        if not title:
            yield _("%(where)s: an attribute needs a name.") % {"where": where}
            continue
        said.add("attributes", where, code=code, title=title, levels=_levels(row))


def _guiding(lines: Lines) -> dict[str, tuple[str, str]]:
    found = {}
    for _line, row in rows_below(lines, ("level", "guiding phrase")):
        rank = row.get("level", "").lower().removeprefix("level ").strip()
        essence = row.get("essence of the level", row.get("essence", row.get("description", "")))
        found[rank] = (row.get("guiding phrase", row.get("name", "")), essence)
    return found


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _texts(row: Mapping[str, str]) -> str:
    parts = [_first(row, ("overall description", "description")), row.get("guidance notes", "")]
    return "\n\n".join(part for part in parts if part)


def _levels(row: Mapping[str, str]) -> list[dict[str, Any]]:
    told = {rank: row.get(f"level {rank} description", "") for rank in RANKS}
    return [{"level": rank, "text": text} for rank, text in told.items() if text]

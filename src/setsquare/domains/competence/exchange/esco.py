"""ESCO's own files: skills, and where given skill groups and what is broader than what, each a CSV file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import TEXT
from setsquare.domains.competence.exchange.reading import (
    LINES_FOR_HEADS,
    Misfit,
    Said,
    line_of,
    plain_heads,
    rows_below,
)

HEADS = frozenset({"concepturi", "preferredlabel", "broaderuri"})
"""Headings by which the layout is known."""
_WRITTEN = {"concepturi": "conceptUri", "preferredlabel": "preferredLabel", "broaderuri": "broaderUri"}
_NEEDED = (("concepturi",), ("preferredlabel", "broaderuri"))
Lines = Sequence[tuple[int, Sequence[Any]]]


def read(files: Mapping[str, Lines]) -> Said:
    """Return what the files say. Raises Misfit where a file lacks a column or a row what it needs.

    So it does where a file has a concept twice, or a relation names what no file has.

    A skill that others stand below is a group; of several broader concepts the first counts. ESCO describes no levels.
    """
    concepts: dict[str, tuple[str, Mapping[str, str]]] = {}
    relations: list[tuple[str, str, str]] = []
    wrong: list[str] = []
    for name, lines in files.items():
        try:
            wrong += _gathered(name, lines, concepts, relations)
        except Misfit as misfit:
            wrong += misfit.reasons
    if wrong:
        raise Misfit(wrong)
    if not concepts:
        raise Misfit([_("There is no concept with a preferred label.")])
    groups_given = any("Group" in row.get("concepttype", "") for _where, row in concepts.values())
    return _said(concepts, _broader(concepts, relations, strict=groups_given))


def _gathered(
    name: str,
    lines: Lines,
    concepts: dict[str, tuple[str, Mapping[str, str]]],
    relations: list[tuple[str, str, str]],
) -> Iterator[str]:
    """Add what a file says to concepts or relations; yield what is wrong with its rows.

    Of a concept that several files have, as those of ESCO's collections do, the first counts.
    """
    relating = any("broaderuri" in plain_heads(cells) for _line, cells in lines[:LINES_FOR_HEADS])
    own, other = "concepturi", "broaderuri" if relating else "preferredlabel"
    here: set[str] = set()
    for line, row in rows_below(lines, HEADS, needed=_NEEDED, within=name):
        where = f"{name}, {line_of(line)}"
        if lacking := [_WRITTEN[head] for head in (own, other) if head not in row]:
            sentence = _("This has to be filled in.")
            yield f"{where}, {', '.join(lacking)}: {sentence}"
        elif relating:
            relations.append((where, row[own], row[other]))
        elif row[own] in here:
            sentence = _("The code “%(code)s” is used twice.") % {"code": row[own]}
            yield f"{where}: {sentence}"
        else:
            here.add(row[own])
            concepts.setdefault(row[own], (where, row))


def _broader(
    concepts: Mapping[str, Any], relations: Iterable[tuple[str, str, str]], *, strict: bool
) -> dict[str, str]:
    """Return what stands below what. Without the file of groups, relations to these lead nowhere and are left out."""
    found: dict[str, str] = {}
    wrong = []
    for where, uri, above in relations:
        if uri in concepts and above in concepts:
            found.setdefault(uri, above)
        elif strict or (uri not in concepts and above in concepts):
            missing = above if uri in concepts else uri
            wrong.append(_("%(where)s: there is no concept %(uri)s.") % {"where": where, "uri": missing})
    if wrong:
        raise Misfit(wrong)
    return found


def _said(concepts: Mapping[str, tuple[str, Mapping[str, str]]], broader: Mapping[str, str]) -> Said:
    said, above = Said(), set(broader.values())
    codes = {
        uri: row.get("code") or uri.rstrip("/").rpartition("/")[2] for uri, (_where, row) in concepts.items()
    }
    for uri, (where, row) in concepts.items():
        group = uri in above or "Group" in row.get("concepttype", "")
        said.add(
            "items",
            where,
            code=codes[uri][:80],
            kind="group" if group else "component",
            parent=codes[broader[uri]][:80] if uri in broader else "",
            title=row["preferredlabel"][:300],
            text=row.get("description", row.get("definition", ""))[:TEXT],
        )
    return said

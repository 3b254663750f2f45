"""What a file of a framework says, before it is known to fit: plain parts, each with where it stands in the file."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from setsquare.domains.competence.content import COMPONENT, MOST_ITEMS, MOST_LEVELS, Content, Level, faults
from setsquare.kernel.commands.complaints import sentence
from setsquare.kernel.importing.tables import text_of_cell
from setsquare.kernel.writing.limits import Unreadable
from setsquare.kernel.writing.sentences import quoted

MOST_ROWS = 20_000
MOST_BYTES = 30 * 1024 * 1024
LINES_FOR_HEADS = 20
"""Lines at the top among which headings are looked for."""
MOST_TOLD = 30
"""Rows of which a report tells what is wrong."""
PARTS = ("scale", "attributes", "items")


@dataclass
class Said:
    """Parts of a content as plain data, with where each stands: `Line 7`, `Item ab12`.

    A part that is None is not in the file.
    """

    scale: list[dict[str, Any]] | None = None
    attributes: list[dict[str, Any]] | None = None
    items: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=lambda: {part: [] for part in PARTS})

    def add(self, part: str, where: str, **told: Any) -> dict[str, Any]:
        """Note one level, attribute or item, and where it stands."""
        rows = getattr(self, part)
        if rows is None:
            rows = []
            setattr(self, part, rows)
        rows.append(told)
        self.places[part].append(where)
        return told


class Misfit(Exception):
    """The file cannot be taken; `reasons` tell why, each with where."""

    def __init__(self, reasons: Sequence[str]) -> None:
        told = [_printable(reason) for reason in reasons[:MOST_TOLD]]
        super().__init__(told[0])
        more = len(reasons) - MOST_TOLD
        self.reasons = told
        if more > 0:
            words = ngettext("%(n)s more row does not fit.", "%(n)s more rows do not fit.", more)
            self.reasons.append(words % {"n": more})


def _printable(reason: str) -> str:
    """Return a reason that repeats what a file says, without what no page or answer can hold: half a character."""
    return reason.encode("utf-8", "replace").decode()


def fitted(said: Said, scale: Sequence[Level] = ()) -> Content:
    """Return what a file says as a content; `scale` counts where it says none. Raises Misfit with all reasons.

    Where no component has levels, as in files of taxonomies, each has all levels of the scale.
    """
    levels = [level.model_dump() for level in scale] if said.scale is None else said.scale
    attributes, items = said.attributes or [], said.items
    components = [item for item in items if item.get("kind", COMPONENT) == COMPONENT]
    fits = len(levels) <= MOST_LEVELS and len(items) <= MOST_ITEMS
    if fits and components and not describes_levels(said):
        every = [{"level": level["rank"]} for level in levels]
        items = [
            {**item, "levels": every} if item.get("kind", COMPONENT) == COMPONENT else item for item in items
        ]
    data = {"scale": levels, "attributes": attributes, "items": items}
    try:
        content = Content.model_validate(data)
    except ValidationError as wrong:
        reasons = [(detail["loc"], str(sentence(detail))) for detail in wrong.errors(include_url=False)]
        raise Misfit([_at(said, ".".join(map(str, place)), why) for place, why in reasons]) from wrong
    if found := faults(content):
        raise Misfit([_at(said, place, why) for place, why in found.items()])
    return content


def describes_levels(said: Said) -> bool:
    """Return whether a file says of any component what a level means for it."""
    return any(item.get("levels") for item in said.items if item.get("kind", COMPONENT) == COMPONENT)


def _at(said: Said, place: str, why: str) -> str:
    part, _dot, rest = place.partition(".")
    number, _dot, inner = rest.partition(".")
    places = said.places.get(part, [])
    where = places[int(number)] if number.isdigit() and int(number) < len(places) else ""
    column = _NAMES.get(inner.partition(".")[0], "") if inner else ""
    name = quoted(column) if column else ""
    told = f"{where}, {name}" if where and name else where or name
    return f"{told}: {why}" if told else why


_NAMES = {
    "code": "code",
    "title": "title",
    "name": "title",
    "text": "text",
    "parent": "parent",
    "kind": "kind",
}
"""What columns are called in every layout."""


def plain_heads(cells: Iterable[Any]) -> list[str]:
    """Return headings in their plain form: small letters, single spaces."""
    return [" ".join(text_of_cell(cell).lower().replace("_", " ").split()) for cell in cells]


def rows_below(
    lines: Iterable[tuple[int, Sequence[Any]]],
    known: Collection[str],
    *,
    further: re.Pattern[str] | None = None,
    needed: Iterable[Sequence[str]] = (),
    within: str = "",
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows of a table by plain heading, with their lines; the head is the first line that has one of `known`.

    Of a heading that stands twice the first column counts. With `further`, a heading that is neither known nor such
    raises Misfit, as does one that is `needed` (each may be written in several ways) and missing; `within` says of
    which file or sheet. Raises Unreadable where there are too many rows.
    """
    wanted = set(known)
    head: list[str] = []
    count = 0
    for line, cells in lines:
        texts = [text_of_cell(cell) for cell in cells]
        if not any(texts):
            continue
        if not head:
            plain = plain_heads(cells)
            if wanted & set(plain):
                head = plain
                reasons = _unknown(line, head, known, further) if further is not None else []
                if reasons := reasons + _lacking(line, head, needed, within):
                    raise Misfit(reasons)
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(_("There are more than %(most)s rows.") % {"most": MOST_ROWS})
        row: dict[str, str] = {}
        for name, text in zip(head, texts, strict=False):
            if name and text:
                row.setdefault(name, text)
        yield line, row


def _lacking(line: int, head: Sequence[str], needed: Iterable[Sequence[str]], within: str) -> list[str]:
    sentence = _("There is no column “%(name)s”; there are: %(names)s.")
    where = f"{within}, {line_of(line)}" if within else line_of(line)
    names = ", ".join(name for name in dict.fromkeys(head) if name)
    return [
        f"{where}: {sentence % {'name': ways[0], 'names': names}}"
        for ways in needed
        if set(ways).isdisjoint(head)
    ]


def _unknown(line: int, head: Iterable[str], known: Collection[str], further: re.Pattern[str]) -> list[str]:
    sentence = _("There is no column “%(name)s”; there are: %(names)s.")
    names = ", ".join((*known, "level 1", "level 2", "…"))
    return [
        f"{line_of(line)}: {sentence % {'name': name, 'names': names}}"
        for name in head
        if name and name not in known and not further.fullmatch(name)
    ]


def line_of(line: int) -> str:
    """Return how a row is named in a report."""
    return str(_("Line %(line)s") % {"line": line})

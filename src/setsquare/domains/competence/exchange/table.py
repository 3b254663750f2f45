"""A framework as one table: a row for each level, attribute, group and component, a column for each level's text.

It is written as .xlsx and .csv and read again without loss. In a column of a level, lines that begin with a dash are
indicators, and a lone x says that the level counts without words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import SAID_BY_A_MARK, Content, Descriptor
from setsquare.domains.competence.exchange.reading import Misfit, Said, line_of, rows_below
from setsquare.kernel.representation.tables import DANGEROUS, csv_rows
from setsquare.kernel.representation.workbooks import xlsx_parts

COLUMNS = ("code", "parent", "kind", "title", "text")
_NEEDED = (("code",), ("title",))
KINDS = ("level", "attribute", "group", "component")
_LEVEL = re.compile(r"level (\d{1,2})")


def written(content: Content, form: str, title: str) -> bytes:
    """Return a content as a table, `xlsx` or `csv`."""
    ranks = [level.rank for level in content.scale]
    head = [*COLUMNS, *(f"level {rank}" for rank in ranks)]
    rows = _rows(content, ranks)
    if form == "csv":
        return "".join(csv_rows(head, ([_kept(text) for text in row] for row in rows))).encode()
    return b"".join(xlsx_parts(title, head, rows))


def _rows(content: Content, ranks: Sequence[int]) -> Iterator[Sequence[str]]:
    for level in content.scale:
        yield (level.code, "", "level", level.name, level.text)
    for one in content.attributes:
        yield (one.code, "", "attribute", one.title, "", *_cells(one.levels, ranks))
    for item, _depth in content.walk():
        yield (item.code, item.parent, item.kind, item.title, item.text, *_cells(item.levels, ranks))


def _cells(levels: Iterable[Descriptor], ranks: Sequence[int]) -> list[str]:
    by_rank = {one.level: one for one in levels}
    return [_cell(by_rank[rank]) if rank in by_rank else "" for rank in ranks]


def _cell(one: Descriptor) -> str:
    lines = [one.text, *(f"- {indicator}" for indicator in one.indicators)]
    return "\n".join(line for line in lines if line) or SAID_BY_A_MARK


def read(lines: Iterable[tuple[int, Sequence[Any]]], *, separated: bool) -> Said:
    """Return what a table says; `separated`: of a CSV file, in which a formula's beginning has an apostrophe before it.

    Raises Misfit with a reason for each row that does not fit.
    """
    said, wrong = Said(), []
    for line, told in rows_below(lines, COLUMNS, further=_LEVEL, needed=_NEEDED):
        row = {name: _bare(text) for name, text in told.items()} if separated else told
        where, kind = line_of(line), row.get("kind", "component").lower()
        if kind not in KINDS:
            sentence = _("“%(kind)s” is none of: %(kinds)s.")
            wrong.append(f"{where}, kind: {sentence % {'kind': row['kind'], 'kinds': ', '.join(KINDS)}}")
            continue
        _add(said, where, kind, row)
    if wrong:
        raise Misfit(wrong)
    if not said.items:
        raise Misfit([_("There is no row with a group or component.")])
    return said


def _add(said: Said, where: str, kind: str, row: Mapping[str, str]) -> None:
    code, title = row.get("code", ""), row.get("title", "")
    if kind == "level":
        rank = len(said.scale or ()) + 1
        said.add("scale", where, rank=rank, code=code, name=title, text=row.get("text", ""))
        return
    levels = [
        {"level": int(found[1]), "text": text}
        for name, text in row.items()
        if (found := _LEVEL.fullmatch(name))
    ]
    if kind == "attribute":
        said.add("attributes", where, code=code, title=title, levels=levels)
        return
    more = {"parent": row.get("parent", ""), "text": row.get("text", ""), "levels": levels}
    said.add("items", where, code=code, kind=kind, title=title, **more)


def _kept(text: str) -> str:
    """Return a cell that gets back its own apostrophe when it is read again."""
    return f"'{text}" if _marked(text) else text


def _bare(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:].strip() if _marked(text) else text


def _marked(text: str) -> bool:
    return text.startswith("'") and text.lstrip("' ").startswith(DANGEROUS)

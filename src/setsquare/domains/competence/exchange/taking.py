"""Reading the files that somebody brings, whatever layout they have: it is known by what they hold."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from setsquare.domains.competence.exchange import case, esco, sfia, table
from setsquare.domains.competence.exchange.reading import (
    LINES_FOR_HEADS,
    MOST_BYTES,
    MOST_ROWS,
    Misfit,
    Said,
    plain_heads,
)
from setsquare.kernel.files.models import Blob
from setsquare.kernel.files.store import read
from setsquare.kernel.importing.tables import ZIP, lines_in, sheets_in
from setsquare.kernel.writing.limits import Unreadable

Lines = Sequence[tuple[int, Sequence[Any]]]


def brought(files: tuple[tuple[str, str], ...]) -> Said:
    """Return what uploaded files, by digest and name, say together. Raises Misfit with the reasons."""
    said = _brought(files, get_language())
    if isinstance(said, Misfit):
        raise said
    return said


@lru_cache(maxsize=4)
def _brought(files: tuple[tuple[str, str], ...], _language: str | None) -> Said | Misfit:
    """Read files by digest and name, once for the checks before a transaction and for what is done in it.

    What is wrong with them, and what a level without a name is called, is said in a language.
    """
    blobs = Blob.objects.in_bulk([digest for digest, _name in files])
    if sum(blob.size for blob in blobs.values()) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        return Misfit([_("This is more than %(most)s MB; bring in a part of it.") % {"most": most}])
    try:
        return said_by({name: read(blobs[digest]) for digest, name in files})
    except Unreadable as refused:
        return Misfit([refused.sentence])
    except Misfit as misfit:
        return misfit


def said_by(files: Mapping[str, bytes]) -> Said:
    """Return what files say, by name. Raises Misfit or Unreadable."""
    if len(files) == 1:
        [(name, data)] = files.items()
        if not data.startswith(ZIP) and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
            return case.read(_json(data))
        sheets = sheets_in(data, most=MOST_ROWS) if data.startswith(ZIP) else {name: _lines(data)}
        if any(_has(lines, sfia.HEADS) for lines in sheets.values()):
            return sfia.read(sheets)
        if not _has(next(iter(sheets.values())), esco.HEADS):
            return table.read(next(iter(sheets.values())), separated=not data.startswith(ZIP))
    tables = {name: _lines(data) for name, data in files.items()}
    if not all(_has(lines, esco.HEADS) for lines in tables.values()):
        raise Misfit([_("Bring in one file at a time; only the files of ESCO belong together.")])
    return esco.read(tables)


def _lines(data: bytes) -> Lines:
    return list(islice(lines_in(data, most=MOST_ROWS), MOST_ROWS + LINES_FOR_HEADS))


def _has(lines: Lines, heads: frozenset[str]) -> bool:
    return any(heads & set(plain_heads(cells)) for _line, cells in lines[:LINES_FOR_HEADS])


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("This is not JSON: %(why)s.") % {"why": error}) from None

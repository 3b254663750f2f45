"""Finding records by their words: ranked, with snippets, and never one that the person may not see.

A common word matches a great part of a large register, and ranking all of it would take long. So matches are read
newest first in windows; a word that fills a window is ranked within it, and the answer says that it is approximate.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.database.statements import stand_in
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things, visible_to
from setsquare.kernel.writing.words import Question, fold

WINDOW = 400
"""Matches that are ranked together."""
FEW = 50
"""Of which the first are looked at before the rest."""
MOST_WINDOWS = 12
"""Windows that are read for a person who may see few of the matches."""
SNIPPET = 220
"""Characters of a snippet."""
LOOKED_AT = 60_000
"""Characters of a body in which a snippet is looked for."""
APART = re.compile(r"\s*\n\s*\n\s*|(?<=[.!?])\s*\n\s*")
"""What stands between two parts of a body, such as two fields or paragraphs; other line breaks may be within one."""

SQLITE_NEWEST = """
SELECT rowid FROM search_text WHERE search_text MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s
"""
SQLITE_RANKED = """
SELECT rowid, bm25(search_text, 12.0, 6.0, 1.0) FROM search_text WHERE search_text MATCH %s AND rowid < %s
"""
POSTGRESQL_NEWEST = """
SELECT record_id FROM search_text WHERE vector @@ to_tsquery('simple', %s) AND record_id < %s
ORDER BY record_id DESC LIMIT %s
"""
POSTGRESQL_TITLED = """
SELECT record_id FROM search_text WHERE ts_filter(vector, '{a}') @@ to_tsquery('simple', %s) AND record_id < %s
ORDER BY record_id DESC LIMIT %s
"""
POSTGRESQL_RANKED = """
SELECT record_id, -ts_rank('{0.02,0.1,0.4,1.0}', vector, to_tsquery('simple', %s), 1) FROM search_text
WHERE vector @@ to_tsquery('simple', %s) AND record_id < %s
"""
END = 2**62
_NUMBER = re.compile(r"(?=.*\d)[\w.-]+(?:/\d+)?")
"""What may be the number of a record, such as `SOP-009/3`."""


@dataclass(frozen=True)
class Hit:
    """A record that was found, with the words marked."""

    record: Record
    title_html: SafeString
    snippet_html: SafeString


@dataclass(frozen=True)
class Found:
    """What a search found. `approximate`: ranked within the newest matches; `more`: there are further ones."""

    hits: list[Hit]
    approximate: bool
    more: bool


def search(user: User, text: str, *, types: Sequence[str] = (), limit: int = 25) -> Found:
    """Return the records that `user` may see and that hold every word of `text`, the best first.

    Words may be phrases in quotes; a word after a minus sign must not occur; the last word may be unfinished.
    A record whose number is `text` comes first.
    """
    question = Question.parse(text)
    if not question:
        return Found([], approximate=False, more=False)
    found = named = _named(user, text.strip(), tuple(types))
    before, capped = END, False
    for _ in range(MOST_WINDOWS):
        newest = _newest(question, before)
        if not newest:
            break
        full = len(newest) == WINDOW
        capped = capped or full
        ranked = _in_title_first(question, before, newest) if full else _ranked(question, before)
        for part in (ranked[:FEW], ranked[FEW:]):
            if part and len(found) <= limit:
                found = found + [key for key in _visible(user, part, tuple(types)) if key not in named]
        if len(found) > limit or not full:
            break
        before = newest[-1]
    records = Record.objects.select_related("owner", "unit").in_bulk(found[:limit])
    shown = [records[key] for key in found[:limit] if key in records]
    reckon(shown)
    return Found(_hits(shown, question), approximate=capped, more=len(found) > limit)


def _named(user: User, text: str, types: tuple[str, ...]) -> list[int]:
    """Return the record whose number was asked for, even one that is not found by its words, as a revision is."""
    if not _NUMBER.fullmatch(text):
        return []
    seen = visible_to(user, types=types or None)
    return list(seen.filter(number__in={text, text.upper()}).values_list("pk", flat=True)[:2])


def _visible(user: User, ids: Sequence[int], types: tuple[str, ...]) -> list[int]:
    """Return those of `ids` whose records of these types `user` may see, in their order."""
    size = FEW if len(ids) <= FEW else WINDOW
    types = types or tuple(thing.code for thing in all_things())
    places = {str(place): ids[min(place, len(ids) - 1)] for place in range(size)}
    seen = {key for (key,) in _seen_of(types, size).rows(user, **places)}
    return [key for key in ids if key in seen]


@lru_cache(maxsize=200)
def _seen_of(types: tuple[str, ...], size: int) -> Asked[Record]:
    """Return the query for those of `size` records that a person may see, compiled once."""
    stands_for = [stand_in(10 + place) for place in range(size)]

    def visible(user: User, _now: dt.datetime) -> QuerySet[Record, Any]:
        seen = visible_to(user, searchable=True, types=types)
        return seen.filter(pk__in=stands_for).values_list("pk")

    return Asked(visible, lambda: {value: str(place) for place, value in enumerate(stands_for)})


def _column(sql: str, values: Sequence[str | int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _newest(question: Question, before: int) -> list[int]:
    if connection.vendor == "sqlite":
        return _column(SQLITE_NEWEST, [question.for_sqlite(), before, WINDOW])
    return _column(POSTGRESQL_NEWEST, [question.for_postgresql(), before, WINDOW])


def _ranked(question: Question, before: int) -> list[int]:
    """Return all matches, the best first; used where they are fewer than a window."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE_RANKED, [question.for_sqlite(), before])
        else:
            asked = question.for_postgresql()
            cursor.execute(POSTGRESQL_RANKED, [asked, asked, before])
        rows = cursor.fetchall()
    return [key for key, _ in sorted(rows, key=lambda row: (row[1], -row[0]))]


def _in_title_first(question: Question, before: int, newest: list[int]) -> list[int]:
    """Return a window of matches: those that hold the words in number or title first, then by newness."""
    if connection.vendor == "sqlite":
        titled = _column(SQLITE_NEWEST, [f"head : ({question.for_sqlite()})", before, WINDOW])
    else:
        titled = _column(POSTGRESQL_TITLED, [question.for_postgresql(), before, WINDOW])
    first = set(titled)
    return titled + [key for key in newest if key not in first]


def _bodies(records: Sequence[Record]) -> dict[int, str]:
    keys = [record.pk for record in records]
    if not keys:
        return {}
    name = "rowid" if connection.vendor == "sqlite" else "record_id"
    places = ", ".join(["%s"] * len(keys))
    sql = f"SELECT {name}, substr(body, 1, {LOOKED_AT}) FROM search_text WHERE {name} IN ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, keys)
        return dict(cursor.fetchall())


def _hits(records: Sequence[Record], question: Question) -> list[Hit]:
    bodies = _bodies(records)
    pattern = _pattern(question.plain_words)
    return [
        Hit(record, marked(record.told, pattern), snippet(bodies.get(record.pk, ""), pattern))
        for record in records
    ]


def _pattern(wanted: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(set(wanted), key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(" + "|".join(map(re.escape, longest_first)) + r")", re.UNICODE)


def _folded_alike(text: str) -> str:
    """Return the text folded so that each character keeps its place."""
    if text.isascii():
        return text.lower()
    return "".join((fold(c) or " ")[0] for c in text)


def marked(text: str, pattern: re.Pattern[str]) -> SafeString:
    """Return `text` as HTML with the matches of `pattern` in `<mark>`."""
    out, end = [], 0
    for match in pattern.finditer(_folded_alike(text)):
        out += [
            escape(text[end : match.start()]),
            "<mark>",
            escape(text[match.start() : match.end()]),
            "</mark>",
        ]
        end = match.end()
    out.append(escape(text[end:]))
    return mark_safe("".join(out))  # noqa: S308  every part was escaped


def snippet(body: str, pattern: re.Pattern[str]) -> SafeString:
    """Return what stands around the first match in a body, as HTML: its parts set apart, the matches marked."""
    match = pattern.search(_folded_alike(body))
    start = max(0, match.start() - SNIPPET // 3) if match else 0
    if start:
        start = body.find(" ", start, start + 30) + 1 or start
    parts = APART.split(body[start : start + SNIPPET].strip())
    cut = " · ".join(" ".join(part.split()) for part in parts)
    dots = "… " if start else ""
    more = " …" if start + SNIPPET < len(body) else ""
    return mark_safe(dots + marked(cut, pattern) + more)  # noqa: S308  dots are ours

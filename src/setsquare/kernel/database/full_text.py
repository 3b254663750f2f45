"""The full-text table, asked the same way on both databases: which rows hold every word of a question."""

from django.db import connection
from django.db.models.expressions import RawSQL

from setsquare.kernel.writing.words import Question

MOST_CANDIDATES = 20_000
"""A common word is followed up to so many records, the newest first; beyond that a result is approximate."""

_SQLITE = "SELECT rowid FROM search_text WHERE search_text MATCH %s ORDER BY rowid DESC LIMIT %s"
_POSTGRESQL = "SELECT record_id FROM search_text WHERE vector @@ to_tsquery('simple', %s) LIMIT %s"
_SQLITE_NUMBER = "SELECT id FROM records_record WHERE number >= %s AND number < %s"
_POSTGRESQL_NUMBER = "SELECT id FROM records_record WHERE number LIKE %s"
"""A comparison of ranges would follow the collation there, which skips hyphens."""


def matching(query: str) -> RawSQL:
    """Return the ids of the records that hold every word of `query` (the last word may be unfinished).

    A query of one word is compared with the beginning of record numbers too. To be used as
    `Record.objects.filter(pk__in=matching(query))`.
    """
    question = Question.parse(query)
    if not question:
        return RawSQL("SELECT id FROM records_record WHERE 1 = 0", [])
    on_sqlite = connection.vendor == "sqlite"
    if on_sqlite:
        statement, asked = f"SELECT rowid FROM ({_SQLITE})", question.for_sqlite()  # noqa: S608 - constants
    else:
        statement, asked = f"({_POSTGRESQL})", question.for_postgresql()
    values: list[str | int] = [asked, MOST_CANDIDATES]
    number = query.strip().upper()
    if " " not in number and "\x00" not in number:
        statement += f" UNION {_SQLITE_NUMBER if on_sqlite else _POSTGRESQL_NUMBER}"
        values += [number, number + "\U0010ffff"] if on_sqlite else [_begins_with(number)]
    return RawSQL(statement, values)  # noqa: S611 - the question's words are parameters


def _begins_with(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

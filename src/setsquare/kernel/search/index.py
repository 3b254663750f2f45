"""Writing the full-text index: FTS5 on SQLite, a weighted tsvector on PostgreSQL."""

from django.db import connection

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import SearchText
from setsquare.kernel.writing.words import words

SQLITE_FORGET = "DELETE FROM search_text WHERE rowid = %s"
SQLITE_KEEP = "INSERT INTO search_text (rowid, head, keywords, body) VALUES (%s, %s, %s, %s)"
POSTGRESQL_FORGET = "DELETE FROM search_text WHERE record_id = %s"
POSTGRESQL_KEEP = """
INSERT INTO search_text (record_id, body, vector) VALUES (%s, %s,
  setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B') ||
  setweight(to_tsvector('simple', %s), 'D'))
"""
SQLITE_IS_KEPT = "SELECT head = %s AND body = %s FROM search_text WHERE rowid = %s"
POSTGRESQL_IS_KEPT = """
SELECT strip(ts_filter(vector, '{a,d}')) = strip(to_tsvector('simple', %s)) AND body = %s
FROM search_text WHERE record_id = %s
"""
LONGEST = 300_000
"""Characters of a body that are indexed; a tsvector holds at most a megabyte."""


def index(record: Record, text: SearchText) -> None:
    """Make a record found by its number, title, keywords and body, in the transaction that changed it."""
    head, body = _parts(record, text)
    forget(record)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE_KEEP, [record.pk, _folded(head), _folded(text.keywords), body])
        else:
            folded = [_folded(part) for part in (head, text.keywords, body)]
            cursor.execute(POSTGRESQL_KEEP, [record.pk, body, *folded])


def is_indexed(record: Record, text: SearchText) -> bool:
    """Tell whether the index has a record's number, title and body; what its keywords name may be renamed since."""
    head, body = _parts(record, text)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE_IS_KEPT, [_folded(head), body, record.pk])
        else:
            cursor.execute(POSTGRESQL_IS_KEPT, [f"{_folded(head)} {_folded(body)}", body, record.pk])
        found = cursor.fetchone()
    return found is not None and bool(found[0])


def _parts(record: Record, text: SearchText) -> tuple[str, str]:
    return f"{record.number} {text.title}", text.body[:LONGEST].replace("\x00", " ")


def _folded(part: str) -> str:
    return " ".join(words(part))


def forget(record: Record) -> None:
    """Take a record out of the index."""
    with connection.cursor() as cursor:
        cursor.execute(SQLITE_FORGET if connection.vendor == "sqlite" else POSTGRESQL_FORGET, [record.pk])

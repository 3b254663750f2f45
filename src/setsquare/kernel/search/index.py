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
LONGEST = 300_000
"""Characters of a body that are indexed; a tsvector holds at most a megabyte."""


def index(record: Record, text: SearchText) -> None:
    """Make a record found by its number, title, keywords and body, in the transaction that changed it."""
    body = text.body[:LONGEST].replace("\x00", " ")
    head = f"{record.number} {text.title}"
    forget(record)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            folded = [" ".join(words(part)) for part in (head, text.keywords)]
            cursor.execute(SQLITE_KEEP, [record.pk, *folded, body])
        else:
            folded = [" ".join(words(part)) for part in (head, text.keywords, body)]
            cursor.execute(POSTGRESQL_KEEP, [record.pk, body, *folded])


def forget(record: Record) -> None:
    """Take a record out of the index."""
    with connection.cursor() as cursor:
        cursor.execute(SQLITE_FORGET if connection.vendor == "sqlite" else POSTGRESQL_FORGET, [record.pk])

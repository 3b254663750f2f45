"""The full-text index, made by hand since it differs between the databases."""

from typing import Any, ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE VIRTUAL TABLE search_text USING fts5(
  head, keywords, body, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
)
"""
POSTGRESQL = """
CREATE TABLE search_text (
  record_id bigint PRIMARY KEY REFERENCES records_record (id),
  body text NOT NULL,
  vector tsvector NOT NULL
);
CREATE INDEX search_text_vector ON search_text USING gin (vector);
CREATE INDEX search_text_head ON search_text USING gin (ts_filter(vector, '{a}'));
"""


def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index."""
    editor.execute(SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL)


def backwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index."""
    editor.execute("DROP TABLE search_text")


class Migration(migrations.Migration):
    """Creates the index beside the records."""

    dependencies: ClassVar = [("records", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(forwards, backwards)]

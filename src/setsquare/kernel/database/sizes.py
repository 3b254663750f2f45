"""Telling the database how its tables have grown, by which it chooses its ways.

PostgreSQL looks by itself. SQLite does not: without this it takes a new index, or a table that has grown, for what it
is not, and a page may take a hundred times as long.
"""

from django.db import connection

SAMPLE = 1000
"""Rows of an index that are looked at; half a second at a million records."""


def look_at_sizes() -> None:
    """Have SQLite look at its tables; connections that are open by then go by what they knew."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {SAMPLE}")
        cursor.execute("ANALYZE")

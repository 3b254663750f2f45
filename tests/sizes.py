"""Letting the database know how large its tables are, as it does of itself, though not within a test's transaction."""

from django.db import connection


def look_at_sizes() -> None:
    """Have the database look at its tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

"""Which transactions are writing a table at this moment."""

from django.db import connection


def writers_of(table: str) -> frozenset[str]:
    """Return names of the transactions, other than this one, that hold a writer's lock on `table`.

    On PostgreSQL a transaction has this lock before it draws the first id from the table's sequence, and keeps it
    until after its rows can be seen. On SQLite one transaction writes at a time, so inside a writing one is no other.
    """
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted "
            "AND pid IS DISTINCT FROM pg_backend_pid()",
            [table],
        )
        return frozenset(row[0] for row in cursor.fetchall())

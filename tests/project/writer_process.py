"""One of several processes that write to the same SQLite file: `writer_process.py <file> <how often>`.

Each turn reads a number and writes one more, and notes the ticket under which it was made.
"""

import sys

import django
from django.conf import settings
from django.db import connection, transaction

from setsquare.project.database_url import parse


def main() -> None:
    settings.configure(DATABASES={"default": parse(f"sqlite:///{sys.argv[1]}").settings()})
    django.setup()
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT value FROM number")
            value = cursor.fetchone()[0]
            cursor.execute("UPDATE number SET value = %s", [value + 1])
            cursor.execute("INSERT INTO turn (ticket) VALUES (%s)", [connection.ticket])
        with connection.cursor() as cursor:  # outside a transaction it queues as well
            cursor.execute("UPDATE number SET single = single + 1")


main()

"""What the clock does for the installation as a whole."""

import pytest
from django.db import connection

from setsquare.kernel.accounts.models import Unit
from setsquare.project.upkeep import look_at_database


@pytest.mark.once
def test_sqlite_is_told_how_its_tables_have_grown(db: None):
    Unit.objects.bulk_create(Unit(code=f"U{n}", name=f"Unit {n}") for n in range(40))

    look_at_database()

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE tbl = 'accounts_unit'")
        assert (Unit.objects.count(),) in cursor.fetchall()

"""Days in the addresses of the trail and of a record's history."""

import pytest
from django.test import Client

from tests.web.conftest import House

EDGES = [
    "from=0001-01-01",
    "to=0001-01-01",
    "from=9999-12-31",
    "to=9999-12-31",
    "from=1899-12-31",
    "to=2200-01-01",
    "to=soon",
]


def _length(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return len(answer.getvalue().decode().splitlines())


@pytest.mark.parametrize("days", EDGES)
def test_a_day_that_cannot_be_meant_narrows_nothing(anna: Client, house: House, days: str) -> None:
    note = house.note("Of today")
    anna.force_login(house.rosa)
    for place in ("/trail/", f"/web-notes/{note.number}/history/"):
        assert anna.get(f"{place}?{days}").status_code == 200
        for form in ("csv", "json"):
            export = f"{place}export/{form}"
            assert _length(anna, f"{export}?{days}") == _length(anna, export) > 1


def test_days_narrow_what_is_exported(anna: Client, house: House) -> None:
    note = house.note("Of today")
    day = note.trail.get().at.date().replace(day=1)
    anna.force_login(house.rosa)
    for place in ("/trail/", f"/web-notes/{note.number}/history/"):
        export = f"{place}export/csv"
        whole = _length(anna, export)
        assert _length(anna, f"{export}?from={day.replace(year=1900)}&to=2199-12-31") == whole
        assert _length(anna, f"{export}?to={day.replace(year=day.year - 1)}") == 1
        assert _length(anna, f"{export}?from={day.replace(year=day.year + 1)}") == 1

"""A record found by its number alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import find


def test_what_is_hidden_is_asked_for_like_what_is_not_there(house):
    note = house.note()
    asked = []
    for number in (note.number, "N-999"):
        with CaptureQueriesContext(connection) as captured, pytest.raises(Record.DoesNotExist):
            find(house.other, number)
        asked.append(len(captured))

    assert asked == [1, 1]
    with CaptureQueriesContext(connection) as captured:
        found = find(house.writer, note.number)
        assert (found, found.owner, found.unit) == (note, house.writer, house.berlin)
    assert len(captured) == 1

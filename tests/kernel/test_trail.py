"""The trail: complete, in order, and beyond the reach of any later hand."""

import pytest
from django.db import DatabaseError, connection, transaction

from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Change, as_of, history, since


def test_history_tells_what_changed_newest_first(house):
    record = house.note()
    house.do("rename", record, body={"title": "Second"})
    house.do("remark", record)

    told = [(p.entry.seq, p.entry.command, p.changes) for p in history(record)]
    assert told[:2] == [
        (3, "remark", ()),
        (2, "rename", (Change("title", "First", "Second"),)),
    ]
    assert (told[2][0], told[2][1]) == (1, "create")
    assert Change("title", None, "First") in told[2][2]


def test_who_when_and_by_which_way(house):
    entry = history(house.note())[0].entry
    assert (entry.actor, entry.channel, entry.request) == (house.writer, "web", "request-1")


def test_a_record_is_shown_as_of_any_time(house):
    record = house.note()
    first = Entry.objects.get()
    house.do("rename", record, body={"title": "Second"})
    second = Entry.objects.get(seq=2)

    assert as_of(record, first.at).values["title"] == "First"
    assert as_of(record, second.at).values["title"] == "Second"
    assert as_of(record, first.at.replace(year=2000)) is None


def test_since_tells_only_what_came_later(house):
    record = house.note()
    house.do("rename", record, body={"title": "Second"})
    house.do("rename", record, body={"title": "Third"})
    assert [p.changes for p in since(record, 2)] == [(Change("title", "Second", "Third"),)]


def test_time_never_runs_backwards_within_a_record(house):
    record = house.note()
    later = Entry.objects.get().at.replace(year=2100)
    Record.objects.filter(pk=record.pk).update(changed=later)
    house.do("rename", record, body={"title": "Second"})
    assert Entry.objects.get(seq=2).at == later


STATEMENTS = [
    "UPDATE trail_entry SET reason = 'another'",
    "DELETE FROM trail_entry",
]
ON_SQLITE = ["INSERT OR REPLACE INTO trail_entry SELECT * FROM trail_entry"]
ON_POSTGRESQL = ["TRUNCATE trail_entry CASCADE"]


def test_the_database_refuses_to_change_the_trail(house):
    house.note()
    before = list(Entry.objects.values())
    if connection.vendor == "postgresql":  # which truncates no table with checks that are put off
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in STATEMENTS + (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
    assert list(Entry.objects.values()) == before

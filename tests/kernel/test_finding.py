"""A record found by its number alone, and all that input names."""

from typing import Annotated

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydantic import Field

from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown, UnitRef, parse
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
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


class Chosen(Body):
    """Whatever a command can name."""

    people: Annotated[list[Person], Field(max_length=40), Shown("People")] = []
    records: Annotated[list[RecordRef] | None, Shown("Records")] = None
    units: Annotated[list[UnitRef], Shown("Units")] = []


class Rows(Body):
    """The same in rows."""

    rows: Annotated[list[Chosen], Shown("Rows")]


def refused(house, body: dict) -> tuple[dict, int]:
    with CaptureQueriesContext(connection) as captured, pytest.raises(Refused) as why:
        parse(Rows, body, Actor(house.writer))
    return dict(why.value.fields), len(captured)


def test_what_input_names_is_looked_up_at_once_however_much_it_is(house):
    notes = [house.note().number for _ in range(12)]
    costs = []
    for much in (3, 12):
        given = {"people": ["Anna"] * much, "records": notes[:much], "units": ["BER"] * much}
        with CaptureQueriesContext(connection) as captured:
            read = parse(Rows, {"rows": [given, given]}, Actor(house.writer))
        costs.append(len(captured))
        assert [one.number for one in read.rows[1].records or []] == notes[:much]
        assert {one.username for one in read.rows[0].people} == {"anna"}
    assert costs == [3, 3]

    wrong = {"people": ["anna", "nobody"], "records": [*notes[:3], "N-999"], "units": ["BER", "X"]}
    fields, cost = refused(house, {"rows": [{}, wrong]})
    assert cost <= costs[0]
    assert fields == {
        "rows.1.people.1": "There is nobody with the sign-in name “nobody”.",
        "rows.1.records.3": "There is no N-999 that you can see.",
        "rows.1.units.1": "There is no unit with the code “X”.",
    }
    many = {"people": [f"person{n}" for n in range(1000)], "records": ["N-999"]}
    assert refused(house, {"rows": [many]}) == ({"rows.0.people": "Choose at most 40."}, 0)

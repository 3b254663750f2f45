"""Forms from bodies, and what was posted back to plain data."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone

from setsquare.faces.web.forms.fields import Field, Wrong, fields_of, place_errors
from setsquare.faces.web.forms.posted import posted
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from tests.web.conftest import House
from tests.web.notes import Gather


def _named(fields: list[Field]) -> dict[str, Field]:
    return {field.name: field for field in fields}


def _form(query: str) -> QueryDict:
    return QueryDict(query)


def test_each_type_has_its_field(house: House) -> None:
    fields = _named(fields_of(Gather, {}, {}, house.anna))
    kinds = {name: field.kind for name, field in fields.items()}
    assert kinds == {
        "text": "text",
        "essay": "long_text",
        "markdown": "markdown",
        "whole": "number",
        "part": "number",
        "yes": "boolean",
        "day": "date",
        "moment": "datetime",
        "size": "choice",
        "colour": "choice",
        "colours": "many_choices",
        "zone": "unit",
        "words": "long_text",
        "person": "person",
        "people": "people",
        "place": "unit",
        "role": "unit",
        "record": "record",
        "records": "records",
        "file": "file",
        "steps": "rows",
        "hidden": "hidden",
    }
    assert fields["text"].required and not fields["essay"].required
    assert (fields["whole"].min, fields["whole"].max, fields["whole"].step) == (1, 9, "1")
    assert [name for name, _label in fields["size"].choices] == ["small", "large"]
    assert [inner.name for inner in fields["steps"].blank] == [
        "steps.__n__.what",
        "steps.__n__.people",
        "steps.__n__.all_of",
    ]


def test_typed_values_fill_the_form_with_names(house: House) -> None:
    note = house.note("Filled")
    moment = dt.datetime(2026, 1, 31, 11, 0, tzinfo=dt.UTC)
    values = {
        "person": house.bram,
        "place": house.ghent,
        "record": note,
        "moment": moment,
        "day": moment.date(),
    }
    with timezone.override(ZoneInfo("Europe/Berlin")):
        fields = _named(fields_of(Gather, values, {}, house.anna))
    assert fields["person"].value == [{"value": "bram", "text": "Bram Peeters", "hint": "Production lead"}]
    assert fields["place"].value[0]["text"] == "Ghent"
    assert fields["record"].value[0]["text"] == f"{note.number} Filled"
    assert fields["moment"].value == "2026-01-31T12:00"
    assert fields["moment"].zone == "Europe/Berlin"
    assert fields["day"].value == "2026-01-31"


def test_names_cost_one_query_for_each_kind(house: House, django_assert_num_queries: Any) -> None:
    steps = [{"what": str(n), "people": ["anna", "bram"]} for n in range(9)]
    with django_assert_num_queries(2):
        fields_of(Gather, {"steps": steps, "people": ["carla"], "place": "BER"}, {}, house.anna)


def test_what_is_posted_becomes_a_body(house: House) -> None:
    note = house.note()
    form = _form(
        "text=+Hello+&whole=3&part=2,5&yes=true&day=2026-02-03&moment=2026-07-01T09:30&size=large&colour="
        "&colours=red&colours=blue&words=one%0D%0Atwo&person=bram&people=anna&people=carla&place=GNT&role=reader"
        f"&record={note.number}&steps.7.what=second&steps.2.what=first&steps.2.people=bram&steps.9.what="
    )
    with timezone.override(ZoneInfo("Europe/Berlin")):
        data = posted(Gather, form)
    body = parse(Gather, data, Actor(house.anna))
    assert (body.text, body.whole, body.part, body.yes) == ("Hello", 3, 2.5, True)
    assert body.moment == dt.datetime(2026, 7, 1, 7, 30, tzinfo=dt.UTC)
    assert body.colour is None
    assert body.colours == ["red", "blue"]
    assert body.words == ["one", "two"]
    assert body.person == house.bram
    assert body.people == [house.anna, house.carla]
    assert body.place == house.ghent
    assert body.record == note
    assert [(step.what, len(step.people)) for step in body.steps] == [("first", 1), ("second", 0)]


def test_what_does_not_fit_stands_at_its_field_and_is_kept(house: House) -> None:
    data = posted(
        Gather, _form("text=ab&whole=40&person=nobody&day=2026-02-30&steps.0.all_of=true&steps.0.what=")
    )
    with pytest.raises(Refused) as refused:
        parse(Gather, data, Actor(house.anna))
    errors = refused.value.fields
    assert set(errors) == {"text", "whole", "person", "day", "steps.0.what"}
    fields = fields_of(Gather, data, errors, house.anna)
    named = _named(fields)
    assert named["text"].value == "ab" and named["text"].errors
    assert named["whole"].value == "40"
    assert named["person"].value[0]["value"] == "nobody"
    assert named["steps"].rows[0][0].errors and not named["steps"].errors
    assert named["steps"].rows[0][2].value is True
    wrong = Wrong("id_steps.0.what", "Steps, row 1, What", errors["steps.0.what"])
    assert wrong in place_errors(fields, errors, {})


@pytest.mark.parametrize("text", ["nonsense", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T00:00"])
def test_a_time_that_cannot_be_read_is_refused_not_an_error(house: House, text: str) -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        data = posted(Gather, _form(f"text=abc&moment={text}"))
        try:
            parse(Gather, data, Actor(house.anna))
        except Refused as refused:
            assert set(refused.fields) == {"moment"}

"""What pydantic complains of is told in sentences that show nothing of Python."""

import datetime as dt
import decimal
import re
import uuid
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import AfterValidator, BaseModel, Field, HttpUrl, TypeAdapter, ValidationError
from pydantic_core import core_schema

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.bodies import (
    FileRef,
    Person,
    RecordRef,
    RoleRef,
    UnitRef,
    UploadRef,
)
from setsquare.kernel.commands.complaints import SENTENCES, sentence

ODD = (
    {"a": 1},
    [1],
    [{"a": 1}],
    None,
    True,
    float("inf"),
    float("nan"),
    "inf",
    "NaN",
    1e400,
    1.5,
    -1,
    10**30,
    "x" * 50,
    "",
    "\ud800",
    "2026-13-40",
    "2026-01-01T25:00",
    "9" * 5000,
    b"\xff",
    object(),
)


class Row(BaseModel):
    what: str


TYPES: tuple[Any, ...] = (
    str,
    int,
    float,
    bool,
    decimal.Decimal,
    dt.date,
    dt.datetime,
    dt.time,
    dt.timedelta,
    uuid.UUID,
    HttpUrl,
    Row,
    list[Row],
    list[str],
    set[str],
    tuple[int, int],
    dict[str, int],
    Literal["red", "blue"],
    int | None,
    Annotated[float, Field(allow_inf_nan=False, ge=0, le=9, multiple_of=0.5)],
    Annotated[decimal.Decimal, Field(max_digits=3, decimal_places=1)],
    Annotated[str, Field(min_length=2, max_length=9, pattern="^a+$")],
    Annotated[list[int], Field(min_length=1, max_length=2)],
    Person,
    UnitRef,
    RoleRef,
    RecordRef,
    FileRef,
    UploadRef,
)
PYTHON = re.compile(
    r"Input|input|should be|[{}\[\]]|<|object at|None|True|False|\bnan\b|\binf\b|%\(|Traceback|Error"
)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", TYPES, ids=[str(n) for n, _kind in enumerate(TYPES)])
def test_nothing_of_python_is_shown_whatever_is_given(kind: Any) -> None:
    for value in ODD:
        try:
            TypeAdapter(
                kind, config=None if kind is Row else {"arbitrary_types_allowed": True}
            ).validate_python(value)
        except ValidationError as error:
            given = re.escape(value) if isinstance(value, str) and value else "$."
            for detail in error.errors(include_url=False):
                told = re.sub(given, "", sentence(detail))  # a text that was given may be named
                assert told.endswith(".") and not PYTHON.search(told), (value, detail["type"], told)


def test_an_error_of_a_later_pydantic_is_told_without_its_words() -> None:
    odd: Any = {"type": "of_tomorrow", "loc": (), "msg": "Input should be {'a': 1}", "input": {}}
    assert sentence(odd) == "This value does not fit here."
    assert sentence({**odd, "type": "greater_than", "ctx": {}}) == "This value does not fit here."


def test_every_sentence_is_of_an_error_that_there_is() -> None:
    assert set(SENTENCES) <= set(get_args(core_schema.ErrorType))


def test_choices_are_named_without_quotes() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Literal["red", "green", "blue"]).validate_python("x")
    assert sentence(caught.value.errors()[0]) == "Choose one of: red, green, blue."


@pytest.mark.django_db
def test_what_is_no_name_is_not_looked_for() -> None:
    assert not Unit.objects.filter(code="{'a': 1}").exists()
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(UnitRef, config={"arbitrary_types_allowed": True}).validate_python({"a": 1})
    assert sentence(caught.value.errors()[0]) == "Write a text here."


def test_a_text_that_a_type_of_ours_reads_is_told_of_as_a_text() -> None:
    read = TypeAdapter(Annotated[str, AfterValidator(str.strip), Field(min_length=1)])
    with pytest.raises(ValidationError) as caught:
        read.validate_python("")
    (error,) = caught.value.errors()
    assert (error["type"], sentence(error)) == ("too_short", "This has to be filled in.")


def test_that_nothing_may_be_chosen_is_not_listed_among_the_choices() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Literal["", "draft", "held"]).validate_python("x")
    assert sentence(refused.value.errors()[0]) == "Choose one of: draft, held."

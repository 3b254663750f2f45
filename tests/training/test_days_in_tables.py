"""Days in tables that are brought in: in ISO 8601, and as the language of the page writes them."""

import datetime as dt

import pytest
from django.utils import translation

from setsquare.domains.training.models import Certificate, TrainingSession
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.importing.columns import columns_of, importing_command
from setsquare.kernel.importing.running import Report, bring_in, table_from
from setsquare.kernel.records.things import thing_of
from tests.days import HOME
from tests.training.conftest import School

FEBRUARY = dt.date(2026, 2, 1)


def brought_in(school: School, what: str, lines: str, language: str) -> Report:
    with translation.override(language):
        return bring_in(thing_of(what), Actor(school.cora), table_from(lines.encode()))


@pytest.mark.parametrize(
    ("language", "day", "taken"),
    [
        ("de", "01.02.2026", True),
        ("de", "1.2.2026", True),
        ("de", "2026-02-01", True),
        ("de", "01.02.26", False),
        ("de", "01/02/2026", False),
        ("de", "31.02.2026", False),
        ("en", "1 February 2026", True),
        ("en", "01 Feb 2026", True),
        ("en", "2026-02-01", True),
        ("en", "01.02.2026", False),
        ("en", "01/02/2026", False),
    ],
)
def test_a_day_is_taken_as_the_language_writes_it_and_nothing_ambiguous(
    school: School, language: str, day: str, taken: bool
) -> None:
    course = school.course("First aid")
    heads = "person;course;issued"
    report = brought_in(school, "certificate", f"{heads}\nanna;{course.number};{day}\n", language)
    assert report.done == taken
    assert list(Certificate.objects.values_list("issued", flat=True)) == ([FEBRUARY] if taken else [])
    assert [(one.line, one.column) for one in report.wrong] == ([] if taken else [(2, "issued")])


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("de", "1.2.2026 9:00"),
        ("de", "01.02.2026, 09:00"),
        ("en", "1 February 2026, 09:00"),
        ("en", "2026-02-01T09:00"),
        ("de", "2026-02-01 09:00:30"),
    ],
)
def test_a_time_is_taken_by_the_clock_of_the_unit(school: School, language: str, moment: str) -> None:
    course = school.course("First aid")
    line = f'{course.number};N;tom;"{moment}";2026-02-01T11:00'
    report = brought_in(school, "training_session", f"course;unit;trainer;starts;ends\n{line}\n", language)
    assert report.wrong == ()
    starts = TrainingSession.objects.get().starts.astimezone(HOME)
    assert starts == dt.datetime(2026, 2, 1, 9, 0, 30 if ":30" in moment else 0, tzinfo=HOME)


def test_what_a_column_says_names_a_day_as_the_language_writes_it() -> None:
    command = importing_command(thing_of("certificate"))
    assert command is not None
    issued = next(column for column in columns_of(command) if column.name == "issued")
    with translation.override("en"):
        assert issued.says() == "date, such as 2026-11-30 or 30 November 2026"
    with translation.override("de"):
        assert issued.says().endswith(" 30.11.2026")

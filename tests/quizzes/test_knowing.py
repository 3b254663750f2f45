"""Whoever could see what is right in a quiz, for however short, shows nothing by taking it; whoever could not does."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.knowing import managed_since
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.records.models import Record
from tests.quizzes.conftest import RIGHT, Hall, as_shown, role_of


def unit(code: str) -> Record:
    return Record.objects.get(type="unit", unit_file__part__code=code)


def narrow_and_move_back(hall: Hall) -> None:
    bootstrap.add_role("guest", "Guest", "", ["quizzes.read"])
    bootstrap.grant(hall.tom, "guest", "S")
    guest, usual = role_of("guest")
    move(hall, "N", "S")
    hall.do(
        hall.rita, guest, "set_permissions", permissions=[*usual, "quizzes.manage"], because="For a minute."
    )
    assert knows(hall.tom)
    hall.do(hall.rita, guest, "set_permissions", permissions=usual, because="Back.")
    move(hall, "N", "NW")


def move_what_is_above_and_back(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "S")
    for moved, parent in (("N", "Q"), ("Q", "S")):
        move(hall, moved, parent)
    assert knows(hall.tom)
    for moved in ("N", "Q"):
        move(hall, moved, "NW")


def move_what_is_above_back_first(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "S")
    for moved, parent in (("N", "Q"), ("Q", "S")):
        move(hall, moved, parent)
    assert knows(hall.tom)
    for moved in ("Q", "N"):
        move(hall, moved, "NW")


def move_back_and_empty_the_role(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "S")
    move(hall, "N", "S")
    assert knows(hall.tom)
    move(hall, "N", "NW")
    role, usual = role_of("coordinator")
    rest = [one for one in usual if one != "quizzes.manage"]
    hall.do(hall.rita, role, "set_permissions", permissions=rest, because="Others do.")


def move_and_give_codes_on(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "S")
    move(hall, "N", "S")
    assert knows(hall.tom)
    move(hall, "N", "NW")
    for code, other in (("S", "S1"), ("Q", "S")):
        hall.do(hall.rita, unit(code), "edit", because="Renamed.", name=f"Was {code}", code=other)


def own_it_until_one_leaves(hall: Hall) -> None:
    for who, heir in (("cora", "tom"), ("tom", "mark")):
        record = hall.people[who].file.record
        hall.do(hall.rita, record, "leave", date=timezone.localdate(), takes_over=heir)
        assert knows(hall.people[heir])
    hall.do(hall.rita, record, "return", unit="N", invite=False)
    hall.people["tom"] = User.objects.get(username="tom")
    hall.do(hall.rita, record, "grant_role", role="reader", unit="N")


def confirm_no_longer(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "NW")
    assert knows(hall.tom)
    User.objects.filter(username="tom").update(may_sign=False)


def move(hall: Hall, code: str, parent: str) -> None:
    hall.do(hall.rita, unit(code), "move", parent=parent, because="For a minute.")


def knows(person: User) -> bool:
    return knows_answers(Record.objects.get(type="quiz"), User.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    "change",
    [
        narrow_and_move_back,
        move_what_is_above_and_back,
        move_what_is_above_back_first,
        move_back_and_empty_the_role,
        move_and_give_codes_on,
        own_it_until_one_leaves,
        confirm_no_longer,
    ],
)
def test_who_had_the_key_for_a_minute_shows_nothing_however_it_came_and_went(
    hall: Hall, change: Callable[[Hall], None]
) -> None:
    bootstrap.add_unit("Q", "Quarter", "site", "NW")
    quiz = hall.released(hall.draft(unit="N"))
    kept, other = hall.start(hall.tom, quiz), hall.start(hall.anna, quiz)
    change(hall)
    assert not knows(hall.tom)
    with pytest.raises(WrongState, match=f"You could see what is right in {quiz.number} since you began"):
        hall.do(hall.tom, kept, "submit", answers=as_shown(kept, RIGHT))
    with pytest.raises(Refused, match=f"You could see what is right in {quiz.number} until lately"):
        hall.start(hall.tom, quiz)
    assert hall.do(hall.anna, other, "submit", answers=as_shown(other, RIGHT)).record.state == "passed"


def test_who_manages_quizzes_where_this_one_never_was_meanwhile_takes_it(hall: Hall) -> None:
    bootstrap.add_unit("Q", "Quarter", "site", "NW")
    for person in (hall.tom, hall.ben, hall.anna):
        bootstrap.grant(person, "coordinator", "S")
    quiz = hall.released(hall.draft(unit="N"))
    Grant.objects.filter(user=hall.tom, role__code="coordinator").update(ends=timezone.now())
    move(hall, "Q", "S")  # another one than that of the quiz
    move(hall, "Q", "NW")
    assert hall.took(hall.ben, quiz).state == "passed"
    move(hall, "N", "S")
    assert hall.took(hall.tom, quiz).state == "passed"  # the role had ended by then
    move(hall, "N", "NW")
    with pytest.raises(Refused, match="until lately"):
        hall.start(hall.anna, quiz)
    for code in ("Q5", "Q4"):  # the next version was written since
        hall.do(hall.cora, quiz, "retire_question", code=code)
        hall.released(quiz)
    assert hall.took(hall.anna, quiz).state == "passed"


def test_whether_somebody_had_the_key_costs_two_queries_where_nothing_was_moved(hall: Hall) -> None:
    quizzes = [hall.released(hall.draft(unit=code)) for code in ("NW", "N", "S")]
    bootstrap.grant(hall.tom, "coordinator", "S")
    since = {one.pk: one.created for one in quizzes}
    with CaptureQueriesContext(connection) as asked:
        assert managed_since(since, hall.tom) == {quizzes[2].pk}
    assert len(asked.captured_queries) == 2
    assert managed_since(since, hall.anna) == set()

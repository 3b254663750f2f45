"""What nobody may deal with at present, and what rules ask for that can no longer be had."""

import pytest

from setsquare.domains.authority.commands.overriding import ask_who_may_by_now
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.authority.conftest import Office
from tests.authority.test_supervised import accepts, change, seal_directory
from tests.changes.conftest import state_of

__all__ = ["change", "seal_directory"]


def broken(office: Office, change: Record) -> Record:
    accepts(office, change, glass="The line stands still.")
    return Record.objects.get(type="override")


def test_where_nobody_may_review_who_administers_is_alarmed_and_who_may_is_asked_once(
    office: Office, change: Record
):
    desk = office.desk
    Grant.objects.filter(user=desk.dora).delete()
    review = broken(office, change)
    assert not Task.objects.filter(record=review).exists()
    alarm = Notice.objects.get(record=review, user=desk.rita, kind="alarm")
    assert alarm.text % alarm.values == (
        f"Nobody may deal with {review.number} {review.title}: "
        "give somebody the right to approve authority rules in North."
    )
    assert ask_who_may_by_now() == 0
    bootstrap.grant(desk.dora, "head", "N")
    assert (ask_who_may_by_now(), ask_who_may_by_now()) == (1, 0)
    assert [task.assignee for task in Task.objects.filter(record=review, done__isnull=True)] == [desk.dora]
    desk.do(desk.dora, review, "review", verdict="justified", finding="It was.")
    assert state_of(review) == "justified" and ask_who_may_by_now() == 0


def test_nothing_is_put_right_by_the_use_of_break_glass_itself(office: Office, change: Record):
    desk = office.desk
    review = broken(office, change)
    desk.do(desk.dora, review, "review", verdict="not_justified", finding="It was not.")
    given = {"consequence": "undone", "done_about_it": "It was taken back."}
    with pytest.raises(Refused) as why:
        desk.do(desk.dora, review, "settle", put_right_by=review.number, **given)
    assert list(why.value.fields) == ["put_right_by"]
    desk.do(desk.dora, review, "settle", put_right_by=change.number, **given)
    assert state_of(review) == "settled"


def test_who_takes_something_out_of_use_is_told_which_rules_ask_for_it(office: Office):
    desk = office.desk
    office.qualify(desk.ben)
    rule = office.in_force()
    done = desk.do(office.hugo, office.subject, "withdraw", because="It is out of date.")
    sentence = f"Rules in force ask for it ({rule.number}): who lacks it by now cannot get it any more."
    assert done.conclusion.endswith(f"its editions can still be read. {sentence}")


def test_what_no_rule_asks_for_is_taken_out_of_use_without_a_word(office: Office):
    desk = office.desk
    body = {"title": "Lifting", "kind": "read", "unit": "N", "content": "With the knees."}
    course = carry_out("course", "create", Actor(desk.dora), body=body).record
    desk.do(desk.dora, course, "offer")
    done = desk.do(desk.dora, course, "retire", because="It is out of date.")
    assert done.conclusion == f"{course.number} is retired; nobody has to take it any more."

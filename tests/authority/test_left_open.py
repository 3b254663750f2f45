"""What nobody may deal with at present, and what rules ask for that can no longer be had."""

import html

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.authority.commands.overriding import ask_who_may_by_now
from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.links.models import Link
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.api.conftest import Caller
from tests.authority.conftest import Office
from tests.authority.test_supervised import accepts, change, seal_directory
from tests.changes.conftest import PASSWORD, state_of

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
    desk.do(desk.dora, change, "cancel", because="It was too early.")
    desk.do(desk.dora, review, "settle", put_right_by=change.number, **given)
    assert state_of(review) == "settled"


def test_it_is_put_right_by_what_has_to_do_with_it_alone(
    office: Office, change: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """By the record once somebody did something to it, by what is linked to it, and by changes and documents."""
    desk = office.desk
    document, other = desk.document("Cleaning"), desk.request(who=desk.anna)
    review = broken(office, change)
    desk.do(desk.dora, review, "review", verdict="not_justified", finding="It was not.")
    dora = User.objects.get(username="dora")
    caller, client = Caller(dora, ("read", "write")), Client()
    client.force_login(dora)

    def offered(words: str) -> list[str]:
        address = f"/choose/records?right={review.number}&q={words}"
        return [one["value"] for one in client.get(address).json()]

    form = html.unescape(client.get(f"/overrides/{review.number}/do/settle/").content.decode())
    assert f"right={review.number}&q=" in form
    strangers = (desk.ben.file.record, office.subject, Record.objects.filter(type="unit")[0], review)
    for stranger in strangers:
        assert stranger.number not in offered(stranger.number)
        given = {"consequence": "undone", "done_about_it": "So.", "put_right_by": stranger.number}
        answer = caller.post(
            f"/overrides/{review.number}:settle", {**given, "signature": {"password": PASSWORD}}
        )
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (
            422,
            ["put_right_by"],
        )
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    ben = desk.ben.file.record.number
    options = [
        "--version=2",
        "--consequence=undone",
        "--done-about-it=So.",
        f"--put-right-by={ben}",
        "--as=dora",
    ]
    assert run(["overrides", "settle", review.number, *options]) != 0
    told = " ".join(capsys.readouterr().err.split())
    assert (
        f"Nothing is put right for {change.number} by {ben}. Name {change.number} itself once it is" in told
    )
    assert change.number not in offered(change.number)
    with pytest.raises(Refused) as why:
        given["put_right_by"] = change.number
        desk.do(dora, review, "settle", **given)
    assert why.value.fields["put_right_by"] == (
        f"Nobody did anything to {change.number} since the glass was broken: put it right there first,"
        " or name the record in which that is done."
    )
    assert document.number in offered(document.number) and other.number in offered(other.number)
    Link.objects.create(source=office.subject, target=change, kind="refers_to", made=timezone.now())
    assert office.subject.number in offered(office.subject.number)
    desk.do(desk.dora, change, "cancel", because="It was too early.")
    assert change.number in offered(change.number)
    desk.do(dora, review, "settle", **given)
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

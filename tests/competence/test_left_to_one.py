"""Who can look at an assessment as the second one does so, whoever would have been asked otherwise."""

from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.competence.bench import Bench, ago, asked, levels
from tests.competence.conftest import PASSWORD


@pytest.fixture
def small(bench: Bench) -> Bench:
    """Have Mark administer and assess alone; Max reports to Mia, and Rita administers, too."""
    bootstrap.grant(bench.mark, "administrator", "NW")
    bootstrap.grant(bench.mark, "manager", "NW")
    Grant.objects.filter(user__in=[bench.hanna, bench.sol]).delete()
    for name in ("mia", "sam"):
        leader = bootstrap.add_person(name, f"{name.title()} Example", "N", title="Lead", password=PASSWORD)
        bootstrap.grant(leader, "reader", "N")
        bench.desk.people[name] = leader
    person = bootstrap.add_person(
        "max", "Max Example", "N", title="Operator", password=PASSWORD, manager="mia"
    )
    bootstrap.grant(person, "reader", "N")
    bench.desk.people["max"] = person
    return bench


def made(bench: Bench, command: str, person: str = "max") -> Record:
    """Have Mark assess somebody, or record that he did."""
    if command == "agree":
        return bench.submitted(bench.mark, person, "assessor", G_1=2)
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    return carry_out("assessment", "create", Actor(bench.mark), body={**past, "person": person}).record


def noted(record: Record) -> str:
    """Return what the trail says besides of the last thing done."""
    entry = Entry.objects.filter(record=record).order_by("-seq").first()
    assert entry is not None
    assert entry.note is not None
    return entry.note["text"] % entry.note["values"]


def give(bench: Bench, person: User) -> None:
    bench.do(bench.mark, person.file.record, "grant_role", role="manager", unit="N")


def take(bench: Bench, person: User, role: str = "manager") -> None:
    bench.do(bench.mark, person.file.record, "revoke_role", role=role, unit="N")


BY_HAND = (
    "No record and no file shows it. Nobody else could: Mark Example, who assessed or recorded it, gave the right to do"
    " this within the last 30 days"
)


@pytest.mark.parametrize("unit", ["N", "S"])
@pytest.mark.parametrize("command", ["agree", "confirm"])
def test_a_new_line_manager_does_it_and_who_looks_after_the_units_is_told(
    small: Bench, command: str, unit: str
) -> None:
    small.do(small.mark, small.max.file.record, "transfer", unit=unit, manager="sam")
    record = made(small, command)
    assert asked(record) == {f"{command}_assessment": ["sam"]}
    small.do(small.sam, record, command)
    assert levels(small.max) == {"G-1": 2}
    assert noted(record) == f"{BY_HAND}, and it was taken from Mia Example."
    told = Notice.objects.filter(text__contains="looked at the assessment")
    assert {one.user.username: one.text % one.values for one in told} == {
        "rita": f"Sam Example looked at the assessment {record.number} of Max Example, as nobody else could:"
        " Mark Example, who assessed or recorded it, let them do so within the last 30 days, and took that from"
        " Mia Example."
    }


def test_who_took_over_from_somebody_who_left_does_it(small: Bench) -> None:
    bootstrap.grant(small.mia, "manager", "N")
    small.do(small.mark, small.mia.file.record, "leave", date=ago(0), successor="sam", takes_over="sam")
    give(small, small.sam)
    record = made(small, "agree")
    assert asked(record) == {"agree_assessment": ["sam"]}
    small.do(small.sam, record, "agree")
    assert levels(small.max) == {"G-1": 2}
    assert noted(record) == f"{BY_HAND}, and it was taken from Mia Example."


@pytest.mark.parametrize("order", ["mia first", "sam first"])
def test_a_role_that_was_given_and_taken_back_within_that_time_keeps_nobody_from_it(
    small: Bench, order: str
) -> None:
    if order == "sam first":
        give(small, small.sam)
    give(small, small.mia)
    take(small, small.mia)
    if order == "mia first":
        give(small, small.sam)
    record = made(small, "agree", "kim")
    assert asked(record) == {"agree_assessment": ["sam"]}
    small.do(small.sam, record, "agree")
    assert levels(small.kim) == {"G-1": 2}


def test_what_the_trail_says_where_nothing_was_taken(small: Bench) -> None:
    give(small, small.sam)
    record = made(small, "agree", "kim")
    small.do(small.sam, record, "agree")
    assert noted(record) == f"{BY_HAND}."
    assert not Notice.objects.filter(text__contains="looked at the assessment").exists()


def take_a_role_of_old(bench: Bench) -> None:
    bootstrap.grant(bench.hanna, "manager", "N")
    take(bench, bench.hanna)


def empty_a_role(bench: Bench) -> None:
    bootstrap.add_role("judge", "Judge", "", ["organisation.read", "competence.assess"])
    bootstrap.grant(bench.hanna, "judge", "N")
    role = Record.objects.get(type="role", role_file__role__code="judge")
    bench.do(bench.mark, role, "set_permissions", permissions=["organisation.read"])


def move_the_person_away(bench: Bench) -> None:
    bootstrap.add_unit("X", "Corner", "site", "NW")
    bootstrap.grant(bench.hanna, "manager", "N")
    bench.do(bench.mark, bench.kim.file.record, "transfer", unit="X", manager=None)
    bench.do(bench.mark, bench.sam.file.record, "grant_role", role="manager", unit="X")


def take_it_and_a_gift_besides(bench: Bench) -> None:
    take_a_role_of_old(bench)
    give(bench, bench.hanna)
    take(bench, bench.hanna)


@pytest.mark.parametrize(
    "deprive", [take_a_role_of_old, empty_a_role, move_the_person_away, take_it_and_a_gift_besides]
)
@pytest.mark.parametrize("command", ["agree", "confirm"])
def test_a_helper_who_is_left_does_it_and_the_trail_says_from_whom_it_was_taken(
    small: Bench, deprive: Any, command: str
) -> None:
    deprive(small)
    give(small, small.sam)
    record = made(small, command, "kim")
    with pytest.raises(NotPermitted):  # as Sam can
        small.do(small.mark, record, command)
    assert asked(record) == {f"{command}_assessment": ["sam"]}
    small.do(small.sam, record, command)
    assert levels(small.kim) == {"G-1": 2}
    assert noted(record) == f"{BY_HAND}, and it was taken from Hanna Example."
    told = {
        one.user.username: one for one in Notice.objects.filter(text__contains="looked at the assessment")
    }
    assert "rita" in told
    assert (told["rita"].text % told["rita"].values).endswith("and took that from Hanna Example.")


def test_who_took_it_from_others_does_not_do_it_alone(small: Bench) -> None:
    take_a_role_of_old(small)
    record = made(small, "agree", "kim")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        small.do(small.mark, record, "agree")
    assert levels(small.kim) == {}


def test_whom_they_let_administer_counts_as_their_hand(small: Bench) -> None:
    bootstrap.grant(small.hanna, "manager", "N")
    small.do(small.mark, small.sam.file.record, "grant_role", role="administrator", unit="NW")
    small.do(small.sam, small.mia.file.record, "grant_role", role="manager", unit="N")
    record = made(small, "agree", "kim")
    assert asked(record) == {"agree_assessment": ["hanna"]}
    with pytest.raises(NotPermitted, match="Mark Example, who assessed or recorded this, gave you the right"):
        small.do(small.mia, record, "agree")
    small.do(small.sam, small.hanna.file.record, "revoke_role", role="manager", unit="N")
    small.do(small.sam, small.mia.file.record, "revoke_role", role="manager", unit="N")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        small.do(small.mark, record, "agree")


def through_a_role(bench: Bench) -> None:
    bootstrap.add_role("desk", "Desk", "", ["organisation.read"])
    bootstrap.grant(bench.sam, "desk", "NW")
    role = Record.objects.get(type="role", role_file__role__code="desk")
    allowed = ["organisation.read", "organisation.administer"]
    bench.do(bench.mark, role, "set_permissions", permissions=allowed)
    give_as(bench, bench.sam, bench.mia)
    bench.do(bench.mark, role, "set_permissions", permissions=["organisation.read"])


def through_another_unit(bench: Bench) -> None:
    bootstrap.grant(bench.sam, "administrator", "S")
    bench.do(bench.mark, bench.sam.file.record, "grant_role", role="administrator", unit="N")
    give_as(bench, bench.sam, bench.mia)


def through_two(bench: Bench) -> None:
    bench.do(bench.mark, bench.max.file.record, "grant_role", role="administrator", unit="NW")
    bench.do(bench.max, bench.sam.file.record, "grant_role", role="administrator", unit="NW")
    give_as(bench, bench.sam, bench.mia)


def give_as(bench: Bench, giver: User, person: User) -> None:
    bench.do(giver, person.file.record, "grant_role", role="manager", unit="N")


@pytest.mark.parametrize("let", [through_a_role, through_another_unit, through_two])
def test_whatever_way_they_let_somebody_administer_it_is_their_hand(small: Bench, let: Any) -> None:
    bootstrap.grant(small.hanna, "manager", "N")
    let(small)
    record = made(small, "agree", "kim")
    assert asked(record) == {"agree_assessment": ["hanna"]}
    with pytest.raises(NotPermitted, match="Mark Example, who assessed or recorded this, gave you the right"):
        small.do(small.mia, record, "agree")


def test_what_somebody_else_took_is_a_gift_where_it_is_given_back(small: Bench) -> None:
    for person in (small.hanna, small.sam):
        bootstrap.grant(person, "manager", "N")
    rita = User.objects.get(username="rita")
    small.do(rita, small.sam.file.record, "revoke_role", role="manager", unit="N", because="Not fit for it.")
    give(small, small.sam)
    record = made(small, "agree", "kim")
    assert asked(record) == {"agree_assessment": ["hanna"]}
    with pytest.raises(NotPermitted, match=r"somebody else looks at it: Hanna Example\."):
        small.do(small.sam, record, "agree")


def test_an_assessor_of_where_somebody_was_moved_to_does_it(small: Bench) -> None:
    bootstrap.grant(small.hanna, "manager", "N")
    bootstrap.grant(small.sam, "manager", "S")
    small.do(small.mark, small.kim.file.record, "transfer", unit="S", manager=None)
    record = made(small, "agree", "kim")
    assert asked(record) == {"agree_assessment": ["sam"]}
    small.do(small.sam, record, "agree")
    assert levels(small.kim) == {"G-1": 2}


def test_who_gets_it_back_does_it(small: Bench) -> None:
    take_a_role_of_old(small)
    give(small, small.sam)
    record = made(small, "agree", "kim")
    give(small, small.hanna)
    with pytest.raises(NotPermitted, match=r"somebody else looks at it: Hanna Example\."):
        small.do(small.sam, record, "agree")
    small.do(small.hanna, record, "agree")
    assert levels(small.kim) == {"G-1": 2}

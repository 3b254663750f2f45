"""Who was given the right by who prepared or wrote something is no second person before it, while others may."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.authority.conftest import Office
from tests.authority.test_looking import BODY
from tests.changes.conftest import IMPACT, state_of


def told(giver: str, other: str) -> str:
    return (
        f"{giver} Example, whose work this is, gave you the right to do this within the last 30 days;"
        f" somebody else does it: {other} Example."
    )


def asked(record: Record) -> list[str]:
    waiting = Task.objects.filter(record=record, done__isnull=True)
    return sorted(waiting.values_list("assignee__username", flat=True))


def administered(office: Office, who: User) -> None:
    bootstrap.grant(who, "administrator", "NW")


@pytest.fixture
def prepared(office: Office) -> Record:
    """Have a change of Carl's wait for a countersignature, who let Gus assess changes, as Ben may."""
    desk = office.desk
    administered(office, desk.carl)
    desk.people["gus"] = bootstrap.add_person("gus", "Gus Example", "N", password="a-quiet-river-42")
    desk.do(desk.carl, desk.gus.file.record, "grant_role", role="specialist", unit="N")
    for person in (desk.ben, desk.gus):
        office.qualify(person)
    office.in_force(countersigned=True)
    return carry_out("change_request", "create", Actor(desk.carl), body=dict(BODY), waits=True).record


def test_who_was_given_the_right_by_who_prepared_it_does_not_countersign(office: Office, prepared: Record):
    desk = office.desk
    assert asked(prepared) == ["ben"]
    with pytest.raises(NotPermitted) as refused:
        desk.do(desk.gus, prepared, "countersign")
    assert str(refused.value) == told("Carl", "Ben")
    assert state_of(prepared) == "waiting"
    desk.do(desk.ben, prepared, "countersign")
    assert state_of(prepared) == "carried_out"


def test_it_is_countersigned_by_them_where_nobody_else_may(office: Office, prepared: Record):
    desk = office.desk
    Grant.objects.filter(user=desk.ben).delete()
    desk.do(desk.gus, prepared, "countersign")
    assert state_of(prepared) == "carried_out"
    assert noted(prepared) == f"{by_hand('Carl')}."


def test_it_says_from_whom_the_right_was_taken_and_tells_who_looks_after_the_units(
    office: Office, prepared: Record
):
    desk = office.desk
    desk.do(
        desk.carl, desk.ben.file.record, "revoke_role", role="specialist", unit="N", because="He moves on."
    )
    desk.do(desk.gus, prepared, "countersign")
    assert state_of(prepared) == "carried_out"
    assert noted(prepared) == f"{by_hand('Carl')}, and it was taken from Ben Example."


def test_who_was_given_the_right_by_its_owner_is_not_independent_of_a_record(office: Office):
    desk = office.desk
    administered(office, desk.anna)
    office.in_force(needs=[], independent=True, commands=["change_request.assess"])
    change = desk.request()
    desk.do(desk.anna, desk.olga.file.record, "grant_role", role="specialist", unit="N")
    desk.do(desk.anna, change, "submit")
    assert "ben" in asked(change) and "olga" not in asked(change)
    with pytest.raises(NotPermitted) as refused:
        desk.do(desk.olga, change, "assess", **IMPACT)
    assert str(refused.value).startswith("Anna Example, whose work this is, gave you the right to do this")
    assert "Ben Example" in str(refused.value) and "Olga" not in str(refused.value)
    desk.do(
        desk.anna, desk.ben.file.record, "revoke_role", role="specialist", unit="N", because="He moves on."
    )
    Grant.objects.filter(user__in=[desk.carl, desk.dora, office.hugo]).delete()
    bootstrap.add_role("decider", "Decider", "", ["changes.read", "changes.decide"])
    bootstrap.grant(desk.dora, "decider", "N")
    desk.do(desk.olga, change, "assess", **IMPACT)
    assert noted(change) == f"{by_hand('Anna')}, and it was taken from Ben Example."


def test_who_was_given_the_right_by_its_author_does_not_approve_a_rule(office: Office):
    desk = office.desk
    administered(office, office.hugo)
    desk.do(office.hugo, desk.ben.file.record, "grant_role", role="head", unit="N")
    rule = office.draft()
    desk.do(office.hugo, rule, "submit")
    with pytest.raises(NotPermitted) as refused:
        desk.do(desk.ben, rule, "approve")
    assert str(refused.value) == told("Hugo", "Dora")
    Grant.objects.filter(user=desk.dora).delete()
    office.qualify(desk.anna)
    desk.do(desk.ben, rule, "approve")
    assert state_of(rule) == "in_force"


def test_an_author_who_takes_the_right_from_who_would_approve_is_told_of(office: Office):
    desk = office.desk
    administered(office, office.hugo)
    desk.do(office.hugo, desk.ben.file.record, "grant_role", role="head", unit="N")
    office.qualify(desk.anna)
    rule = office.draft()
    desk.do(office.hugo, rule, "submit")
    desk.do(office.hugo, desk.dora.file.record, "revoke_role", role="head", unit="N", because="She moves on.")
    desk.do(desk.ben, rule, "approve")
    assert noted(rule) == f"{by_hand('Hugo')}, and it was taken from Dora Example."
    told = Notice.objects.filter(text__contains="a second look").order_by("user__username")
    assert [one.user.username for one in told] == ["carl", "rita"]


def by_hand(giver: str) -> str:
    return f"Nobody else could: {giver} Example, whose work it is, gave the right to do this within the last 30 days"


def noted(record: Record) -> str:
    entry = Entry.objects.filter(record=record).order_by("-seq").first()
    assert entry is not None
    assert entry.note is not None
    return entry.note["text"] % entry.note["values"]


def test_who_may_by_its_authors_hand_approves_a_rule_where_rules_let_nobody_else(office: Office):
    desk = office.desk
    administered(office, office.hugo)
    office.qualify(desk.dora)
    office.qualify(desk.anna)
    office.in_force(commands=["authority_rule.approve"])
    desk.do(office.hugo, desk.ben.file.record, "grant_role", role="head", unit="N")
    office.qualify(desk.ben)
    rule = office.draft(title="Second")
    desk.do(office.hugo, rule, "submit")
    assert asked(rule) == ["ben", "dora"]
    with pytest.raises(NotPermitted) as refused:
        desk.do(desk.ben, rule, "approve")
    assert str(refused.value) == told("Hugo", "Dora")
    Qualification.objects.filter(user=desk.dora).delete()
    desk.do(desk.ben, rule, "approve")
    assert state_of(rule) == "in_force"
    assert noted(rule) == (
        "Nobody else could: Hugo Example, whose work it is, gave the right to do this within the last 30 days."
    )

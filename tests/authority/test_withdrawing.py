"""A rule is withdrawn by somebody whom it does not bind, and never by nobody at all."""

import pytest

from setsquare.domains.authority.withdrawing import unbound
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.authority.conftest import Office
from tests.changes.conftest import PASSWORD, state_of


@pytest.fixture
def frieda(office: Office) -> User:
    """Have a third person who may approve rules in the north."""
    frieda = bootstrap.add_person("frieda", "Frieda Example", "N", password=PASSWORD)
    bootstrap.grant(frieda, "head", "N")
    return frieda


def test_a_rule_that_binds_all_who_could_withdraw_it_is_withdrawn_by_any(office: Office, frieda: User):
    """Hugo wrote it, and it keeps Dora as well as Frieda from something: neither is told to leave it to the other."""
    rule = office.in_force(needs=[], roles=["specialist"])
    assert not unbound(rule.authority_rule).exists()
    office.desk.do(frieda, rule, "withdraw", because="It is in the way.")
    assert state_of(rule) == "withdrawn"


def test_who_is_bound_leaves_it_to_whoever_is_not(office: Office, frieda: User):
    desk = office.desk
    bootstrap.grant(frieda, "specialist", "N")
    rule = office.in_force(needs=[], roles=["specialist"])
    assert list(unbound(rule.authority_rule)) == [frieda]
    sentence = "This rule keeps you from “Change request: New change request”; .* such as Frieda Example"
    with pytest.raises(Refused, match=sentence):
        desk.do(desk.dora, rule, "withdraw", because="It is in my way.")
    with pytest.raises(Refused, match="You wrote this rule; .* such as Frieda Example"):
        desk.do(office.hugo, rule, "withdraw", because="Mine.")
    User.objects.filter(pk=frieda.pk).update(may_sign=False)
    desk.do(desk.dora, rule, "withdraw", because="Nobody else is left.")
    assert state_of(rule) == "withdrawn"


def test_a_rule_about_rules_that_its_author_alone_meets_is_withdrawn_by_others(office: Office, frieda: User):
    desk = office.desk
    office.qualify(office.hugo)
    keys = ["approve", "withdraw", "reject"]
    rule = office.in_force(commands=[f"authority_rule.{key}" for key in keys])
    other = office.draft()
    office.qualify(desk.ben)
    desk.do(office.hugo, other, "submit")
    desk.do(frieda, other, "approve")
    assert state_of(other) == "in_force"
    desk.do(desk.dora, rule, "withdraw", because="Its author alone meets it.")
    assert state_of(rule) == "withdrawn"


def test_those_alone_are_asked_and_named_who_may_approve(office: Office, frieda: User):
    desk = office.desk
    office.qualify(frieda)
    office.in_force(commands=["authority_rule.approve"])
    other = office.draft(needs=[], roles=["reader"])
    outcome = desk.do(office.hugo, other, "submit")
    assert outcome.conclusion == f"{other.number} waits for approval. Asked: Frieda Example."
    assert [task.assignee for task in Task.objects.filter(record=other)] == [frieda]
    with pytest.raises(NotPermitted, match="you hold none"):
        desk.do(desk.dora, other, "approve")


def test_whose_record_a_rule_of_independence_holds_up_leaves_its_withdrawal_to_others(
    office: Office, frieda: User
):
    desk = office.desk
    rule = office.in_force(commands=["framework.edit"], needs=[], independent=True)
    with pytest.raises(Refused) as why:
        desk.do(desk.dora, rule, "withdraw", because="I own it.")
    assert str(why.value) == (
        f"{office.subject.number} is yours, and this rule keeps its owner from what comes next; "
        "somebody else withdraws the rule, such as Frieda Example."
    )
    Record.objects.filter(pk=office.subject.pk).update(owner=desk.ben)
    desk.do(desk.dora, rule, "withdraw", because="It is not needed.")
    assert state_of(rule) == "withdrawn"


def test_nobody_withdraws_what_binds_them_by_taking_the_role_of_who_is_not_bound(
    office: Office, frieda: User
):
    desk = office.desk
    bootstrap.grant(frieda, "specialist", "N")
    bootstrap.grant(desk.dora, "administrator", "NW")
    rule = office.in_force(needs=[], roles=["specialist"])
    for one in (frieda, office.hugo):
        role = "head" if one == frieda else "director"
        desk.do(desk.dora, one.file.record, "revoke_role", role=role, unit="N")

    with pytest.raises(Refused, match="Within the last 30 days you took from Frieda Example"):
        desk.do(desk.dora, rule, "withdraw", because="Nobody else is left.")

    assert state_of(rule) == "in_force"


def test_rules_about_rules_do_not_yield_to_who_took_the_role_of_those_who_meet_them(
    office: Office, frieda: User
):
    desk = office.desk
    bootstrap.grant(desk.dora, "administrator", "NW")
    office.qualify(frieda)
    keys = ["approve", "withdraw", "reject"]
    office.in_force(commands=[f"authority_rule.{key}" for key in keys])
    other = office.draft(title="Less")
    desk.do(office.hugo, other, "submit")
    desk.do(desk.dora, frieda.file.record, "revoke_role", role="head", unit="N")

    with pytest.raises(NotPermitted, match="needs “Audits”"):
        desk.do(desk.dora, other, "approve")

    desk.do(None, frieda.file.record, "grant_role", role="head", unit="N")
    desk.do(frieda, other, "approve")
    assert state_of(other) == "in_force"


def test_nobody_moves_a_unit_out_of_the_reach_of_a_rule_that_binds_them(office: Office, frieda: User):
    desk = office.desk
    bootstrap.add_role("mover", "Mover", "", ["organisation.administer"])
    bootstrap.grant(desk.dora, "administrator", "NW")
    bootstrap.grant(frieda, "mover", "NW")
    lab = bootstrap.add_unit("LAB", "Lab", "team", "N")
    rule = office.in_force(needs=[], roles=["specialist"])
    reorganise = {"parent": "S", "because": "A reorganisation."}

    with pytest.raises(Refused) as refusal:
        desk.do(desk.dora, lab.file.record, "move", **reorganise)

    assert str(refusal.value.fields["parent"]) == (
        f"By this move, rules that bind you would no longer hold in Lab: {rule.number}. Ask Frieda Example, who"
        " administers both places."
    )
    sol = bootstrap.add_person("sol", "Sol Example", "NW", password=PASSWORD)
    bootstrap.grant(sol, "mover", "NW")
    desk.do(sol, lab.file.record, "move", **reorganise)  # whom nothing there lets ask for a change
    told = Notice.objects.filter(user=desk.dora).latest("pk")
    assert str(told) == (
        "Sol Example moved Lab from North to South; rights follow the tree, and these rules no longer hold there:"
        f" {rule.number}."
    )

"""Authority rules as controlled records: written, approved by somebody else, revised, withdrawn."""

from typing import Any

import pytest

from setsquare.domains.authority.in_words import told
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from tests.authority.conftest import Office
from tests.cases import ThingCase
from tests.changes.conftest import state_of


class TestAuthorityRules(ThingCase):
    thing = "authority_rule"

    @pytest.fixture
    def prepared(self, office: Office) -> None:
        self.office = office

    def make(self, number: int) -> Record:
        return self.office.draft(title=f"Who asks for changes {number}")

    def reader(self) -> User:
        return self.office.hugo

    def stranger(self) -> User:
        return bootstrap.add_person("nora", "Nora Nobody", "S")


def asks(office: Office) -> Record:
    return office.desk.request(title="Another")


def test_a_rule_is_asked_from_its_approval_until_its_withdrawal(office: Office):
    desk, rule = office.desk, office.draft()
    held = office.qualify(desk.ben)
    desk.do(office.hugo, rule, "submit")
    assert Task.objects.get(record=rule, done__isnull=True).assignee == desk.dora
    asks(office)
    with pytest.raises(NotPermitted, match="You wrote this rule"):
        desk.do(office.hugo, rule, "approve")
    desk.do(desk.dora, rule, "reject", because="Say why.")
    office.put_into_force(rule)
    with pytest.raises(NotPermitted) as why:
        asks(office)
    assert str(why.value) == (
        f"This needs {office.needed()}; you hold none. "
        "Rule AR-001 asks for it. What leads there: have yourself assessed in “Audits” by Dora Example / Hugo Example."
    )
    assert desk.request(who=desk.ben).owner == desk.ben
    made = Rule.objects.get()
    assert (made.record, made.version) == (rule, Record.objects.get(pk=rule.pk).version)
    assert not thing_of("authority_rule").derived(Record.objects.get(pk=rule.pk))
    Rule.objects.update(independent=True)
    assert thing_of("authority_rule").derived(Record.objects.get(pk=rule.pk)) == ("rule_in_force",)
    assert held.ended is None
    desk.do(desk.dora, rule, "withdraw", because="Not needed.")
    assert asks(office) and state_of(rule) == "withdrawn"


def test_the_present_edition_holds_until_the_next_one_is_approved(office: Office):
    desk = office.desk
    office.qualify(desk.ben, 2)
    rule = office.in_force(needs=[{"subject": office.subject.number, "topic": "A1", "level": 2}])
    desk.do(office.hugo, rule, "revise", because="Higher.")
    following = Record.objects.get(number="AR-001/2")
    with pytest.raises(WrongState, match="AR-001/2 is being written already"):
        desk.do(office.hugo, rule, "revise", because="Again.")
    needs = [{"subject": office.subject.number, "topic": "A1", "level": 3}]
    body = {
        "title": "Who asks",
        "why": "It takes more.",
        "commands": ["change_request.create"],
        "needs": needs,
    }
    desk.do(office.hugo, following, "edit", **body)
    desk.do(office.hugo, following, "submit")
    assert desk.request(who=desk.ben)
    office.qualify(desk.carl)
    desk.do(desk.dora, following, "approve")
    assert [state_of(each) for each in (rule, following)] == ["superseded", "in_force"]
    with pytest.raises(NotPermitted, match="you hold level 2"):
        desk.request(who=desk.ben)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"commands": ["change_request.fly"]}, "commands.0", "There is no command “change_request.fly”"),
        ({"commands": ["change_request.escalate"]}, "commands.0", "that people carry out"),
        ({"meanings": ["nonsense"]}, "meanings.0", "No signature says “nonsense”."),
        ({"kinds": ["nonsense"]}, "kinds.0", "There is no kind of record “nonsense”."),
        ({"commands": []}, "commands", "Say at which commands or signatures the rule is asked."),
        ({"needs": []}, "needs", "Say what is needed: a role, a qualification, or independence."),
        ({"needs": [{"subject": "NO-1"}]}, "needs.0.subject", "There is no NO-1 that you can see."),
        ({"needs": [{"subject": "CR", "level": 0}]}, "needs.0.level", "1"),
    ],
)
def test_bad_input_is_refused_at_its_field(office: Office, given: dict[str, Any], field: str, said: str):
    with pytest.raises(Refused) as why:
        office.draft(**given)
    assert said in str(why.value.fields[field])


@pytest.mark.parametrize(
    "key",
    ["quiz_attempt.submit", "person.make_token", "assessment.rate", "certificate.edit", "badge_issuer.edit"],
)
def test_nobody_is_independent_of_what_only_its_own_people_do(office: Office, key: str):
    with pytest.raises(Refused) as why:
        office.draft(commands=["change_request.accept", key], needs=[], independent=True)
    assert list(why.value.fields) == ["independent"]
    command = command_of(*key.split("."))
    said = f"“{told(command)}” is only ever done by whose record it is: nobody is independent of it."
    assert str(why.value) == said
    office.draft(commands=["revision.confirm_reading", "course.sign_off", key], needs=[], roles=["reader"])
    office.draft(commands=["revision.confirm_reading", "course.sign_off"], needs=[], independent=True)


def test_a_subject_that_is_not_visible_does_not_exist(office: Office):
    hidden = office.desk.request(title="Elsewhere", unit="S", who=office.desk.olga)
    with pytest.raises(Refused) as why:
        office.draft(needs=[{"subject": hidden.number}])
    assert list(why.value.fields) == ["needs.0.subject"]


def test_a_rule_that_nobody_meets_is_not_put_into_force(office: Office):
    desk = office.desk
    office.qualify(desk.ben, 2)
    rule = office.draft()
    desk.do(office.hugo, rule, "submit")
    with pytest.raises(Refused) as why:
        desk.do(desk.dora, rule, "approve")
    assert str(why.value).startswith(
        "With this rule, nobody could do “Change request: New change request” in North."
    )
    assert str(why.value).endswith(f"comes nearest, and lacks: {office.needed()}.")
    assert state_of(rule) == "in_approval" and not Rule.objects.exists()


def test_two_rules_that_nobody_meets_together_are_refused(office: Office):
    desk = office.desk
    office.qualify(desk.ben)
    office.in_force()
    second = office.draft(needs=[], roles=["auditor"])
    desk.do(office.hugo, second, "submit")
    with pytest.raises(
        Refused, match="Ben Example comes nearest, and lacks: not in the role “Internal lead auditor”"
    ):
        desk.do(desk.dora, second, "approve")


def test_rules_about_rules_give_way_where_nobody_meets_them(office: Office):
    """Who may approve rules is never locked out of putting them right."""
    desk = office.desk
    bootstrap.grant(desk.ben, "head", "N")
    held = office.qualify(desk.ben)
    office.in_force(commands=["authority_rule.approve", "authority_rule.withdraw"])
    other = office.draft(needs=[], roles=["reader"])
    desk.do(office.hugo, other, "submit")
    with pytest.raises(NotPermitted, match="you hold none"):
        desk.do(desk.dora, other, "approve")
    held.delete()
    desk.do(desk.dora, other, "approve")
    assert state_of(other) == "in_force"


def test_a_rule_that_asks_for_independence_can_be_withdrawn_by_who_is_left(office: Office):
    rule = office.in_force(commands=["authority_rule.withdraw"], needs=[], independent=True)
    with pytest.raises(NotPermitted, match="independent of it"):
        office.desk.do(office.hugo, rule, "withdraw", because="Mine.")
    Grant.objects.filter(user=office.desk.dora).delete()
    office.desk.do(office.hugo, rule, "withdraw", because="Nobody else is left.")
    assert state_of(rule) == "withdrawn"


def test_who_holds_no_permission_writes_and_approves_none(office: Office):
    body = {
        "title": "Mine",
        "why": "So.",
        "unit": "N",
        "commands": ["change_request.create"],
        "independent": True,
    }
    with pytest.raises(NotPermitted):
        carry_out("authority_rule", "create", Actor(office.desk.ben), body=body)
    made = carry_out("authority_rule", "create", Actor(office.hugo), body=body)
    assert made.conclusion == "AR-001 is a draft. Submit it, and somebody else approves it."
    rule = made.record
    Grant.objects.filter(user=office.desk.dora).delete()
    with pytest.raises(Refused, match="Nobody else may approve authority rules for North"):
        office.desk.do(office.hugo, rule, "submit")


@pytest.mark.parametrize(
    ("name", "value"), [("commands", "supervised_deed.countersign"), ("meanings", "countersigned")]
)
def test_who_countersigns_is_said_in_the_rule_of_what_is_prepared_alone(
    office: Office, name: str, value: str
) -> None:
    with pytest.raises(Refused) as why:
        office.draft(**{"commands": ["change_request.create"], name: [value]})
    sentence = (
        "Who countersigns is said in the rule of what is prepared, at “Who countersigns needs besides”."
    )
    assert why.value.fields == {f"{name}.0": sentence}


def test_a_rule_asks_something_before_it_lets_others_do_it_supervised_or_by_breaking_the_glass(
    office: Office,
):
    rule = office.draft(commands=["authority_rule.submit"])
    with pytest.raises(Refused) as why:
        office.draft(commands=["authority_rule.approve"], break_glass=True)
    assert "is only ever done by who meets the rule" in str(why.value.fields["break_glass"])
    with pytest.raises(Refused) as why:
        office.draft(needs=[], roles=["head"], countersigned=True)
    assert "Say first which qualifications" in str(why.value.fields["countersigned"])
    with pytest.raises(Refused) as why:
        office.draft(of_supervisor=[{"subject": office.subject.number, "topic": "A1"}])
    assert list(why.value.fields) == ["of_supervisor"]
    assert state_of(rule) == "draft"

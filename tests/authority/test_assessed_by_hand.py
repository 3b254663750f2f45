"""Who may look at an assessment as the second one is also whom the rules in force let do it now."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from tests.authority.conftest import Office
from tests.authority.test_owed_rights import administered, asked, noted
from tests.changes.conftest import state_of
from tests.days import today


@pytest.fixture
def assessed(office: Office) -> Record:
    """Have Carl, who gave Gus the right to assess, assess Op under a rule that Dora and Hugo do not meet."""
    desk = office.desk
    administered(office, desk.carl)
    bootstrap.grant(desk.carl, "manager", "N")
    person = bootstrap.add_person("op", "Op Example", "N", password="a-quiet-river-42")
    bootstrap.grant(person, "reader", "N")
    desk.people["gus"] = bootstrap.add_person("gus", "Gus Example", "N", password="a-quiet-river-42")
    desk.do(desk.carl, desk.gus.file.record, "grant_role", role="manager", unit="N")
    for person in (desk.gus, desk.carl):
        office.qualify(person)
    office.in_force(commands=["assessment.agree"])
    begun = {"person": "op", "framework": office.subject.number, "method": "assessor", "day": today()}
    made = carry_out("assessment", "begin", Actor(desk.carl), body=begun).record
    desk.do(desk.carl, made, "rate", ratings=[{"component": "A1", "level": 2, "reason": "Seen."}])
    return made


def test_who_owes_the_right_agrees_where_rules_let_nobody_else(office: Office, assessed: Record):
    desk = office.desk
    desk.do(desk.carl, assessed, "submit")
    assert asked(assessed) == ["gus"]
    with pytest.raises(NotPermitted, match="somebody else agrees on it: Gus Example"):
        desk.do(desk.carl, assessed, "agree")
    desk.do(desk.gus, assessed, "agree")
    assert state_of(assessed) == "agreed"
    assert "Carl Example, who assessed or recorded it, gave the right" in noted(assessed)


def test_who_meets_the_rules_by_another_hand_agrees_in_their_place(office: Office, assessed: Record):
    desk = office.desk
    office.qualify(desk.dora)
    desk.do(desk.carl, assessed, "submit")
    assert asked(assessed) == ["dora"]
    with pytest.raises(NotPermitted, match="somebody else looks at it: Dora Example\\."):
        desk.do(desk.gus, assessed, "agree")
    desk.do(desk.dora, assessed, "agree")
    assert state_of(assessed) == "agreed"


def test_who_assessed_is_told_where_nobody_else_meets_the_rules(office: Office, assessed: Record):
    desk = office.desk
    desk.do(desk.carl, assessed, "submit")
    Qualification.objects.filter(user=desk.gus).delete()
    with pytest.raises(NotPermitted) as refused:
        desk.do(desk.carl, assessed, "agree")
    assert str(refused.value) == (
        "You made this assessment; somebody else agrees on it, but nobody who may can do it now."
    )

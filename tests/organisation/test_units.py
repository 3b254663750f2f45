"""Units: the tree, and what would break it."""

import datetime as dt

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.queries import line, tree
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.trail.reading import history
from tests.days import today
from tests.organisation.test_alone import told


def test_a_unit_is_made_below_another(house):
    record = house.make(house.rita, "unit", "create", name="Line 1", code="L1", kind="team", parent="N")

    assert record.number == "UNIT-004"
    unit = Unit.objects.get(code="L1")
    assert [step.code for step in line(unit)] == ["NW", "N", "L1"]
    assert record.unit == unit


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "X", "code": "X", "kind": "team"}, "parent"),
        ({"name": "X", "code": "n", "kind": "team", "parent": "NW"}, "code"),
        ({"name": "X", "code": "X Y", "kind": "team", "parent": "NW"}, "code"),
        ({"name": "X", "code": "X", "kind": "organisation", "parent": "NW"}, "kind"),
        ({"name": "X", "code": "X", "kind": "village", "parent": "NW"}, "kind"),
        ({"name": "X", "code": "X", "kind": "team", "parent": "NW", "time_zone": "Mars/Base"}, "time_zone"),
        ({"name": " ", "code": "X", "kind": "team", "parent": "NW"}, "name"),
        ({"name": "X", "code": "X", "kind": "team", "parent": "nowhere"}, "parent"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_at_its_field(house, body, field):
    with pytest.raises(Refused) as refusal:
        house.make(house.rita, "unit", "create", **body)

    assert list(refusal.value.fields) == [field]
    assert str(refusal.value.fields[field])


def test_a_level_cannot_stand_above_a_higher_one(house):
    house.make(house.rita, "unit", "create", name="Team", code="T", kind="team", parent="N")

    with pytest.raises(Refused) as refusal:
        house.make(house.rita, "unit", "create", name="Site", code="X", kind="site", parent="T")

    assert "cannot be part of" in str(refusal.value.fields["kind"])


def test_editing_a_unit_keeps_what_it_was(house):
    house.do(
        house.rita,
        "edit",
        house.north,
        name="North and east",
        code="NE",
        time_zone="Europe/Paris",
        because="A reorganisation.",
    )

    unit = Unit.objects.get(pk=house.north.pk)
    assert (unit.name, unit.code, unit.time_zone) == ("North and east", "NE", "Europe/Paris")
    assert unit.file.record.title == "North and east"
    changed = {change.path: change.before for change in history(unit.file.record)[0].changes}
    assert changed == {"code": "N", "part": "N", "title": "North", "unit": "N", "time_zone": ""}


def test_moving_takes_along_what_is_below_and_the_rights(house):
    house.make(house.rita, "unit", "create", name="Line", code="L", kind="team", parent="S")
    lines = Unit.objects.get(code="L")
    assert "organisation.administer" not in permissions_in(house.sam, lines.pk)

    house.do(house.rita, "move", lines, parent="N", because="A reorganisation.")

    assert [step.code for step in line(lines)] == ["NW", "N", "L"]
    assert "organisation.administer" in permissions_in(house.sam, lines.pk)


@pytest.mark.parametrize("target", ["A", "B"])
def test_a_circle_is_refused_at_the_field_parent(house, target):
    house.make(house.rita, "unit", "create", name="Alpha", code="A", kind="department", parent="N")
    house.make(house.rita, "unit", "create", name="Beta", code="B", kind="department", parent="A")

    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "move", Unit.objects.get(code="A"), parent=target, because="A reorganisation.")

    assert "cannot be part of" in str(refusal.value.fields["parent"])
    assert [step.code for step in line(Unit.objects.get(code="B"))] == ["NW", "N", "A", "B"]


def test_the_organisation_itself_stays(house):
    with pytest.raises(Refused, match="not part of anything"):
        house.do(house.rita, "move", house.top, parent="N", because="A reorganisation.")
    with pytest.raises(Refused, match="cannot be closed"):
        house.do(house.rita, "close", house.top, because="over")


def test_a_unit_closes_only_when_it_is_empty(house):
    with pytest.raises(Refused, match="3 people"):
        house.do(house.rita, "close", house.north, because="moved out")

    house.do(house.rita, "close", house.south, because="moved out")

    closed = Unit.objects.get(pk=house.south.pk)
    assert closed.closed_on is not None
    assert closed.file.record.state == "closed"
    assert "S" not in {branch.unit.code for branch in tree(house.rita)[0].below}
    with pytest.raises(Refused, match="closed") as refusal:
        house.do(house.rita, "transfer", house.anna, unit="S")
    assert list(refusal.value.fields) == ["unit"]


def test_a_unit_with_an_open_unit_below_does_not_close(house):
    house.make(house.rita, "unit", "create", name="Line", code="L", kind="team", parent="S")

    with pytest.raises(Refused, match="Line is part of it"):
        house.do(house.rita, "close", house.south, because="moved out")


def test_a_unit_with_open_records_does_not_close(house):
    asked = {"title": "Change it", "what": "The label.", "why": "It is wrong.", "unit": "S"}
    house.make(house.anna, "change_request", "create", **asked)

    with pytest.raises(Refused, match="still open, such as CR-"):
        house.do(house.rita, "close", house.south, because="moved out")


def test_closing_asks_for_a_reason_and_can_be_undone(house):
    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "close", house.south)
    assert list(refusal.value.fields) == ["reason"]

    house.do(house.rita, "close", house.south, because="moved out")
    house.do(house.rita, "reopen", house.south, because="moved in again")

    assert Unit.objects.get(pk=house.south.pk).closed_on is None


def test_who_administers_one_site_does_not_administer_another(house):
    house.make(house.sam, "unit", "create", name="Lab", code="LAB", kind="team", parent="N")

    with pytest.raises(Refused) as refusal:
        house.make(house.sam, "unit", "create", name="Lab", code="LAB2", kind="team", parent="S")
    assert "You do not administer South" in str(refusal.value.fields["parent"])
    with pytest.raises(NotPermitted):
        house.do(house.sam, "edit", house.south, name="Mine", code="S", because="A reorganisation.")
    with pytest.raises(Refused) as refusal:
        house.do(house.sam, "move", Unit.objects.get(code="LAB"), parent="S", because="A reorganisation.")
    assert list(refusal.value.fields) == ["parent"]


def test_who_only_reads_changes_nothing(house):
    with pytest.raises(NotPermitted):
        house.do(house.anna, "edit", house.north, name="Mine", code="N", because="A reorganisation.")


def held_over(user, unit):
    return permissions_in(user, unit.pk)


def test_nobody_moves_a_unit_to_where_they_hold_more(house):
    bootstrap.grant(house.rita, "head", "N")

    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "move", house.south, parent="N", because="A reorganisation.")

    assert str(refusal.value.fields["parent"]) == (
        "By this move you would get rights over South that you do not hold today. First make somebody else"
        " administrator of both places, and ask them."
    )
    assert "documents.approve" not in held_over(house.rita, house.south)
    bootstrap.grant(house.anna, "administrator", "NW")
    with pytest.raises(Refused, match="Ask Anna Weber, who administers both places"):
        house.do(house.rita, "move", house.south, parent="N", because="A reorganisation.")
    house.do(house.anna, "move", house.south, parent="N", because="A reorganisation.")
    assert "documents.approve" in held_over(house.rita, house.south)


def test_a_role_that_begins_later_counts_as_well(house):
    house.do(None, "grant_role", house.rita, role="head", unit="N", starts=today() + dt.timedelta(days=3))
    with pytest.raises(Refused, match="By this move you would get rights over South"):
        house.do(house.rita, "move", house.south, parent="N", because="A reorganisation.")


def test_nobody_takes_a_unit_out_of_a_place_that_they_do_not_administer(house):
    house.make(house.rita, "unit", "create", name="Lab", code="LAB", kind="team", parent="N")
    lab = Unit.objects.get(code="LAB")
    for where in ("LAB", "S"):
        bootstrap.grant(house.anna, "administrator", where)

    with pytest.raises(Refused, match="You do not administer North; ask somebody who does") as refusal:
        house.do(house.anna, "move", lab, parent="S", because="A reorganisation.")

    assert list(refusal.value.fields) == ["parent"]


def test_who_leads_and_who_administers_is_told_of_a_move(house):
    house.make(house.rita, "unit", "create", name="Lab", code="LAB", kind="team", parent="N")
    house.do(None, "transfer", house.ben, unit="LAB", manager="anna")

    house.do(house.rita, "move", Unit.objects.get(code="LAB"), parent="S", because="A reorganisation.")

    sentence = "Rita Root moved Lab from North to South; rights follow the tree."
    assert [told(one)[-1] for one in (house.anna, house.sam)] == [sentence] * 2
    assert sentence not in told(house.rita)


def test_who_loses_rights_over_a_unit_by_its_move_is_told(house):
    house.make(house.rita, "unit", "create", name="Lab", code="LAB", kind="team", parent="N")
    bootstrap.grant(house.anna, "head", "N")
    bootstrap.grant(house.ben, "reader", "N")

    house.do(house.rita, "move", Unit.objects.get(code="LAB"), parent="S", because="A reorganisation.")

    assert told(house.anna)[-1] == "Rita Root moved Lab from North to South; rights follow the tree."
    assert told(house.ben) == [], "he only read there"

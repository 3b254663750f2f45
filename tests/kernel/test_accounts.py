"""Units as a tree, and rights that follow it downwards."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from setsquare.kernel.accounts.models import Delegation, Grant, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import (
    holders,
    holders_within,
    people_permitted,
    permissions_in,
    stands_in_for,
    substitutes_of,
    units_where,
)
from setsquare.kernel.accounts.units import CircularTree, place, zone


def codes(subquery):
    return sorted(Unit.objects.filter(pk__in=subquery).values_list("code", flat=True))


def test_the_closure_follows_a_unit_that_moves(house):
    team = Unit(code="T1", name="Team", kind=Unit.Kind.TEAM)
    place(team, house.berlin)
    place(house.berlin, house.ghent)
    rows = UnitPath.objects.filter(descendant=team).order_by("depth").values_list("ancestor__code", "depth")
    assert list(rows) == [("T1", 0), ("BER", 1), ("GNT", 2), ("ORG", 3)]


@pytest.mark.parametrize("under", ["self", "child"])
def test_a_unit_cannot_stand_below_itself(house, under):
    before = sorted(UnitPath.objects.values_list())
    with pytest.raises(CircularTree):
        place(house.root, house.root if under == "self" else house.ghent)
    assert sorted(UnitPath.objects.values_list()) == before


def test_the_time_zone_is_inherited(house):
    assert (zone(house.berlin).key, zone(house.ghent).key) == ("Europe/Berlin", "Europe/Brussels")


def test_rights_go_down_and_reading_may_look_up_but_never_sideways(house):
    team = Unit(code="T1", name="Team", kind=Unit.Kind.TEAM)
    place(team, house.berlin)
    assert codes(units_where(house.writer, "notes.read")) == ["BER", "T1"]
    assert codes(units_where(house.writer, "notes.read", upwards=True)) == ["BER", "ORG", "T1"]
    assert permissions_in(house.writer, team.pk) == {"notes.read", "notes.write"}
    assert permissions_in(house.writer, house.ghent.pk) == frozenset()


def test_a_grant_holds_from_its_start_to_its_end(house):
    now = timezone.now()
    Grant.objects.filter(user=house.writer).update(ends=now - dt.timedelta(seconds=1))
    Grant.objects.filter(user=house.other).update(starts=now + dt.timedelta(hours=1))
    assert permissions_in(house.writer, house.berlin.pk) == frozenset()
    assert permissions_in(house.other, house.ghent.pk) == frozenset()


def test_holders_of_a_role(house):
    assert list(holders(house.role, house.berlin)) == [house.writer]
    assert list(holders(house.role, house.root)) == []
    assert list(holders_within(house.role, house.root)) == [house.writer, house.other]
    assert list(people_permitted("notes.write", house.ghent)) == [house.other]
    User.objects.filter(pk=house.other.pk).update(is_active=False)
    assert list(holders_within(house.role, house.root)) == [house.writer]


def test_delegation_holds_while_it_lasts(house):
    now = timezone.now()
    given = Delegation.objects.create(
        absent=house.writer, substitute=house.other, starts=now, ends=now + dt.timedelta(days=1)
    )
    assert list(stands_in_for(house.other)) == [given]
    assert list(substitutes_of(house.writer)) == [house.other]
    Delegation.objects.update(ends=now)
    assert not stands_in_for(house.other).exists()


def test_a_sign_in_name_is_taken_in_every_case_of_letters(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ANNA", name="Another")

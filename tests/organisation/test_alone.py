"""An insider alone gives themself nothing: not by taking from others first, and not unseen."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.organisation import bootstrap, taking
from setsquare.domains.organisation.taking import taken_by
from setsquare.kernel.accounts.models import Grant, Role, Unit, User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.notices.models import Notice
from tests.days import today

ADMINISTER = "organisation.administer"
TOOK = "Within the last 30 days you took from Sam North"


def later(**by: float) -> Any:
    """Return what stands for the clock so much later."""
    real = timezone.now
    return lambda: real() + dt.timedelta(**by)


def told(user: User) -> list[str]:
    return [
        str(one)
        for one in Notice.objects.filter(user=user).exclude(text__startswith="You hold").order_by("pk")
    ]


@pytest.fixture
def ben_in_the_north(house):
    """Have Ben report to nobody, in the unit that Sam administers with Rita."""
    house.do(None, "transfer", house.ben, unit="N", manager=None)
    return User.objects.get(pk=house.ben.pk)


# --- who took the rights of others does not act alone ------------------------------------------------


def take_a_role(house):
    house.do(house.rita, "revoke_role", house.sam, role="administrator", unit="N")


def end_the_work(house):
    house.do(house.rita, "leave", house.sam, date=today())


def have_confirmed_anew(house):
    house.do(
        house.rita,
        "edit",
        house.sam,
        name="Sam North",
        email="rita+2@norma.example",
        because="A new address.",
    )


def empty_the_role(house):
    bootstrap.add_role("chief", "Chief", "", [ADMINISTER])
    bootstrap.grant(house.rita, "chief", "NW")
    role = Role.objects.get(code="administrator").file.record
    house.do(
        house.rita, "set_permissions", role, permissions=["organisation.read"], because="Less is enough."
    )


@pytest.mark.parametrize("take", [take_a_role, end_the_work, have_confirmed_anew, empty_the_role])
def test_nobody_leads_people_because_they_took_the_rights_of_who_would_have_been_asked(
    house, ben_in_the_north, take
):
    take(house)

    with pytest.raises(Refused, match=TOOK) as refusal:
        house.do(house.rita, "transfer", ben_in_the_north, unit="N", manager="rita")

    assert list(refusal.value.fields) == ["manager"]


def test_what_somebody_else_took_or_took_long_ago_leaves_one_alone(house, ben_in_the_north, monkeypatch):
    take_a_role(house)
    assert list(taken_by(house.rita, [ADMINISTER], house.north.pk)) == [house.sam]
    assert list(taken_by(house.rita, [ADMINISTER], house.south.pk)) == [], "he held nothing there"
    assert list(taken_by(house.rita, ["documents.approve"], house.north.pk)) == [], "he never held it"
    assert list(taken_by(house.anna, [ADMINISTER], house.north.pk)) == [], "she took nothing"
    with monkeypatch.context() as clock:
        clock.setattr(taking.timezone, "now", later(days=31))
        assert not taken_by(house.rita, [ADMINISTER], house.north.pk).exists()
        house.do(house.rita, "transfer", ben_in_the_north, unit="N", manager="rita")
    assert User.objects.get(pk=house.ben.pk).manager == house.rita


def test_who_held_a_right_over_a_unit_counts_after_it_or_one_above_it_was_moved(house, monkeypatch):
    house.make(house.rita, "unit", "create", name="Works", code="W", kind="department", parent="N")
    lab = house.make(house.rita, "unit", "create", name="Lab", code="LAB", kind="team", parent="W").unit
    house.do(house.rita, "edit", house.north, name="North", code="N2", because="A new code.")
    house.do(house.rita, "move", Unit.objects.get(code="W"), parent="S", because="A reorganisation.")
    house.do(house.rita, "edit", house.north, name="North", code="N3", because="A newer code.")
    house.do(house.rita, "edit", house.south, name="South", code="N2", because="To mislead.")

    assert list(taken_by(house.rita, [ADMINISTER], lab.pk)) == [house.sam]
    assert list(taken_by(house.rita, [ADMINISTER], house.south.pk)) == [], "he held nothing there"
    assert list(taken_by(house.anna, [ADMINISTER], lab.pk)) == [], "she moved nothing"
    with monkeypatch.context() as clock:
        clock.setattr(taking.timezone, "now", later(days=31))
        assert not taken_by(house.rita, [ADMINISTER], lab.pk).exists()


def test_a_move_takes_nothing_from_who_may_all_the_same(house):
    bootstrap.grant(house.anna, "administrator", "NW")
    house.make(house.rita, "unit", "create", name="Works", code="W", kind="department", parent="N")
    works = Unit.objects.get(code="W")
    house.do(house.rita, "move", works, parent="S", because="A reorganisation.")
    assert list(taken_by(house.rita, [ADMINISTER], works.pk)) == [house.sam], "Anna administers all of it"
    bootstrap.grant(house.sam, "administrator", "S")
    assert not taken_by(house.rita, [ADMINISTER], works.pk).exists()


def test_a_move_and_back_takes_nothing(house):
    house.make(house.rita, "unit", "create", name="Works", code="W", kind="department", parent="N")
    bootstrap.grant(house.ben, "administrator", "S")
    works = Unit.objects.get(code="W")
    house.do(house.rita, "move", works, parent="S", because="A reorganisation.")
    assert list(taken_by(house.rita, [ADMINISTER], works.pk)) == [house.sam]
    house.do(house.rita, "move", works, parent="N", because="It was a mistake.")
    assert not taken_by(house.rita, [ADMINISTER], works.pk).exists()


def test_an_ordinary_reorganisation_keeps_nobody_from_leading(house):
    house.make(house.rita, "unit", "create", name="Works", code="W", kind="department", parent="S")
    eva = bootstrap.add_person("eva", "Eva Novak", "W")
    house.do(None, "transfer", house.rita, unit="NW", manager=None)
    house.do(house.rita, "move", Unit.objects.get(code="W"), parent="NW", because="A reorganisation.")
    house.do(house.rita, "transfer", eva, unit="W", manager="rita")
    assert User.objects.get(pk=eva.pk).manager == house.rita


def test_a_role_that_is_taken_from_who_may_all_the_same_is_no_taking(house):
    bootstrap.grant(house.sam, "administrator", "NW")
    take_a_role(house)
    assert not taken_by(house.rita, [ADMINISTER], house.north.pk).exists()


def test_a_unit_is_known_again_by_whatever_code_it_bears(house, ben_in_the_north):
    house.do(house.rita, "transfer", ben_in_the_north, unit="S", manager=None)
    house.do(house.rita, "edit", house.north, name="North", code="N2", because="A new code.")

    with pytest.raises(Refused, match="ask Sam North, who administers there too"):
        house.do(house.rita, "transfer", house.ben, unit="S", manager="rita")


def test_a_name_that_is_put_right_takes_nothing(house, ben_in_the_north):
    house.do(house.rita, "edit", house.sam, name="Samuel North", because="A slip.")
    assert not taken_by(house.rita, [ADMINISTER], house.north.pk).exists()


def test_the_question_costs_three_queries(house, django_assert_num_queries):
    take_a_role(house)
    with django_assert_num_queries(3):
        assert taken_by(house.rita, [ADMINISTER, "trail.read"], house.north.pk).exists()


def test_who_ended_the_work_of_all_others_is_not_alone_at_once(house):
    for person in (house.ben, house.anna, house.sam):
        house.do(house.rita, "leave", person, date=today())

    with pytest.raises(Refused, match="Nobody grants themself a role"):
        house.do(house.rita, "grant_role", house.rita, role="head", unit="NW")
    reader = Role.objects.get(code="reader").file.record
    with pytest.raises(Refused, match="You hold this role yourself"):
        house.do(house.rita, "set_permissions", reader, permissions=["documents.approve"], because="For me.")
    assert not Grant.objects.filter(user=house.rita, role__code="head").exists()


def test_nobody_widens_their_own_role_after_they_took_the_other_administrators(house):
    bootstrap.grant(house.sam, "administrator", "NW")
    house.do(house.rita, "revoke_role", house.sam, role="administrator", unit="NW")
    reader = Role.objects.get(code="reader").file.record

    with pytest.raises(Refused, match=TOOK) as refusal:
        house.do(house.rita, "set_permissions", reader, permissions=["trail.read"], because="For me.")

    assert list(refusal.value.fields) == ["permissions"]


def test_a_role_is_taken_in_sight_of_its_holder_and_of_who_else_administers(house):
    bootstrap.grant(house.anna, "administrator", "NW")
    Notice.objects.all().delete()

    house.do(house.rita, "revoke_role", house.sam, role="administrator", unit="N")

    sentence = "Rita Root took the role Administrator in North from Sam North."
    assert told(house.sam) == [sentence]
    assert told(house.anna) == [sentence]
    assert told(house.rita) == []


def test_who_else_administers_is_told_whose_work_ended(house):
    house.do(house.rita, "leave", house.ben, date=today())

    assert told(house.sam) == ["Rita Root ended the work of Ben Ito here, and with it all their roles."]

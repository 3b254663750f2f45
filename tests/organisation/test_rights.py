"""Roles granted and substitutes named."""

import datetime as dt

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.queries import delegations, holdings, permitted_to
from setsquare.kernel.accounts.models import Delegation, Grant, Role, User
from setsquare.kernel.accounts.rights import permissions_in, stands_in_for
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from tests.days import today


def day(offset: int) -> dt.date:
    return today() + dt.timedelta(days=offset)


def test_a_role_holds_where_it_is_granted_and_below(house):
    house.do(house.rita, "grant_role", house.anna, role="controller", unit="N")

    assert "documents.control" in permissions_in(house.anna, house.north.pk)
    assert "documents.control" not in permissions_in(house.anna, house.south.pk)
    assert "documents.control" not in permissions_in(house.anna, house.top.pk)
    assert Notice.objects.filter(user=house.anna, kind="role").exists()


def test_a_role_holds_from_its_first_to_its_last_day(house):
    house.do(house.rita, "grant_role", house.anna, role="controller", unit="N", starts=day(5), ends=day(9))

    assert "documents.control" not in permissions_in(house.anna, house.north.pk)
    granted = Grant.objects.get(user=house.anna, role__code="controller")
    assert granted.ends - granted.starts == dt.timedelta(days=5)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "reader", "unit": "NW"}, "role"),
        ({"role": "controller", "unit": "N", "starts": 5, "ends": 4}, "ends"),
        ({"role": "controller", "unit": "N", "ends": -4}, "ends"),
        ({"role": "controller", "unit": "N", "starts": "soon"}, "starts"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused(house, body, field):
    body = {key: day(value) if isinstance(value, int) else value for key, value in body.items()}

    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "grant_role", house.anna, **body)

    assert list(refusal.value.fields) == [field]


def test_nobody_grants_beyond_where_they_administer(house):
    house.do(house.sam, "grant_role", house.anna, role="controller", unit="N")

    with pytest.raises(Refused, match="You do not administer"):
        house.do(house.sam, "grant_role", house.sam, role="administrator", unit="NW")
    with pytest.raises(NotPermitted):
        house.do(house.anna, "grant_role", house.anna, role="administrator", unit="N")


def test_a_revoked_role_ends_and_stays_on_record(house):
    house.do(house.rita, "revoke_role", house.anna, role="reader", unit="NW")

    assert permissions_in(house.anna, None) == frozenset()
    assert list(holdings(user=house.anna)) == []
    assert holdings(user=house.anna, past=True).count() == 1
    with pytest.raises(Refused, match="does not hold"):
        house.do(house.rita, "revoke_role", house.anna, role="reader", unit="NW")
    house.do(house.rita, "grant_role", house.anna, role="reader", unit="NW")


def test_somebody_always_administers_without_an_end(house):
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW", ends=day(30))

    with pytest.raises(Refused, match="nobody could administer"):
        house.do(house.rita, "revoke_role", house.rita, role="administrator", unit="NW")

    assert "organisation.administer" in permissions_in(house.rita, house.top.pk)


def test_a_role_without_its_permission_would_leave_nobody(house):
    role = Role.objects.get(code="administrator").file.record

    with pytest.raises(Refused, match="nobody could administer") as refusal:
        house.do(house.rita, "set_permissions", role, permissions=["organisation.read"], because="A slip.")

    assert list(refusal.value.fields) == ["permissions"]


def test_nobody_grants_themself_a_role_where_another_administrator_can_be_asked(house):
    with pytest.raises(Refused, match="first make somebody else administrator"):
        house.do(house.rita, "grant_role", house.rita, role="controller", unit="NW")
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW")

    with pytest.raises(Refused, match="Nobody grants themself a role; ask Anna Weber") as refusal:
        house.do(house.rita, "grant_role", house.rita, role="head", unit="NW")

    assert list(refusal.value.fields) == ["role"]
    house.do(house.anna, "grant_role", house.rita, role="head", unit="NW")


def test_who_sets_up_an_installation_alone_may_do_everything(db):
    rita = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", username="rita", name="Rita Root")
    body = {"role": "head", "unit": "NW"}
    carry_out("person", "grant_role", Actor(rita), record=rita.file.record, body=body)

    assert Grant.objects.filter(user=rita, role__code="head").exists()


def test_no_role_is_granted_for_days_that_are_past(house):
    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "grant_role", house.anna, role="head", unit="NW", starts=day(-1))

    assert list(refusal.value.fields) == ["starts"]


def test_who_holds_a_role_lets_somebody_else_widen_it(house):
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW")
    reader = Role.objects.get(code="reader").file.record
    Grant.objects.filter(user=house.anna, role__code="reader").delete()

    with pytest.raises(Refused, match="You hold this role yourself; ask Anna Weber") as refusal:
        house.do(house.rita, "set_permissions", reader, permissions=["trail.read"], because="For me.")

    assert list(refusal.value.fields) == ["permissions"]
    house.do(house.anna, "set_permissions", reader, permissions=["trail.read"], because="For all.")


def test_who_else_administers_is_told_what_a_role_allows_now(house):
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW")
    Notice.objects.all().delete()
    role = Role.objects.get(code="reader").file.record

    house.do(house.rita, "set_permissions", role, permissions=["documents.read"], because="Less is enough.")

    assert [(notice.user, notice.values) for notice in Notice.objects.all()] == [
        (house.anna, {"name": "Rita Root", "role": role.title})
    ]


def test_who_else_administers_is_told_who_decides_on_content_now(house):
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW")
    Notice.objects.all().delete()

    house.do(house.rita, "grant_role", house.ben, role="reader", unit="N")
    assert [notice.user for notice in Notice.objects.all()] == [house.ben]
    house.do(house.rita, "grant_role", house.ben, role="head", unit="N")

    told = Notice.objects.filter(kind="role", values__person="Ben Ito").order_by("user__username")
    assert [notice.user for notice in told] == [house.anna, house.sam]
    assert (
        str(told[0]) == "Rita Root gave Ben Ito the role Head of quality in North, which decides on content."
    )


def test_who_may_do_something_where_is_told_with_its_source(house):
    held = {
        (grant.user.username, grant.unit.code)
        for grant in permitted_to("organisation.administer", house.north)
    }

    assert held == {("rita", "NW"), ("sam", "N")}
    assert {g.user.username for g in permitted_to("organisation.administer", house.south)} == {"rita"}


def test_a_substitute_stands_in_for_whole_days(house):
    house.do(house.anna, "delegate", house.anna, substitute="ben", starts=day(0), ends=day(2), reason="Leave")

    assert [given.absent for given in stands_in_for(house.ben)] == [house.anna]
    assert delegations(house.anna).count() == 1
    assert Notice.objects.filter(user=house.ben, kind="delegation").exists()

    assert not Notice.objects.filter(user=house.anna, kind="delegation").exists()
    house.do(house.anna, "end_delegation", house.anna, substitute="ben")

    assert list(stands_in_for(house.ben)) == []
    with pytest.raises(Refused, match="does not stand in"):
        house.do(house.anna, "end_delegation", house.anna, substitute="ben")


def test_who_names_a_substitute_by_a_token_is_told_of_it(house):
    body = {"substitute": "ben", "starts": day(0), "ends": day(2)}
    carry_out("person", "delegate", Actor(house.anna, "api"), record=house.anna.file.record, body=body)

    (told,) = Notice.objects.filter(user=house.anna, kind="delegation")
    assert str(told) == f"Ben Ito stands in for you from {day(0)} to {day(2)}."


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"substitute": "anna", "starts": 0, "ends": 2}, "substitute", "themself"),
        ({"substitute": "ben", "starts": 3, "ends": 2}, "ends", "not before"),
        ({"substitute": "ben", "starts": -1, "ends": 2}, "starts", "today"),
        ({"substitute": "nobody", "starts": 0, "ends": 2}, "substitute", "nobody with"),
        ({"substitute": "ben", "starts": 11, "ends": 14}, "starts", "already until"),
        ({"substitute": "sam", "starts": 21, "ends": 24}, "substitute", "is away"),
        ({"substitute": "ben", "starts": 31, "ends": 34}, "starts", "stands in for Rita"),
    ],
)
def test_a_substitution_that_would_lose_tasks_is_refused(house, body, field, sentence):
    house.do(house.anna, "delegate", house.anna, substitute="ben", starts=day(10), ends=day(12))
    house.do(house.sam, "delegate", house.sam, substitute="ben", starts=day(20), ends=day(22))
    house.do(house.rita, "delegate", house.rita, substitute="anna", starts=day(30), ends=day(32))
    body = {key: day(value) if isinstance(value, int) else value for key, value in body.items()}

    with pytest.raises(Refused, match=sentence) as refusal:
        house.do(house.anna, "delegate", house.anna, **body)

    assert list(refusal.value.fields) == [field]


def test_only_the_person_and_administrators_name_a_substitute(house):
    with pytest.raises(NotPermitted):
        house.do(house.ben, "delegate", house.anna, substitute="ben", starts=day(0), ends=day(2))

    house.do(house.rita, "delegate", house.anna, substitute="ben", starts=day(0), ends=day(2))

    assert Delegation.objects.filter(absent=house.anna).count() == 1


def test_who_left_cannot_be_a_substitute(house):
    house.do(house.rita, "leave", house.ben, date=day(0))

    with pytest.raises(Refused, match="has left"):
        house.do(house.anna, "delegate", house.anna, substitute="ben", starts=day(0), ends=day(2))
    assert User.objects.filter(username="ben").exists()

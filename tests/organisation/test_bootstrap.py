"""Making an organisation from nothing."""

import datetime as dt

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.starter import ROLES
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.days import today

FIRST = {"username": "Rita", "name": "Rita Root", "email": "rita@norma.example"}


def test_establishing_makes_the_unit_the_roles_and_the_administrator(db):
    user = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **FIRST, password="a-quiet-river-42")

    assert user.username == "rita"
    assert user.check_password("a-quiet-river-42")
    assert user.unit == Unit.objects.get(code="NW")
    assert Role.objects.count() == len(ROLES)
    assert "organisation.administer" in permissions_in(user, user.unit_id)
    assert "documents.approve" not in permissions_in(user, user.unit_id)
    assert Record.objects.filter(type__in=("unit", "person", "role")).count() == len(ROLES) + 2
    assert Entry.objects.filter(record=user.file.record, command="establish", actor=None).exists()


def test_establishing_twice_changes_nothing(db):
    first = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **FIRST, password="a-quiet-river-42")
    entries = Entry.objects.count()

    again = bootstrap.establish("Other", "O", "UTC", username="zoe", name="Zoe", password="another-river-42")

    assert again == first
    assert Entry.objects.count() == entries
    assert again.check_password("a-quiet-river-42")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"code": "N W"}, "code"),
        ({"username": "no name"}, "username"),
        ({"email": "nonsense"}, "email"),
        ({"password": "12345"}, "password"),
    ],
)
def test_establishing_with_a_bad_value_leaves_nothing_behind(db, change, field):
    given = {"organisation": "Norma Works", "code": "NW", "time_zone": "UTC", **FIRST, **change}

    with pytest.raises(Refused) as refusal:
        bootstrap.establish(**given)

    assert list(refusal.value.fields) == [field]
    assert not User.objects.exists()
    assert not Unit.objects.exists()


def test_the_parts_of_a_demo_can_be_loaded_twice(db):
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **FIRST)
    day = today()
    for _round in range(2):
        bootstrap.add_unit("N", "North", "site", "NW")
        anna = bootstrap.add_person("anna", "Anna Weber", "N", manager="rita", password="demo")
        ben = bootstrap.add_person("ben", "Ben Ito", "N")
        bootstrap.grant(anna, "reader", "NW")
        bootstrap.delegate(anna, ben, day - dt.timedelta(days=3), day + dt.timedelta(days=9), "Leave")
        entries = Entry.objects.count()
    assert Entry.objects.count() == entries

    bootstrap.leave(ben, day - dt.timedelta(days=70))
    bootstrap.leave(ben, day)

    assert User.objects.get(username="ben").left_on == day - dt.timedelta(days=70)
    assert anna.delegations_given.get().revoked is not None

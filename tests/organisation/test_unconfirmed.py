"""Whose access nobody else has confirmed reads and drafts, and decides nothing: one administrator makes no puppets."""

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import (
    leads,
    led_by,
    people_permitted,
    permissions_anywhere_and_in,
    permissions_in,
    units_where,
    who_may,
)
from setsquare.kernel.commands.authorising import candidates
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import why_not_permitted
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.things import thing_of

SAID = "Your access is not confirmed yet"
FIRST = {"documents.read", "documents.work", "organisation.read", "changes.request", "development.plan"}
LATER = {"organisation.administer", "documents.approve", "competence.assess", "training.manage", "trail.read"}


@pytest.fixture
def puppet(house):
    """Rita enters somebody whose mail she reads herself, as administrator and as quality manager."""
    house.make(
        house.rita,
        "person",
        "hire",
        username="puppet",
        name="Pia Puppet",
        unit="NW",
        email="rita+1@norma.example",
        roles=["administrator", "manager"],
        manager="anna",
    )
    return User.objects.get(username="puppet")


def held_in(user, unit, permission):
    return unit.pk in type(unit).objects.filter(pk__in=units_where(user, permission)).values_list(
        "pk", flat=True
    )


def test_roles_count_for_reading_and_drafting_until_somebody_else_confirms(house, puppet):
    top = house.top
    anywhere, here = permissions_anywhere_and_in(puppet, top.pk)
    for found in (permissions_in(puppet, None), permissions_in(puppet, top.pk), anywhere, here):
        assert found >= FIRST
        assert not found & LATER
    assert held_in(puppet, top, "documents.read")
    for permission in sorted(LATER):
        assert not held_in(puppet, top, permission)
        assert puppet not in people_permitted(permission, top)
        assert puppet not in who_may(permission, top.pk)
    assert puppet in people_permitted("documents.work", top)
    assert puppet in who_may("documents.work", top.pk)
    assert puppet not in candidates(command_of("person", "grant_role"), top.pk)

    house.do(house.anna, "confirm_access", puppet)

    puppet = User.objects.get(pk=puppet.pk)
    assert permissions_in(puppet, top.pk) >= FIRST | LATER
    assert held_in(puppet, top, "competence.assess")
    assert puppet in who_may("organisation.administer", top.pk)
    assert puppet in candidates(command_of("person", "grant_role"), top.pk)


def test_an_administrator_gets_no_role_by_the_hand_of_somebody_whom_they_entered(house, puppet):
    with pytest.raises(NotPermitted, match=SAID):
        house.do(puppet, "grant_role", house.rita, role="head", unit="NW")

    assert "documents.approve" not in permissions_in(house.rita, house.top.pk)


def test_who_reads_on_is_told_who_confirms(house, puppet):
    situation = Situation(Actor(puppet), thing_of("certificate"), None, house.top.pk)
    assert str(why_not_permitted(command_of("certificate", "create"), situation)).startswith(SAID)
    with pytest.raises(NotPermitted, match="your manager or another administrator confirms"):
        house.do(puppet, "edit", house.ben, name="Ben Ito", because="Why not.")


def test_the_line_lets_see_nothing_before_the_access_is_confirmed(house, puppet):
    house.do(None, "transfer", house.ben, unit="N", manager="puppet")
    ben = User.objects.get(username="ben")
    assert not leads(puppet, ben)
    assert ben not in User.objects.filter(led_by(puppet))

    house.do(house.anna, "confirm_access", puppet)

    puppet = User.objects.get(pk=puppet.pk)
    assert leads(puppet, ben)
    assert ben in User.objects.filter(led_by(puppet))


def test_every_page_says_so_until_it_is_confirmed(house, puppet):
    client = Client()
    client.force_login(puppet)
    assert SAID in client.get("/").content.decode()

    house.do(house.anna, "confirm_access", puppet)

    assert SAID not in client.get("/").content.decode()


def test_roles_given_along_with_the_entry_are_told_as_those_given_later(house):
    bootstrap.grant(house.anna, "administrator", "NW")

    house.make(
        house.rita, "person", "hire", username="gus", name="Gus Novak", unit="N", roles=["reader", "manager"]
    )

    gus = User.objects.get(username="gus")
    assert [one.values["role"] for one in Notice.objects.filter(user=gus, kind="role").order_by("pk")] == [
        "Reader",
        "Quality manager",
    ]
    told = Notice.objects.filter(user=house.anna, text__contains="which decides on content")
    assert [one.values for one in told] == [
        {"name": "Rita Root", "person": "Gus Novak", "role": "Quality manager", "where": "North"}
    ]


def test_the_first_people_of_an_installation_are_confirmed(house):
    assert "organisation.administer" in permissions_in(house.rita, house.top.pk)
    assert all(user.may_sign for user in User.objects.all())

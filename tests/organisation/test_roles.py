"""Roles and the permissions they carry."""

import pytest

from setsquare.domains.organisation.permissions import known
from setsquare.domains.organisation.starter import ROLES
from setsquare.kernel.accounts.models import Role
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.errors import NotPermitted, Refused


def test_a_role_is_made_with_known_permissions(house):
    record = house.make(
        house.rita, "role", "create", name="Archivist", code="archivist", permissions=["documents.read"]
    )

    assert record.role_file.role.permissions.get().permission == "documents.read"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"permissions": ["documents.fly"]}, "permissions"),
        ({"code": "Reader"}, "code"),
        ({"code": "two words"}, "code"),
        ({"name": ""}, "name"),
    ],
)
def test_a_role_that_does_not_fit_is_refused_at_the_field(house, change, field):
    body = {"name": "X", "code": "x", **change}

    with pytest.raises(Refused) as refusal:
        house.make(house.rita, "role", "create", **body)

    assert list(refusal.value.fields) == [field]


def test_what_a_role_allows_counts_at_once(house):
    role = Role.objects.get(code="reader").file.record

    house.do(
        house.rita, "set_permissions", role, permissions=["documents.read", "trail.read"], because="Audit."
    )

    held = permissions_in(house.anna, house.north.pk)
    assert held == {"documents.read", "trail.read"}


def test_nobody_gives_themself_authority_over_content_by_their_own_role(house):
    held = Role.objects.get(code="administrator")
    role, held = held.file.record, sorted(held.permissions.values_list("permission", flat=True))
    wider = [*held, "documents.approve"]
    with pytest.raises(Refused, match="nobody gives themself authority over content") as refused:
        house.do(house.rita, "set_permissions", role, permissions=wider, because="Mine.")
    assert list(refused.value.fields) == ["permissions"]


def test_who_administers_a_site_changes_no_role(house):
    with pytest.raises(Refused, match="You do not administer"):
        house.make(house.sam, "role", "create", name="X", code="x")
    with pytest.raises(NotPermitted):
        house.do(house.sam, "set_permissions", Role.objects.get(code="reader").file.record, permissions=[])


def test_every_permission_of_the_starter_and_of_the_commands_is_known_and_named(db):
    words = known()

    assert {code for role in ROLES for code in role.permissions} <= set(words)
    assert {"organisation.read", "organisation.administer", "changes.decide"} <= set(words)
    assert [code for code, label in words.items() if str(label) == code] == []

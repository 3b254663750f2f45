"""An organisation with two sites, and the notes of the tests as a record type."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from setsquare.kernel.accounts.models import Grant, Role, RolePermission, Unit, User
from setsquare.kernel.accounts.units import place
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.records import things
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.signatures.credentials import Credentials
from tests.web.notes import NOTE, READ, WRITE

PASSWORD = "a long enough password"
HASHED = make_password(PASSWORD)


@pytest.fixture(autouse=True)
def note_type() -> Iterator[Thing]:
    """Make the notes known for one test."""
    cache.clear()
    things.register(NOTE)
    yield NOTE
    things._things.pop(NOTE.code)


@dataclass
class House:
    """Anna and Carla write at Berlin, Bram at Ghent; Rosa reads everywhere; Nora has no role."""

    root: Unit
    berlin: Unit
    ghent: Unit
    anna: User
    carla: User
    bram: User
    rosa: User
    nora: User

    def do(self, name: str, record: Record | None = None, who: User | None = None, **given: Any) -> Outcome:
        if name == "sign":
            given.setdefault("credentials", Credentials(password=PASSWORD))
            given.setdefault("version", Record.objects.get(number=record.number).version if record else None)
        return carry_out("web_note", name, Actor(who or self.anna), record=record, **given)

    def note(self, title: str = "First words", unit: str = "BER", who: User | None = None) -> Record:
        return self.do("create", who=who, body={"title": title, "unit": unit}).record


def _role(code: str, *permissions: str) -> Role:
    role = Role.objects.create(code=code, name=code.capitalize())
    for permission in permissions:
        RolePermission.objects.create(role=role, permission=permission)
    return role


@pytest.fixture
def house(db: None) -> House:
    """Return the organisation."""
    root = Unit(code="ORG", name="Norma Works", kind=Unit.Kind.ORGANISATION, time_zone="Europe/Berlin")
    place(root, None)
    sites = []
    for code, name in (("BER", "Berlin"), ("GNT", "Ghent")):
        site = Unit(code=code, name=name, kind=Unit.Kind.SITE)
        place(site, root)
        sites.append(site)
    people = [
        User.objects.create(
            username=username,
            password=HASHED,
            name=name,
            title=title,
            unit=unit,
            email=f"{username}@norma.example",
        )
        for username, name, title, unit in (
            ("anna", "Anna Weber", "Quality manager", sites[0]),
            ("carla", "Carla Rossi", "Engineer", sites[0]),
            ("bram", "Bram Peeters", "Production lead", sites[1]),
            ("rosa", "Rosa Reader", "Auditor", root),
            ("nora", "Nora Nobody", "Visitor", sites[1]),
        )
    ]
    writer = _role("writer", READ, WRITE, "organisation.read")
    reader = _role("reader", READ, "organisation.read", "trail.read")
    anna, carla, bram, rosa, nora = people
    for user, role, unit in (
        (anna, writer, sites[0]),
        (carla, writer, sites[0]),
        (bram, writer, sites[1]),
        (rosa, reader, root),
    ):
        Grant.objects.create(user=user, role=role, unit=unit, starts=timezone.now())
    return House(root, sites[0], sites[1], anna, carla, bram, rosa, nora)


@pytest.fixture
def anna(house: House, client: Client) -> Client:
    """Return a client signed in as Anna, whose session was used before."""
    client.force_login(house.anna)
    client.get("/me/")
    return client

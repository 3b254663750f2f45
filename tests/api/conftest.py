"""A small organisation, its notes, and callers with tokens."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from setsquare.domains.documents.starter_types import starter_types
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Grant, Role, RolePermission, Unit, User
from setsquare.kernel.accounts.units import place
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records import things
from setsquare.kernel.records.models import Record
from tests.api.notes import NOTE
from tests.houses import Houses, database

PASSWORD = "a long enough password"


class Caller:
    """A person who calls the interface with a token."""

    def __init__(self, user: User, scopes: tuple[str, ...]) -> None:
        self.user = user
        expires = timezone.now() + dt.timedelta(days=1)
        self.token, self.secret = tokens.make(user, "test", scopes, expires)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        data = json.dumps({} if body is None else body)
        if isinstance(body, dict) and "signature" in body and not headers and ":bulk" not in path:
            seen = self.get(path.rpartition(":")[0])  # who signs has looked at it
            headers = {"If-Match": seen["ETag"]} if "ETag" in seen else {}
        return self.client.post(f"/api/v1{path}", data, content_type="application/json", headers=headers)

    def sends(self, path: str, data: bytes, content_type: str = "application/json") -> Any:
        return self.client.post(f"/api/v1{path}", data, content_type=content_type)


@dataclass
class House:
    """An organisation with two sites: anna writes at the first, bram reads at the second."""

    root: Unit
    berlin: Unit
    ghent: Unit
    anna: User
    bram: User
    keeper: Role

    def note(self, title: str = "First", user: User | None = None, **body: Any) -> Record:
        author = user or self.anna
        given = {"title": title, "unit": author.unit.code, **body}
        return carry_out("note", "create", Actor(author), body=given).record


@pytest.fixture(autouse=True)
def notes(settings: Any) -> Iterator[None]:
    """Make the record type known and serve it alone; hash passwords fast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ROOT_URLCONF = "tests.api.addresses"
    things.register(NOTE)
    yield
    things._things.pop(NOTE.code, None)


def build_house() -> House:
    root = Unit(code="ORG", name="Organisation", kind=Unit.Kind.ORGANISATION, time_zone="Europe/Berlin")
    place(root, None)
    sites = []
    for code in ("BER", "GNT"):
        site = Unit(code=code, name=code.title(), kind=Unit.Kind.SITE)
        place(site, root)
        sites.append(site)
    anna = User.objects.create_user(
        "anna", PASSWORD, name="Anna Weber", title="Quality manager", unit=sites[0]
    )
    bram = User.objects.create_user("bram", PASSWORD, name="Bram Peeters", unit=sites[1])
    keeper = Role.objects.create(code="keeper", name="Keeper")
    for permission in ("notes.read", "notes.write"):
        RolePermission.objects.create(role=keeper, permission=permission)
    for user, unit in ((anna, sites[0]), (bram, sites[1])):
        Grant.objects.create(user=user, role=keeper, unit=unit, starts=timezone.now())
    return House(root, *sites, anna, bram, keeper)


@pytest.fixture
def house(db: None, houses: Houses) -> House:
    """Return the organisation."""
    found: House = houses.of(build_house)
    return found


@pytest.fixture
def anna(house: House) -> Caller:
    return Caller(house.anna, ("read", "write"))


@pytest.fixture
def bram(house: House) -> Caller:
    return Caller(house.bram, ("read", "write"))


def build_people() -> dict[str, Caller]:
    bootstrap.establish(
        "Thalvent",
        "TH",
        "Europe/Berlin",
        username="root",
        name="Rita Root",
        email="root@thalvent.example",
        password=PASSWORD,
    )
    bootstrap.add_unit("L", "Lübeck", "site", "TH")
    starter_types()
    roles = {
        "ada": "assistant",
        "rolf": "specialist",
        "mia": "manager",
        "hedda": "head",
        "cora": "controller",
        "otto": "reader",
    }
    callers = {}
    for username, role in roles.items():
        user = bootstrap.add_person(username, username.title(), "L", email=f"{username}@thalvent.example")
        user.set_password(PASSWORD)
        user.save()
        bootstrap.grant(user, role, "TH")
        callers[username] = Caller(user, ("read", "write"))
    return callers


db = database(people=build_people, house=build_house)


@pytest.fixture
def people(db: None, houses: Houses, settings: Any) -> dict[str, Caller]:
    """An organisation with a writer, a reviewer, a manager, a head, a controller and a reader, each with a token."""
    settings.ROOT_URLCONF = "tests.api.everything"
    things._things.pop(NOTE.code, None)  # which the whole interface does not know
    found: dict[str, Caller] = houses.of(build_people)
    return found


def problem(response: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """Return status, code and the sentences by field of a problem, having checked its form."""
    assert response["Content-Type"] == "application/problem+json", response.content
    values = json.loads(response.content)
    assert values["status"] == response.status_code
    assert values["type"] and values["title"] and values["detail"]
    assert values["instance"].startswith("urn:setsquare:request:")
    return values["status"], values["code"], {e["field"]: e["sentence"] for e in values["errors"]}

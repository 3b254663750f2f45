"""An organisation with two sites and a few people, made the way an installation makes it."""

from dataclasses import dataclass
from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.records.models import Record
from tests.houses import Houses, database


@dataclass
class House:
    """The people of the tests: Rita administers all of it, Sam the north alone; Anna and Ben work in the north."""

    rita: User
    sam: User
    anna: User
    ben: User
    top: Unit
    north: Unit
    south: Unit

    def do(self, who: User | None, name: str, about: User | Unit | Record, /, **body: Any) -> Outcome:
        """Carry out a command of a person's or unit's record, reading the record anew."""
        record = about if isinstance(about, Record) else type(about).objects.get(pk=about.pk).file.record
        reason = body.pop("because", "")
        return carry_out(record.type, name, Actor(who), record=record, body=body, reason=reason)

    def make(self, who: User | None, thing: str, name: str, /, **body: Any) -> Record:
        """Carry out a creating command."""
        return carry_out(thing, name, Actor(who), body=body).record


def build() -> House:
    rita = bootstrap.establish(
        "Norma Works",
        "NW",
        "Europe/Berlin",
        username="rita",
        name="Rita Root",
        email="rita@norma.example",
        password="a-quiet-river-42",
    )
    north = bootstrap.add_unit("N", "North", "site", "NW")
    south = bootstrap.add_unit("S", "South", "site", "NW", "Europe/Lisbon")
    anna = bootstrap.add_person("anna", "Anna Weber", "N", title="Assistant", email="anna@norma.example")
    ben = bootstrap.add_person("ben", "Ben Ito", "N", manager="anna")
    sam = bootstrap.add_person("sam", "Sam North", "N")
    for person in (anna, ben, sam):
        bootstrap.grant(person, "reader", "NW")
    bootstrap.grant(sam, "administrator", "N")
    return House(rita, sam, anna, ben, rita.unit, north, south)


db = database(house=build)


@pytest.fixture
def house(db: None, houses: Houses) -> House:
    found: House = houses.of(build)
    return found

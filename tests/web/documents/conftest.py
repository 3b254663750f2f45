"""The organisation with documents."""

import pytest

from tests.houses import Houses, database
from tests.web.documents_house import House, build

db = database(house=build)


@pytest.fixture
def house(db: None, houses: Houses) -> House:
    found: House = houses.of(build)
    return found

"""The organisation with documents, built once for the tests of a module; what a test does to it is undone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.documents_house import House, once, undone


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with once(django_db_blocker) as house:
        yield house


@pytest.fixture
def db(built: House) -> Iterator[None]:
    """In place of pytest-django's: the database with the organisation in it."""
    with undone():
        yield


@pytest.fixture
def house(db: None, built: House) -> House:
    return built

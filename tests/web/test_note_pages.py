"""The generic case, on the notes of the tests."""

import pytest

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.cases import ThingCase
from tests.web.conftest import House


class TestNotes(ThingCase):
    thing = "web_note"

    @pytest.fixture
    def prepared(self, house: House) -> None:
        self.house = house

    def make(self, number: int) -> Record:
        record = self.house.note(f"Words number {number}")
        if number == 1:
            self.house.do("submit", record, body={"reviewers": ["carla"]})
            self.house.do("sign", Record.objects.get(pk=record.pk))
            record.refresh_from_db()
        return record

    def reader(self) -> User:
        return self.house.anna

    def stranger(self) -> User:
        return self.house.bram

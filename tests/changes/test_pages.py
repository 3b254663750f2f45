"""The generic case of pages for change requests."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.cases import ThingCase
from tests.changes.conftest import Desk


class TestChangeRequests(ThingCase):
    thing = "change_request"

    @pytest.fixture
    def prepared(self, desk: Desk) -> None:
        self.desk = desk
        self.about = desk.document("Checking")
        self.nobody = bootstrap.add_person("nora", "Nora Nobody", "S")

    def make(self, number: int) -> Record:
        return self.desk.request(self.about, title=f"Shorter checks {number}")

    def reader(self) -> User:
        return self.desk.carl

    def stranger(self) -> User:
        return self.nobody

    def test_the_form_begins_in_ones_own_unit(self) -> None:
        page = self.client.get(f"{self.base}new/").content.decode()
        assert '<option value="N" selected' in page

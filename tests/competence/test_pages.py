"""The pages of competence frameworks: the generic case, and the content."""

import pytest

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.cases import ThingCase
from tests.competence.conftest import Desk


class TestFrameworks(ThingCase):
    thing = "framework"

    @pytest.fixture
    def prepared(self, desk: Desk) -> None:
        self.desk = desk

    def make(self, number: int) -> Record:
        return self.desk.framework("trade", title=f"Trades {number}")

    def reader(self) -> User:
        return self.desk.hanna

    def stranger(self) -> User:
        return self.desk.nora

    def test_the_content_is_read_searched_and_taken_away_for_the_same_queries_however_much_it_is(
        self,
    ) -> None:
        small, great = self.desk.small(title="Small"), self.desk.framework("responsibility", title="Great")
        counts = []
        for record in (small, great):
            count, _page = self.queries(f"{self.base}{record.number}/")
            counts.append(count)
        assert counts[0] == counts[1]
        found = self.client.get(f"{self.base}{great.number}/?q=audit+programme").content.decode()
        assert "Directs the audit programme" in found and "Process improvement" not in found
        for form in ("case", "xlsx", "csv"):
            answer = self.client.get(f"{self.base}{great.number}/export/{form}/")
            assert answer.status_code == 200 and len(answer.content) > 1000
        assert self.client.get(f"{self.base}{great.number}/export/pdf/").status_code == 404
        assert self.client.get(f"{self.base}{great.number}/export/csv/?edition=9").status_code == 404

    def test_a_draft_tells_what_it_changes_and_editions_are_compared(self) -> None:
        record = self.desk.released(self.desk.small())
        base = f"{self.base}{record.number}/"
        assert self.client.get(f"{base}draft/").status_code == 404
        form = self.client.get(f"{base}do/change_item/?code=G-1").content.decode()
        assert "Holds it\nMeasures it" in form and "Turns." in form
        level = {"level": 1, "text": "Turns to drawing."}
        version = Record.objects.get(pk=record.pk).version
        posted = {"code": "G-1", "kind": "component", "title": "Turning", "_version": str(version)}
        posted |= {
            "levels.0.level": "1",
            "levels.0.text": "Turns to drawing.",
            "levels.0.indicators": "Holds it",
        }
        assert self.client.post(f"{base}do/change_item/", posted).status_code == 303
        assert self.client.post(f"{base}do/change_item/", posted | {"code": "No"}).status_code == 422
        self.desk.do(
            self.desk.hanna, record, "add_item", code="G-2", parent="G", title="Sawing", levels=[level]
        )
        first = self.client.get(base).content.decode()
        assert "A next edition is being drafted" in first and "Sawing" not in first
        count, response = self.queries(f"{base}draft/")
        draft = response.content.decode()
        assert count <= 12 and "Turns to drawing." in draft and "1 added, 1 changed" in draft
        self.desk.released(record, summary="Sawing too.")
        page = self.client.get(f"{base}editions/?from=1&to=2").content.decode()
        assert "Sawing too." in page and "It is new." in page and "Turns to drawing." in page

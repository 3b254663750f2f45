"""The generic case of pages for change requests."""

import datetime as dt

import pytest

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.altered import enter_altered
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

    def test_what_is_wanted_by_a_day_that_has_passed_is_marked_while_it_is_open(self) -> None:
        record = self.make(1)
        ChangeRequest.objects.filter(record=record).update(wanted_by=dt.date(2026, 3, 3))
        enter_altered(record)  # as the next command would
        record.refresh_from_db()
        late = (
            '<span class="state is-red">overdue</span> '
            '<time datetime="2026-03-03" data-time="date">3 March 2026</time>'
        )
        assert late in self.client.get(self.base).content.decode()
        assert late in self.client.get(f"{self.base}{record.number}/").content.decode()
        exported = self.client.get(f"{self.base}export/csv?columns=wanted_by")
        assert "2026-03-03" in b"".join(exported.streaming_content).decode()
        self.desk.do(self.desk.anna, record, "cancel", because="Not any more")
        for address in (self.base, f"{self.base}{record.number}/"):
            page = self.client.get(address).content.decode()
            assert "3 March 2026</time>" in page and "is-red" not in page

    def test_a_form_sent_unchanged_makes_no_entry_and_says_so(self) -> None:
        record = self.make(1)
        before = Record.objects.get(pk=record.pk).changed
        form = {"title": "Shorter checks 1", "what": "Leave out step 4.", "why": "It is done twice."}
        form |= {"priority": "normal", "_version": "1"}
        assert self.client.post(f"{self.base}{record.number}/do/edit/", form).status_code == 303
        answer = self.client.get(f"{self.base}{record.number}/")
        assert "Nothing was changed." in answer.content.decode().partition('id="words"')[0]
        again = Record.objects.get(pk=record.pk)
        assert (again.version, again.changed, again.trail.count()) == (1, before, 1)
        form["why"] = "It is done three times."
        assert self.client.post(f"{self.base}{record.number}/do/edit/", form).status_code == 303
        answer = self.client.get(f"{self.base}{record.number}/")
        assert "Nothing was changed." not in answer.content.decode().partition('id="words"')[0]
        assert Record.objects.get(pk=record.pk).version == 2

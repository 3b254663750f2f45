"""The generic test case: what has to hold of the pages of every record type.

A domain's tests derive a class from `ThingCase`, name its type and say how a record is made; a registered type without
such a class fails the build (`tests/web/test_every_thing_has_a_case.py`).
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from setsquare.faces.web.pages import hand_made
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import commands_of
from setsquare.kernel.records.models import Record, uuid7
from setsquare.kernel.records.numbering import key_of
from setsquare.kernel.records.things import Thing, thing_of

MOST_QUERIES = 12
TABS = ("", "history/", "links/", "files/", "tasks/", "signatures/")
_CHANGING = re.compile(r'csrf-token" content="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|request [0-9a-f-]+')


class ThingCase:
    """Derive it, set `thing`, and give `make`, `reader` and `stranger`."""

    thing: ClassVar[str]
    many: ClassVar[int] = 1000
    """Rows of the greatest register that is compared; they are copies of one record."""

    def make(self, number: int) -> Record:
        """Make a record by the type's own commands; called with 1, 2, 3."""
        raise NotImplementedError

    def reader(self) -> User:
        """Return a person who sees the records that `make` makes."""
        raise NotImplementedError

    def stranger(self) -> User | None:
        """Return a person who does not see them, None where everybody does."""
        raise NotImplementedError

    def multiply(self, record: Record, count: int) -> None:
        """Copy a record `count` times, with its detail row; overridden where details must be unique."""
        thing = thing_of(self.thing)
        detail = thing.detail_of(record)
        names = [
            f.attname
            for f in Record._meta.concrete_fields
            if f.name not in ("id", "uid", "number", "number_key")
        ]
        values = {name: getattr(record, name) for name in names}
        numbers = [f"{record.number}.copy{n}" for n in range(count)]
        copies = Record.objects.bulk_create(
            Record(uid=uuid7(), number=number, number_key=key_of(number), **values) for number in numbers
        )
        if detail is not None:
            own = [f.attname for f in detail._meta.concrete_fields if f.name != "record"]
            type(detail)._default_manager.bulk_create(
                type(detail)(record_id=copy.pk, **{name: getattr(detail, name) for name in own})
                for copy in copies
            )

    # --- what holds ------------------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def _signed_in(self, prepared: None, client: Client) -> Iterator[None]:
        self.client = client
        client.force_login(self.reader())
        yield

    @pytest.fixture
    def prepared(self, db: None) -> None:
        """Prepare what `make` needs; override with a fixture of the domain's own."""

    @property
    def declared(self) -> Thing:
        """Return the declaration."""
        return thing_of(self.thing)

    @property
    def base(self) -> str:
        """Return the address of the register."""
        return f"/{self.declared.slug}/"

    @property
    def by_hand(self) -> set[str]:
        """Return the commands whose pages are made by hand and tested with these."""
        made = hand_made(self.thing)
        return {*made.commands, *made.creating}

    def queries(self, address: str) -> tuple[int, Any]:
        """Return how many queries a page takes, and its answer, with what is kept for a minute freshly known."""
        self.client.get("/me/")
        self.client.get(address)
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return len(captured), response

    def test_register_lists_records_and_links_to_them(self) -> None:
        record = self.make(1)
        _count, response = self.queries(self.base)
        page = response.content.decode()
        assert escape(record.title) in page
        assert f'href="{self.base}{record.number}/"' in page

    def test_register_costs_the_same_however_many_rows(self) -> None:
        first = self.make(1)
        counts = [self.queries(self.base)[0]]
        self.make(2)
        self.make(3)
        counts.append(self.queries(self.base)[0])
        if self.many > 3:
            self.multiply(first, self.many - 3)
            counts.append(self.queries(self.base)[0])
        assert len(set(counts)) == 1, counts
        assert counts[0] <= MOST_QUERIES

    def test_register_is_empty_with_a_sentence_when_nothing_fits(self) -> None:
        self.make(1)
        _count, response = self.queries(f"{self.base}?q=xyzzyplugh")
        assert "<tr data-href=" not in response.content.decode()
        assert "Nothing fits" in response.content.decode()

    @pytest.mark.parametrize("tab", TABS)
    def test_record_page_and_its_tabs_stay_within_their_queries(self, tab: str) -> None:
        record = self.make(1)
        count, response = self.queries(f"{self.base}{record.number}/{tab}")
        assert count <= MOST_QUERIES
        assert f'id="record-number">{record.number}<' in response.content.decode()

    def test_record_is_shown_as_it_stood(self) -> None:
        record = self.make(1)
        _count, response = self.queries(f"{self.base}{record.number}/?at={record.created.isoformat()}")
        assert "as it stood then" in response.content.decode()

    def test_history_tells_who_made_it(self) -> None:
        record = self.make(1)
        _count, response = self.queries(f"{self.base}{record.number}/history/")
        assert response.content.decode().count("timeline-entry") >= 1
        for form in ("csv", "json"):
            answer = self.client.get(f"{self.base}{record.number}/history/export/{form}")
            assert answer.status_code == 200
            assert b"".join(answer.streaming_content)

    def test_missing_and_forbidden_look_the_same(self) -> None:
        record = self.make(1)
        stranger = self.stranger()
        if stranger is None:
            return
        self.client.force_login(stranger)
        answers = [self.client.get(f"{self.base}{number}/") for number in (record.number, "NO-SUCH-9")]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [
            _CHANGING.sub("", answer.content.decode()).replace(record.number, "NO-SUCH-9")
            for answer in answers
        ]
        assert bodies[0] == bodies[1]

    def test_every_command_has_a_form_in_the_dialog_and_as_a_page(self) -> None:
        record = self.make(1)
        for command in commands_of(self.thing):
            if not command.who or command.name in self.by_hand:
                continue
            place = f"new/{command.name}/" if command.creates else f"{record.number}/do/{command.name}/"
            address = f"{self.base}{place}"
            whole = self.client.get(address)
            part = self.client.get(address, headers={"HX-Request": "true", "HX-Target": "dialog-body"})
            assert (whole.status_code, part.status_code) == (200, 200), address
            assert b"<!doctype" in whole.content
            assert b"<!doctype" not in part.content, address

    def test_an_empty_form_is_refused_at_its_fields(self) -> None:
        self.make(1)
        for command in commands_of(self.thing):
            needs = any(field.is_required() for field in command.body.model_fields.values())
            if not command.creates or not command.who or not needs or command.name in self.by_hand:
                continue
            answer = self.client.post(f"{self.base}new/{command.name}/", {})
            assert answer.status_code == 422, command.key
            assert 'class="error-summary"' in answer.content.decode()

    def test_register_is_exported(self) -> None:
        record = self.make(1)
        csv = self.client.get(f"{self.base}export/csv")
        assert record.title in b"".join(csv.streaming_content).decode("utf-8-sig").replace('""', '"')
        xlsx = self.client.get(f"{self.base}export/xlsx")
        assert b"".join(xlsx.streaming_content).startswith(b"PK")

    def test_search_finds_it(self) -> None:
        if self.declared.search is None or not self.declared.searchable:
            return
        record = self.make(1)
        _count, response = self.queries(f"/search/?q={record.title.split()[0]}&type={self.thing}")
        assert f'href="{self.base}{record.number}/"' in response.content.decode()

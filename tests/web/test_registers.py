"""Registers: filters, sorting, pages, saved views, bulk commands, export."""

import datetime as dt
import html
import io
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from openpyxl import load_workbook

from setsquare.faces.web.registers import export
from setsquare.faces.web.registers.wanted import ROWS as SIZES
from setsquare.kernel.records import registers
from setsquare.kernel.records.models import Record, SavedView
from setsquare.kernel.representation import tables
from setsquare.kernel.representation.workbooks import xlsx_parts
from tests.web.conftest import House

ROWS = SIZES[0]
DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


def text_of(answer: object) -> str:
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def titles(answer: object) -> list[str]:
    return re.findall(r'<td data-col="title"[^>]*><a [^>]*>([^<]*)</a>', answer.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def three(house: House) -> list[Record]:
    notes = [house.note("Alpha audit"), house.note("Beta gauge", who=house.carla), house.note("Gamma audit")]
    house.do("submit", notes[1], who=house.carla, body={"reviewers": ["anna"]})
    return notes


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=draft", {"Alpha audit", "Gamma audit"}),
        ("state=draft&state=in_review", {"Alpha audit", "Beta gauge", "Gamma audit"}),
        ("owner=me", {"Alpha audit", "Gamma audit"}),
        ("owner=carla", {"Beta gauge"}),
        ("unit=ORG", {"Alpha audit", "Beta gauge", "Gamma audit"}),
        ("unit=GNT", set()),
        ("q=audit", {"Alpha audit", "Gamma audit"}),
        ("q=audit&owner=me&state=in_review", set()),
        ("changed_from=2020-01-01", {"Alpha audit", "Beta gauge", "Gamma audit"}),
        ("changed_to=2020-01-01", set()),
        ("unknown=x", {"Alpha audit", "Beta gauge", "Gamma audit"}),
    ],
)
def test_filters(anna: Client, three: list[Record], query: str, expected: set[str]) -> None:
    answer = anna.get(f"/web-notes/?{query}")
    assert answer.status_code == 200
    assert set(titles(answer)) == expected


WRONG = [
    "state=nonsense",
    "unit=NOPE",
    "sort=nonsense",
    "after=nonsense",
    "changed_from=2020-99-99",
    f"owner={'x' * 70_000}",
]


@pytest.mark.parametrize("query", WRONG)
def test_what_cannot_be_read_is_said(anna: Client, three: list[Record], query: str) -> None:
    answer = anna.get(f"/web-notes/?{query}")
    assert answer.status_code == 422
    assert "cannot be read" in text_of(answer)


def test_chips_name_what_is_filtered_and_take_it_away(anna: Client, three: list[Record]) -> None:
    page = text_of(anna.get("/web-notes/?owner=carla&state=in_review&q=beta"))
    for value in ("Carla Rossi", "In review", "beta"):
        assert f'<span class="chip-value">{value}</span>' in page
    assert 'href="?owner=carla&q=beta"' in page


def test_sorting(anna: Client, three: list[Record]) -> None:
    assert titles(anna.get("/web-notes/?sort=title")) == ["Alpha audit", "Beta gauge", "Gamma audit"]
    assert titles(anna.get("/web-notes/?sort=-title")) == ["Gamma audit", "Beta gauge", "Alpha audit"]
    assert 'aria-sort="descending"' in text_of(anna.get("/web-notes/?sort=-title"))


def test_pages_follow_each_other_without_gaps(anna: Client, house: House) -> None:
    for number in range(ROWS + 3):
        house.note(f"Note {number:03}")
    seen: list[str] = []
    address = "/web-notes/?sort=title"
    while address:
        answer = anna.get(address)
        seen += titles(answer)
        found = re.search(r'href="(\?[^"]*after[^"]*)"[^>]*>(?:(?!</a>).)*Next', answer.content.decode())
        address = f"/web-notes/{html.unescape(found[1])}" if found else ""
    assert seen == [f"Note {number:03}" for number in range(ROWS + 3)]
    assert f"{ROWS} of {ROWS + 3}" in text_of(anna.get("/web-notes/"))
    assert f"{ROWS + 3} of {ROWS + 3}" in text_of(anna.get(f"/web-notes/?rows={SIZES[1]}"))


def test_columns_are_chosen(anna: Client, three: list[Record]) -> None:
    page = text_of(anna.get("/web-notes/?columns=created"))
    assert 'data-col="created"' in page
    assert not re.search(r'<td data-col="owner"', page)
    assert re.search(r'<td data-col="title"', page)
    assert re.search(r'<td data-col="number"', page)


def test_a_view_is_saved_offered_to_others_and_deleted(
    anna: Client, house: House, three: list[Record]
) -> None:
    saved = anna.post(
        "/web-notes/views/", {"name": "Open audits", "query": "state=draft&q=audit", "shared": "true"}
    )
    assert saved["Location"] == "/web-notes/?state=draft&q=audit&view=Open+audits"
    other = Client()
    other.force_login(house.carla)
    page = text_of(other.get("/web-notes/"))
    assert "Open audits · Anna Weber" in page
    assert "?q=audit&state=draft&view=Open+audits" in page or "?state=draft&q=audit&view=Open+audits" in page
    view = SavedView.objects.get()
    assert other.post("/web-notes/views/", {"delete": view.pk}).status_code == 404
    assert anna.post("/web-notes/views/", {"delete": view.pk}).status_code == 303
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_refused(anna: Client) -> None:
    answer = anna.post("/web-notes/views/", {"name": " ", "query": "state=draft"}, headers=DIALOG)
    assert answer.status_code == 422
    assert "Give the view a name." in text_of(answer)


def test_the_usual_view_opens_by_itself_until_filters_are_cleared(anna: Client, three: list[Record]) -> None:
    anna.post("/web-notes/views/", {"query": "state=in_review", "usual": "true"})
    answer = anna.get("/web-notes/")
    assert titles(answer) == ["Beta gauge"]
    assert len(titles(anna.get("/web-notes/?sort=-changed"))) == 3
    assert 'class="chip-x" href="?sort=-changed"' in text_of(answer)


def test_many_records_at_once_each_by_itself(anna: Client, house: House, three: list[Record]) -> None:
    house.do("withdraw", three[2], reason="Not needed.")
    ids = ",".join(str(note.pk) for note in three)
    asked = text_of(anna.get(f"/web-notes/bulk/withdraw/?ids={ids}", headers=DIALOG))
    assert "3 records" in asked and "Reason" in asked
    refused = anna.post("/web-notes/bulk/withdraw/", {"ids": ids}, headers=DIALOG)
    assert "Say why; the reason is kept" in text_of(refused)
    answer = text_of(
        anna.post("/web-notes/bulk/withdraw/", {"ids": ids, "reason": "All of them."}, headers=DIALOG)
    )
    assert "2 records done" in answer
    assert "1 record was refused" in answer
    assert "is “Withdrawn”" in answer
    assert Record.objects.filter(type="web_note", state="withdrawn").count() == 3


def test_what_may_not_be_seen_is_left_out_of_many(anna: Client, house: House) -> None:
    there = house.note("There", unit="GNT", who=house.bram)
    answer = anna.post("/web-notes/bulk/withdraw/", {"ids": str(there.pk), "reason": "x"}, headers=DIALOG)
    assert answer.status_code == 422
    there.refresh_from_db()
    assert there.state == "draft"


def test_bulk_refuses_a_wrong_field_once(anna: Client, three: list[Record]) -> None:
    ids = ",".join(str(note.pk) for note in three)
    answer = anna.post("/web-notes/bulk/hand_over/", {"ids": ids, "to": "nobody"}, headers=DIALOG)
    assert answer.status_code == 422
    assert "There is nobody with the sign-in name “nobody”." in text_of(answer)


def test_what_came_of_each_of_many_is_told(anna: Client, house: House, three: list[Record]) -> None:
    ids = ",".join(str(note.pk) for note in three)
    answer = text_of(anna.post("/web-notes/bulk/hand_over/", {"ids": ids, "to": "bram"}, headers=DIALOG))
    assert "3 records done" in answer
    for note in three:
        assert f"{note.number}</a> {note.title}: {note.number} is with {house.bram.name} now." in answer


@pytest.mark.parametrize("first", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
def test_no_cell_of_a_table_runs_as_a_formula(first: str) -> None:
    assert tables.safe_cell(f"{first}1+1") == f"'{first}1+1"
    assert tables.safe_cell(f"  {first}1+1") == f"'  {first}1+1"
    assert tables.safe_cell("1\uff1d1") == "1\uff1d1"


def test_exports_hold_what_is_filtered_and_no_formula(
    anna: Client, house: House, three: list[Record]
) -> None:
    house.note("=HYPERLINK(1)")
    csv = (
        b"".join(anna.get("/web-notes/export/csv?sort=title").streaming_content)
        .decode("utf-8-sig")
        .splitlines()
    )
    assert csv[0] == "Number,Title,State,Owner,Unit,Changed (Europe/Berlin)"
    assert csv[1].split(",")[1] == "'=HYPERLINK(1)"
    assert len(csv) == 5
    data = b"".join(anna.get("/web-notes/export/xlsx?q=audit&sort=title").streaming_content)
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert [row[1].value for row in sheet.iter_rows()] == ["Title", "Alpha audit", "Gamma audit"]
    whole = load_workbook(
        io.BytesIO(b"".join(anna.get("/web-notes/export/xlsx?sort=title").streaming_content))
    ).active
    assert whole is not None
    formula = next(cell for row in whole.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)")
    assert formula.data_type != "f"


def test_an_export_that_would_be_too_long_says_so(
    anna: Client, three: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    answer = anna.get("/web-notes/export/xlsx")
    assert answer.status_code == 422
    assert "A sheet of Excel holds 2 records" in text_of(answer)
    csv = b"".join(anna.get("/web-notes/export/csv").streaming_content)
    assert len(csv.splitlines()) == 4


def test_an_export_is_whole_though_records_change_while_it_is_sent(
    anna: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "MOST", 2)
    monkeypatch.setattr(tables, "AT_ONCE", 1)
    notes = [house.note(f"Note {number}") for number in range(6)]
    answer = anna.get("/web-notes/export/csv")
    lines = iter(answer.streaming_content)
    first = [next(lines) for _line in range(3)]
    house.do("edit", notes[0], body={"title": "Note 0 anew"})
    text = b"".join([*first, *lines]).decode("utf-8-sig")
    assert [f"Note {number}" in text for number in range(6)] == [True] * 6


def test_an_export_tells_times_where_the_person_is(anna: Client, house: House) -> None:
    note = house.note()
    here = note.changed.astimezone(ZoneInfo("Europe/Berlin")).replace(microsecond=0, tzinfo=None)
    csv = b"".join(anna.get("/web-notes/export/csv").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[1].endswith(here.isoformat(sep=" "))
    data = b"".join(anna.get("/web-notes/export/xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert sheet["F2"].value == here


def test_a_workbook_is_sent_while_it_is_written() -> None:
    asked = []

    def rows() -> Iterator[list[Any]]:
        for number in range(30_000):
            asked.append(number)
            yield [
                number,
                f"={number}&<\x01>",
                0.5,
                True,
                dt.date(2026, 2, 28),
                None,
                "x" * 40_000 if not number else "",
            ]

    parts = xlsx_parts("Notes: [all]", ["Number", "Text"], rows())
    begun = next(parts)
    assert len(asked) < 30_000
    book = load_workbook(io.BytesIO(begun + b"".join(parts)))
    sheet = book["Notes   all"]
    assert sheet.max_row == 30_001
    assert [cell.value for cell in sheet[3]] == [
        1,
        "=1&<>",
        0.5,
        True,
        dt.datetime.fromisoformat("2026-02-28"),
        None,
        None,
    ]
    assert sheet["B3"].data_type == "s"
    assert len(sheet["G2"].value) == 32_767
    assert sheet["A1"].font.bold and sheet.freeze_panes == "A2"


def test_an_empty_register_says_what_to_do_first(anna: Client) -> None:
    page = text_of(anna.get("/web-notes/"))
    assert "There is nothing here yet" in page
    assert page.count('href="/web-notes/new/create/"') == 2

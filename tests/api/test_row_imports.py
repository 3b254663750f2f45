"""Bringing in many records by a table: all rows or none, and what is wrong said at row and column."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from setsquare.kernel.importing.columns import importing_command
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things
from tests.api.conftest import Caller, problem
from tests.api.notes import NOTE

PATH = "/change-requests:import"
HEAD = "title,what,why,unit,affected,priority,wanted_by,requested_by"


@pytest.fixture
def ada(people: dict[str, Caller]) -> Caller:
    """A writer, where two documents are there to be affected."""
    for title in ("Gauges", "Storage"):
        body = {"type": "procedure", "title": title, "unit": "L", "audience": [{"role": "reader"}]}
        assert people["cora"].post("/documents", body).status_code == 201
    return people["ada"]


def sends(caller: Caller, data: str | bytes, name: str = "list.csv", **more: str) -> Any:
    content = data.encode() if isinstance(data, str) else data
    return caller.client.post(f"/api/v1{PATH}", {"file": SimpleUploadedFile(name, content), **more})


def made() -> list[Record]:
    return list(Record.objects.filter(type="change_request").order_by("id"))


def documents() -> list[str]:
    return list(Record.objects.filter(type="document").order_by("id").values_list("number", flat=True))


def test_rows_of_a_file_become_records_with_numbers_people_and_units_resolved(ada):
    first, second = documents()
    lines = [
        HEAD,
        f"Shorter,Leave out step 4,It is done twice,L,{first}; {second},urgent,2030-05-01,rolf",
        "Clearer,Say what clean means,People ask,L,,,,MIA@thalvent.example",
    ]
    answer = sends(ada, "\n".join(lines), reason="From the workshop.")
    assert answer.status_code == 200, answer.content.decode()
    values = answer.json()
    assert [row["row"] for row in values["made"]] == [2, 3] and not values["wrong"]
    shown = ada.client.get(values["made"][0]["href"]).json()
    assert shown["requested_by"] == "rolf" and shown["priority"] == "urgent" and shown["unit"] == "L"
    assert shown["wanted_by"] == "2030-05-01" and shown["owner"] == "ada"
    assert ada.client.get(values["made"][1]["href"]).json()["requested_by"] == "mia"
    trail = ada.client.get(f"{values['made'][0]['href']}/trail").json()["items"]
    assert trail[0]["channel"] == "import" and trail[0]["reason"] == "From the workshop."
    linked = ada.client.get(f"{values['made'][0]['href']}/links").json()["items"]
    assert {one["record"]["number"] for one in linked} == {first, second}


def test_one_wrong_row_makes_nothing_and_every_wrong_cell_is_named(ada):
    lines = [
        HEAD,
        "Good,What,Why,L,,,,",
        "Bad,What,Why,NOWHERE,SOP-999,urgentest,tomorrow,nobody@thalvent.example",
        ",,Why,L,,,,",
        "Good,What,Why,L,,,,",
    ]
    answer = sends(ada, "\n".join(lines))
    status, code, errors = problem(answer)
    assert (status, code) == (422, "invalid")
    assert set(errors) == {
        "rows.3.priority",
        "rows.3.requested_by",
        "rows.4.title",
        "rows.4.what",
        "rows.5",
    }
    assert "low" in errors["rows.3.priority"] and "row 2" in errors["rows.5"]
    lines[2] = "Bad,What,Why,NOWHERE,SOP-999,,tomorrow,"
    status, _code, errors = problem(sends(ada, "\n".join(lines[:3])))
    assert set(errors) == {"rows.3.unit", "rows.3.affected", "rows.3.wanted_by"}
    assert "2026-11-30" in errors["rows.3.wanted_by"] and "SOP-999" in errors["rows.3.affected"]
    assert made() == []


def test_a_dry_run_tells_the_same_and_makes_nothing(ada):
    good = ada.post(PATH, {"rows": [{"title": "A", "what": "B", "why": "C", "unit": "L"}], "dry_run": True})
    assert (
        good.status_code == 200 and len(good.json()["made"]) == 1 and good.json()["made"][0]["href"] is None
    )
    bad = ada.post(PATH, {"rows": [{"title": "A", "what": "B", "why": "C", "unit": "?"}], "dry_run": True})
    assert bad.status_code == 200 and bad.json()["made"] == []
    assert bad.json()["wrong"][0]["row"] == 1 and bad.json()["wrong"][0]["column"] == "unit"
    assert made() == []
    again = ada.post(PATH, {"rows": [{"title": "A", "what": "B", "why": "C", "unit": "L"}]})
    assert again.json()["made"][0]["number"] == good.json()["made"][0]["number"]


def test_what_is_no_table_is_refused_with_a_sentence(ada):
    for data, says in (
        (b"", "empty"),
        (HEAD, "no row"),
        ("title,title\nA,B", "twice"),
        ("title,colour\nA,B", "colour"),
        ("title,what\nA,B,C", "no heading"),
        (b"PK\x03\x04broken", "damaged"),
        (b"\x00\x01\x02", "neither"),
        ("[1, 2]", "list of objects"),
        ("[{", "not JSON"),
        ("title,what,why,unit\n" + "\n".join(f"T{n},W,Y,L" for n in range(1001)), "1,000"),
    ):
        answer = sends(ada, data)
        assert answer.status_code == 422, (data, answer.content)
        assert says in answer.content.decode(), (says, answer.content.decode())
    assert problem(ada.post(PATH, {"rows": "x"}))[2].keys() == {"rows"}
    assert problem(ada.post(PATH, {"rows": [], "colour": 1}))[2].keys() == {"colour"}
    assert problem(ada.post(PATH, {"rows": [{"title": "a\x00"}]}))[0] == 422
    missing = problem(ada.post(PATH, {"rows": [{"title": "A"}]}))[2]
    assert {"rows.1.what", "rows.1.why", "rows.1.unit"} == set(missing)
    assert made() == []


def test_who_may_not_make_them_may_not_bring_them_in(people):
    reader = people["otto"].post(PATH, {"rows": [{"title": "A", "what": "B", "why": "C", "unit": "TH"}]})
    asked = Caller(people["ada"].user, ("read",))
    assert problem(asked.post(PATH, {"rows": []}))[:2] == (403, "scope")
    if reader.status_code != 200:  # readers may ask for changes, if the roles say so
        assert problem(reader)[0] in (403, 422)


def test_the_same_request_brings_in_once(ada):
    row = {"title": "A", "what": "B", "why": "C", "unit": "L"}
    first = ada.post(PATH, {"rows": [row]}, **{"Idempotency-Key": "k"})
    second = ada.post(PATH, {"rows": [row]}, **{"Idempotency-Key": "k"})
    assert first.json() == second.json() and second["Idempotent-Replayed"] == "true" and len(made()) == 1
    other = ada.post(PATH, {"rows": [{**row, "title": "Z"}]}, **{"Idempotency-Key": "k"})
    assert problem(other)[:2] == (422, "key_reused")


def test_a_workbook_with_labels_as_headings_and_real_dates(ada):
    book = Workbook()
    book.active.append(["Title", "What should change", "WHY", "Unit", "Wanted by", "Priority"])
    book.active.append(["A", "B", "C", "L", dt.date(2031, 2, 3), "Urgent"])
    target = io.BytesIO()
    book.save(target)
    answer = sends(ada, target.getvalue(), "list.xlsx")
    assert answer.status_code == 200, answer.content.decode()
    assert ada.client.get(answer.json()["made"][0]["href"]).json()["wanted_by"] == "2031-02-03"


def test_every_importable_type_tells_its_columns_and_gives_an_empty_table(people):
    cora = people["cora"]
    kinds = [t for t in all_things() if importing_command(t) is not None and t.code != NOTE.code]
    assert {"change_request", "unit", "person", "role"} <= {thing.code for thing in kinds}
    for thing in kinds:
        answer = cora.get(f"/{thing.slug}:import")
        assert answer.status_code == 200, (thing.code, answer.content)
        columns = answer.json()["items"]
        assert all(column["name"] and column["label"] and column["holds"] for column in columns)
        book = load_workbook(io.BytesIO(cora.get(f"/{thing.slug}:import?format=xlsx").content))
        head = [cell.value for cell in book.worksheets[0][1]]
        assert head == [column["name"] for column in columns if column["form"] != "sha256"]
        assert cora.get(f"/{thing.slug}:import?format=csv").content.decode("utf-8-sig").strip() == ",".join(
            head
        )
    assert problem(cora.get("/change-requests:import?format=pdf"))[2].keys() == {"format"}
    assert json.loads(cora.get("/change-requests:import").content)["most_rows"] == 1000

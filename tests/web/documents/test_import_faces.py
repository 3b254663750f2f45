"""Bulk import from the command line and by programs: the same engine, the same refusals."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from setsquare.domains.documents.importing.models import ImportJob
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts import tokens
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from tests.web.documents_house import PASSWORD, TEXT, House


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "Procedures"
    place.mkdir()
    (place / "SOP-050 Good.md").write_text(TEXT, "utf-8")
    (place / "Bad.docx").write_bytes(b"no word file")
    return tmp_path


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    with translation.override("en"), timezone.override("UTC"):
        yield


def test_a_folder_is_checked_and_imported_at_the_command_line(
    house: House, folder: Path, cli: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", "documents", str(folder), "--as", "cora", "--unit", "N"]
    assert run([*words, "--dry-run"]) == 1
    said = capsys.readouterr()
    assert "Can be imported" in said.out
    assert "file:" in said.out
    assert "1 line has to be put right." in said.err
    assert not Record.objects.filter(type="document").exists()
    assert run([*words, "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["state"], row["document"]) for row in rows] == [("wrong", None), ("imported", "SOP-050")]


def test_the_command_line_says_what_is_no_import(
    house: House, tmp_path: Path, cli: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "documents", str(tmp_path / "none.zip"), "--as", "cora"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert run(["import", "documents", str(tmp_path), "--as", "cora"]) == 1
    assert "There is no file in it." in capsys.readouterr().err


def caller(house: House, who: str, *scopes: str) -> Client:
    expires = timezone.now() + dt.timedelta(days=1)
    _token, secret = tokens.make(house.people[who], "test", scopes, expires)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def sent(files: dict[str, str], **options: Any) -> dict[str, Any]:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    target.seek(0)
    target.name = "old.zip"
    return {"source": target, "unit": "N", **options}


def test_programs_import_too(house: House) -> None:
    client = caller(house, "cora", "read", "write")
    begun = client.post(
        "/api/v1/documents:import", sent({"Procedures/One.md": TEXT, "Procedures/Two.docx": "x"})
    )
    assert begun.status_code == 202
    address = begun.headers["Location"]
    assert begun.json()["state"] == "checking"
    run_until_idle()
    shown = client.get(address).json()
    assert (shown["state"], shown["lines"]["right"], shown["lines"]["wrong"]) == ("checked", 1, 1)
    assert [problem["field"] for row in shown["rows"] for problem in row["problems"]] == ["file"]
    assert client.post(f"{address}:start", "{}", content_type="application/json").json()["state"] == "running"
    run_until_idle()
    done = client.get(f"{address}?from=1").json()
    assert done["state"] == "done"
    assert [row["document"] for row in done["rows"]] == ["SOP-001", None]
    again = client.post(f"{address}:start", "{}", content_type="application/json")
    assert again.status_code == 422
    assert caller(house, "ari", "read").get(address).status_code == 404


def test_programs_are_refused_with_the_field(house: House) -> None:
    client = caller(house, "cora", "read", "write")
    path = "/api/v1/documents:import"
    assert client.post(path, "{}", content_type="application/json").status_code == 415
    for given, field in (
        ({}, "source"),
        ({"source": io.BytesIO(b"\x00")}, "source"),
        (sent({"a.md": "x"}, colour="red"), "colour"),
        (sent({"a.md": "x"}, reading="perhaps"), "reading"),
        (sent({"a.md": "x"}, type="nonsense"), "type"),
    ):
        refused = client.post(path, given)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert caller(house, "cora", "read").post(path, sent({"a.md": "x"})).status_code == 403
    assert ImportJob.objects.count() == 0


OUTSIDE = {
    "effective": "true",
    "effective_since": "2020-05-01",
    "approved_by": "Ida Old",
    "approved_on": "2020-04-28",
}


def test_programs_sign_for_what_they_take_over(house: House) -> None:
    client = caller(house, "cora", "read", "write")
    given = sent({"Procedures/One.md": TEXT}, reason="Archive 7", **OUTSIDE)
    address = client.post("/api/v1/documents:import", given).headers["Location"]
    run_until_idle()
    assert client.get(address).json()["to_sign"] == 1

    def start(**body: Any) -> tuple[int, dict[str, Any]]:
        answer = client.post(f"{address}:start", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    for signature in ({}, {"password": "something else"}):
        status, told = start(signature=signature)
        assert (status, told["code"]) == (403, "signature")
    assert start(colour="red")[0] == 422
    assert client.get(address).json()["state"] == "checked"
    assert start(signature={"password": PASSWORD})[1]["state"] == "running"
    run_until_idle()
    assert client.get(address).json()["state"] == "done"
    made = Signature.objects.get()
    assert (made.signer.username, made.meaning, made.record.state) == ("cora", "carried_over", "effective")


def test_at_the_command_line_the_person_signs_for_what_they_take_over(
    house: House, folder: Path, cli: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "import",
        "documents",
        str(folder),
        "--as",
        "cora",
        "--unit",
        "N",
        "--reason",
        "Archive 7",
        "--json",
    ]
    outside = ["--effective-since", "2020-05-01", "--approved-by", "Ida Old", "--approved-on", "2020-04-28"]
    assert run([*words, *outside]) == 1
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["state"], row["document"]) for row in rows] == [("wrong", None), ("imported", "SOP-050")]
    made = Signature.objects.get()
    assert (made.signer.username, made.meaning, made.record.number) == ("cora", "carried_over", "SOP-050")

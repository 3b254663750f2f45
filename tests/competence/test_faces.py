"""Content comes in and goes out alike by the API and the command line."""

from pathlib import Path

import pytest

from setsquare.faces.cli.main import run
from tests.api.conftest import Caller
from tests.competence.conftest import PASSWORD, Desk, framework_of


def test_the_api_takes_a_file_in_and_gives_it_out(desk: Desk) -> None:
    hanna = Caller(desk.hanna, ("read", "write"))
    body = {"title": "Trades", "purpose": "Why", "unit": "N", "start": "trade"}
    number = hanna.post("/frameworks", body).json()["number"]
    answer = hanna.get(f"/frameworks/{number}:export?format=csv")
    assert answer.status_code == 200 and b"MAK-1" in answer.content
    assert hanna.get(f"/frameworks/{number}:export").json()["CFDocument"]["adoptionStatus"] == "Draft"
    assert hanna.get(f"/frameworks/{number}:export?format=pdf").status_code == 422
    assert hanna.get(f"/frameworks/{number}:export?edition=3").status_code == 404
    assert Caller(desk.nora, ("read",)).get(f"/frameworks/{number}:export").status_code == 404


def test_the_command_line_gives_content_out_and_takes_it_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = desk.released(desk.framework("audit"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "hanna")
    other = desk.framework(title="Other")
    assert run(["export", "frameworks", record.number, "--format", "case", "-o", "it.json"]) == 0
    assert run(["frameworks", "import-content", other.number, "--files", "it.json"]) == 0, capsys.readouterr()
    assert framework_of(other).draft_id == framework_of(record).content_id

"""The command line on the notes and the organisation of the interface's tests."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone, translation

from setsquare.faces.cli.main import run
from tests.api.conftest import PASSWORD, db, house, notes, people

__all__ = ["db", "house", "notes", "people"]


@dataclass(frozen=True)
class Said:
    """What a call wrote and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Said]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Call the command line as anna, whose password automation gives."""
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "anna")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run(words)
        written = capsys.readouterr()
        return Said(
            code, written.out, "".join(line for line in written.err.splitlines(True) if not _log(line))
        )

    with translation.override("en"), timezone.override("UTC"):
        yield call


def _log(line: str) -> bool:
    return "[info " in line or "[warning " in line

"""The seal at the command line: init makes its key, verify and check find what was changed, an export stands alone."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.project.installed import setsquare

pytestmark = pytest.mark.once


def change(place: Path, *statements: str) -> None:
    """Change the database as somebody would who owns the file."""
    with sqlite3.connect(place / "data" / "setsquare.sqlite3") as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            file.execute(statement)
    file.close()


def seal_finding(place: Path) -> dict[str, str]:
    found = json.loads(setsquare(place, "check", "--json").stdout)
    return next(finding for finding in found if finding["subject"] == "seal")


def test_an_installation_from_init_to_a_rewritten_history(installation):
    key = installation / "data" / "seal" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert seal_finding(installation)["message"].startswith("Nothing is sealed yet")
    public = setsquare(installation, "seal", "key").stdout
    assert public.startswith("qms.example.org+")
    assert "PRIVATE" not in public

    kept = setsquare(installation, "checkpoint").stdout
    assert kept.splitlines()[0] == "qms.example.org"
    (installation / "kept.txt").write_text(kept)
    assert seal_finding(installation)["level"] == "ok"
    verified = setsquare(installation, "verify", "--checkpoint", "kept.txt")
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, "Nothing is wrong.")

    change(installation, "UPDATE trail_entry SET reason = 'another' WHERE id = 1")
    found = setsquare(installation, "verify", "--json")
    assert found.returncode == 1
    values = json.loads(found.stdout)
    assert len(values["problems"]) == 1
    assert values["problems"][0]["sentence"].endswith("was changed after it was sealed as leaf 0.")
    assert values["sealed"] == int(kept.splitlines()[1])
    told = setsquare(installation, "verify").stdout.splitlines()
    assert told[0].startswith("WRONG  Entry 1 of ")
    assert told[-1] == "1 wrong."


def test_check_tells_of_a_forged_checkpoint_and_a_lost_key(installation):
    setsquare(installation, "checkpoint")
    (installation / "data" / "seal" / "key").rename(installation / "key")
    lost = seal_finding(installation)
    assert (lost["level"], lost["message"]) == (
        "error",
        "Its key is missing: entries are sealed, but not signed.",
    )
    (installation / "key").rename(installation / "data" / "seal" / "key")
    change(installation, "UPDATE sealing_checkpoint SET note = replace(note, 'qms', 'qma')")
    assert seal_finding(installation)["level"] == "error"


def test_an_export_is_verified_where_there_is_no_installation(installation, tmp_path_factory):
    public = setsquare(installation, "seal", "key").stdout.strip()
    done = setsquare(installation, "seal", "export", "seal.zip")
    assert done.returncode == 0, done.stderr
    again = setsquare(installation, "seal", "export", "seal.zip")
    assert (again.returncode, "exists already" in again.stderr) == (1, True)

    elsewhere = tmp_path_factory.mktemp("auditor")
    (installation / "seal.zip").rename(elsewhere / "seal.zip")
    verified = setsquare(elsewhere, "verify", "--export", "seal.zip", "--key", public)
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, "Nothing is wrong.")
    other = setsquare(elsewhere, "verify", "--export", "nothing.zip")
    assert (other.returncode, other.stderr) == (
        1,
        "setsquare: nothing.zip is not an export of the seal, or it is damaged.\n",
    )

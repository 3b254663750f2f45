"""The administrator guide's commands of backup and restore, typed as they stand there, on either database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Blob
from setsquare.kernel.files.store import path_of
from setsquare.kernel.trail.models import Entry
from tests.docs.pages import ROOT, fences
from tests.servers import postgresql
from tests.servers.live import Installations, LiveSetsquare

GUIDE = ROOT / "docs" / "administrator-guide.md"
SETTINGS = 'mode = "production"\naddress = "https://qms.example.org"\ntrusted_proxies = ["127.0.0.1"]\n'
PASSWORD = "a password of some length"


def commands(vendor: str, way: str) -> str:
    """Return the block of the guide for a database and a way: backup or restore."""
    blocks = [fence.text for fence in fences(GUIDE) if fence.language == "bash"]
    sqlite_backup, postgresql_backup, sqlite_restore, postgresql_restore = blocks
    found = {
        ("sqlite", "backup"): sqlite_backup,
        ("sqlite", "restore"): sqlite_restore,
        ("postgresql", "backup"): postgresql_backup,
        ("postgresql", "restore"): postgresql_restore,
    }
    return found[vendor, way]


def typed(script: str, place: Path, url: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SETSQUARE_")}
    kept.pop("DATABASE_URL", None)
    given = {"DATABASE_URL": url} if url else {}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    programs = postgresql.programs()
    if programs is not None:
        path += f"{os.pathsep}{programs}"
    return subprocess.run(
        ["bash", "-ec", script],
        cwd=place,
        env={**kept, **given, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "first"
    made.mkdir()
    return made


def test_what_is_backed_up_is_restored(
    installations: Installations, place: Path, tmp_path: Path, django_db_blocker: Any
) -> None:
    cluster = installations.cluster_url
    vendor = "postgresql" if cluster else "sqlite"
    urls = [of(cluster, name) if cluster else "" for name in ("backup_first", "backup_second")]
    for name in ("backup_first", "backup_second") if cluster else ():
        postgresql.execute(cluster, f'DROP DATABASE IF EXISTS "{name}"')
        postgresql.execute(cluster, f'CREATE DATABASE "{name}"')
    init = "setsquare init . --address https://qms.example.org --organisation Example --administrator ada"
    done = typed(
        f"echo '{PASSWORD}' | {init} --name 'Ada Admin' --email ada@example.org --password-stdin",
        place,
        urls[0],
    )
    assert done.returncode == 0, done.stderr
    (place / "setsquare.toml").write_text(SETTINGS)
    with django_db_blocker.unblock(), at(place, urls[0]).orm():
        digest, entries = keep_a_file(), list(Entry.objects.order_by("pk").values_list("digest", flat=True))
    before = json.loads(typed("setsquare check --json", place, urls[0]).stdout)

    backup = typed(commands(vendor, "backup"), place, urls[0])
    assert backup.returncode == 0, backup.stderr
    second = tmp_path / "second"
    second.mkdir()
    (place / "backup").rename(second / "backup")
    *steps, last = commands(vendor, "restore").splitlines(keepends=True)
    assert last == "setsquare check\n"  # compared below: the tests' PostgreSQL is not durable, which it finds
    restored = typed("".join(steps), second, urls[1])
    assert restored.returncode == 0, restored.stdout + restored.stderr

    after = json.loads(typed("setsquare check --json", second, urls[1]).stdout)
    assert [(found["subject"], found["level"]) for found in after] == [
        (found["subject"], found["level"]) for found in before
    ]
    subjects = {found["subject"]: found["message"] for found in after}
    assert subjects["files"] == "All 1 that rows speak of are in the store."
    with django_db_blocker.unblock(), at(second, urls[1]).orm():
        assert list(Entry.objects.order_by("pk").values_list("digest", flat=True)) == entries
        assert path_of(Blob.objects.get(digest=digest)).read_bytes() == b"kept for ten years"
    for name in ("backup_first", "backup_second") if cluster else ():
        postgresql.execute(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


def of(cluster: str, name: str) -> str:
    """Return the address of another database of the cluster."""
    server, _slash, host = cluster.partition("/postgres?")
    return f"{server}/{name}?{host}"


def at(place: Path, url: str) -> LiveSetsquare:
    return LiveSetsquare(place / "data", url or f"sqlite:///{place}/data/setsquare.sqlite3")


def keep_a_file() -> str:

    return take_in(User.objects.get(), b"kept for ten years", "note.txt").blob_id

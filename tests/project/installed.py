"""The `setsquare` command in a process of its own, and what `setsquare init` is given."""

import os
import subprocess
import sys
from pathlib import Path

INIT = [
    "--organisation",
    "Example Ltd",
    "--administrator",
    "ada",
    "--name",
    "Ada Admin",
    "--email",
    "ada@example.org",
]
PASSWORD = "a password of some length"


def setsquare(
    place: Path, *arguments: str, text: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a directory, without the settings of the tests."""
    environment = {
        n: v for n, v in os.environ.items() if not n.startswith("SETSQUARE_") and n != "DATABASE_URL"
    }
    return subprocess.run(
        [sys.executable, "-m", "setsquare.project.main", *arguments],
        cwd=place,
        env=environment | settings,
        input=text,
        capture_output=True,
        text=True,
    )


def init(place: Path, *further: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `setsquare init` with all that it needs."""
    given = ["init", "--address", "https://qms.example.org", *INIT, "--password-stdin", *further]
    return setsquare(place, *given, text=PASSWORD + "\n", **settings)

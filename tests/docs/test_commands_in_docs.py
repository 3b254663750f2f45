"""What the documentation tells people to type works, and what it lists is complete."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.messages import extracted

from setsquare.project.configuration import read, variable_names
from tests.docs.pages import ROOT, fences, pages

FOLLOWED_ELSEWHERE = {"docs/adding-a-record-type.md"}
"""Pages whose commands a test of their own runs, in order."""
RUNNABLE = [
    (page.relative_to(ROOT).as_posix(), line)
    for page in pages()
    for fence in fences(page)
    if fence.language == "sh" and page.relative_to(ROOT).as_posix() not in FOLLOWED_ELSEWHERE
    for line in fence.text.replace("\\\n", " ").splitlines()
    if line.strip() and not line.startswith("#")
]
GUIDE = ROOT / "docs" / "administrator-guide.md"
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@pytest.mark.parametrize(("page", "line"), RUNNABLE)
def test_commands_run(page: str, line: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SETSQUARE_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SETSQUARE_MODE": "test",
        "SETSQUARE_DATA_DIRECTORY": str(tmp_path),
    }
    if line.startswith("make "):  # looked at, not run: it would run all of the tests, and this one with them
        line = line.replace("make ", "make --dry-run ")
    done = subprocess.run(
        ["bash", "-ec", line], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{page}: {line}\n{done.stdout}\n{done.stderr}"


def test_the_administrator_guide_names_every_setting() -> None:
    guide = (ROOT / "docs" / "administrator-guide.md").read_text("utf-8")
    missing = [
        name
        for name, place in variable_names().items()
        if f"`{name}`" not in guide or f"{place[-1]}`" not in guide
    ]
    assert not missing, missing
    named = set(re.findall(r"`(SETSQUARE_[A-Z_]+)`", guide)) - {"SETSQUARE_CONFIG"}
    assert named <= set(variable_names()), named - set(variable_names())


@pytest.mark.parametrize("text", [fence.text for fence in fences(GUIDE) if fence.language == "toml"])
def test_the_settings_of_the_administrator_guide_are_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "setsquare.toml"
    file.write_text(text)
    assert read({"SETSQUARE_CONFIG": str(file)}).in_production


def test_the_user_guide_names_what_is_on_the_screen() -> None:
    """Every word in bold is a word of the pages, as it is written there."""
    known = {text for m in extracted() for text in (m.id if isinstance(m.id, tuple) else (m.id,))}
    guide = (ROOT / "docs" / "user-guide.md").read_text("utf-8").partition("\n## ")[2]
    named = {" ".join(words.split()) for words in _BOLD.findall(guide)}
    assert not named - known, sorted(named - known)

"""The page `docs/adding-a-record-type.md`, followed step by step in a copy of the source."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Fence, fences

PAGE = ROOT / "docs" / "adding-a-record-type.md"
FOLDER = "src/setsquare/domains/lessons/"
MOST_LINES = 100
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", "content", "content-*", "pictures")


@dataclass
class Copy:
    """A copy of the source in which the steps are carried out, with an installation of its own."""

    root: Path

    def run(self, *words: str) -> str:
        """Run a Python program in it and return what it printed; a failure fails the test with its words."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("SETSQUARE_", "PYTEST_", "DATABASE_"))
        }
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env=kept
            | {
                "PYTHONPATH": f"{self.root / 'src'}{os.pathsep}{self.root}",
                "PYTHONDONTWRITEBYTECODE": "1",
                "SETSQUARE_MODE": "test",
                "SETSQUARE_DATA_DIRECTORY": str(self.root / "data"),
                "DJANGO_SETTINGS_MODULE": "setsquare.project.settings",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def shell(self, line: str) -> str:
        """Run a command line of the page by the programs of this environment."""
        program, *rest = line.split()
        modules = {"setsquare": "setsquare.project.main", "pytest": "pytest"}
        return self.run("-m", modules[program], *rest)


def _shown() -> list[Fence]:
    return fences(PAGE)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy of the source with the files and the line of settings that the page shows."""
    root = tmp_path_factory.mktemp("source")
    (root / "data").mkdir()
    for part in ("src/setsquare", "tests"):
        shutil.copytree(ROOT / part, root / part, ignore=NOT_COPIED)
    shutil.copy(ROOT / "pyproject.toml", root)
    for fence in _shown():
        if fence.path:
            (root / fence.path).parent.mkdir(parents=True, exist_ok=True)
            (root / fence.path).write_text(fence.text, "utf-8")
    settings = root / "src/setsquare/project/settings.py"
    [line] = [f.text for f in _shown() if not f.path and f.language == "python"]
    last = '    "setsquare.domains.documents",\n'
    before = settings.read_text("utf-8")
    assert before.count(last) == 1
    settings.write_text(before.replace(last, last + line), "utf-8")
    return Copy(root)


def test_the_folder_stays_under_a_hundred_lines() -> None:
    files = {fence.path: fence.text for fence in _shown() if fence.path.startswith(FOLDER)}
    names = {path.removeprefix(FOLDER) for path in files}
    assert names == {"__init__.py", "apps.py", "models.py", "states.py", "thing.py", "commands.py"}
    lines = sum(text.count("\n") for text in files.values())
    assert lines < MOST_LINES, lines


def test_its_code_is_in_the_style_of_the_house(copy: Copy) -> None:
    files = [fence.path for fence in _shown() if fence.path and fence.text]
    copy.run("-m", "ruff", "check", *files)
    copy.run("-m", "ruff", "format", "--diff", *files)


def test_the_steps_work_as_they_stand(copy: Copy) -> None:
    lines = [line for f in _shown() if f.language == "sh" for line in f.text.splitlines()]
    assert [line.split()[0] for line in lines] == ["setsquare", "setsquare", "setsquare", "pytest"]
    for line in lines[:3]:
        copy.shell(line)
    assert (copy.root / FOLDER / "migrations/0001_initial.py").is_file()
    assert " passed" in copy.shell(f"{lines[3]} -q -p no:cacheprovider")
    said = copy.run("-m", "tests.docs.lessons_once")
    assert said.splitlines()[-1] == "register, API and command line serve it"

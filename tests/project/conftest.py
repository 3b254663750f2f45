"""An installation as `setsquare init` makes it."""

import shutil
from pathlib import Path

import pytest

from tests.project.installed import init


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `setsquare init` made, to be copied: to prepare a database takes ten seconds."""
    made = tmp_path_factory.mktemp("installation")
    done = init(made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def installation(tmp_path: Path, made_once: Path) -> Path:
    """A fresh installation; what init makes can be moved as a whole."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path

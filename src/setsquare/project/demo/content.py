"""Reading the demo's content: plain data beside this module; `content/README.md` says what they mean."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
FIGURE = re.compile(r"\]\((figure-\d+\.png)\)")


def organisation() -> dict[str, Any]:
    """Return units, roles, people and delegations."""
    return tomllib.loads((CONTENT / "organisation.toml").read_text("utf-8"))


def changes() -> list[dict[str, Any]]:
    """Return the change requests."""
    loaded: list[dict[str, Any]] = tomllib.loads((CONTENT / "changes.toml").read_text("utf-8"))["changes"]
    return loaded


def quizzes() -> dict[str, Any]:
    """Return quizzes with their questions."""
    return tomllib.loads((CONTENT / "quizzes.toml").read_text("utf-8"))


def training() -> dict[str, Any]:
    """Return courses, sessions and certificates."""
    return tomllib.loads((CONTENT / "training.toml").read_text("utf-8"))


def operators() -> dict[str, Any]:
    """Return the teams of operators, their names and what of their training runs out."""
    return tomllib.loads((CONTENT / "operators.toml").read_text("utf-8"))


def assessments() -> dict[str, Any]:
    """Return the assessments of competence."""
    return tomllib.loads((CONTENT / "assessments.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Version:
    """One revision of a document of the demo, with its text and figures by name."""

    told: dict[str, Any]
    text: str
    figures: dict[str, bytes] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Return what the content says under `name`, None where it says nothing."""
        return self.told.get(name)


@dataclass(frozen=True)
class Story:
    """A document of the demo with all its revisions, the oldest first."""

    told: dict[str, Any]
    versions: tuple[Version, ...]

    @property
    def number(self) -> str:
        """Return the document's number."""
        return str(self.told["number"])


@cache
def documents() -> tuple[Story, ...]:
    """Return every document, by number."""
    return tuple(_story(path.parent) for path in sorted((CONTENT / "documents").glob("*/document.toml")))


def _story(folder: Path) -> Story:
    told = tomllib.loads((folder / "document.toml").read_text("utf-8"))
    return Story(told, tuple(_version(folder, revision) for revision in told.pop("revisions")))


def _version(folder: Path, told: dict[str, Any]) -> Version:
    text = (folder / told["file"]).read_text("utf-8")
    figures = {name: (folder / name).read_bytes() for name in FIGURE.findall(text)}
    return Version(told, text, figures)

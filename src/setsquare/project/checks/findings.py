"""What a check found, and how to mend it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from setsquare.project.configuration import Configuration

Level = Literal["ok", "hint", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, what was seen, and what to do about it."""

    subject: str
    level: Level
    message: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        """The finding as plain values, for ``--json``."""
        return asdict(self)


Check = Callable[[Configuration], list[Finding]]


def ok(subject: str, message: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, "ok", message)


def hint(subject: str, message: str, mend: str) -> Finding:
    """Works, and may be meant so."""
    return Finding(subject, "hint", message, mend)


def warning(subject: str, message: str, mend: str) -> Finding:
    """Works, but should be mended."""
    return Finding(subject, "warning", message, mend)


def error(subject: str, message: str, mend: str) -> Finding:
    """Does not work, or is not safe."""
    return Finding(subject, "error", message, mend)

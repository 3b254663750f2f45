"""What plans by attributes and by variables have in common: the lot, its code letter, severity and AQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..inputs import number, one_of, whole
from ..results import Result

Severity = Literal["normal", "tightened", "reduced"]
SEVERITIES: tuple[Severity, ...] = ("normal", "tightened", "reduced")


@dataclass(frozen=True)
class PlanForLot(Result):
    """A plan as a standard gives it to a lot; `letter` is the lot's code letter, `used_letter` that of the plan."""

    standard: str
    severity: Severity
    level: str
    aql: float
    lot_size: int
    letter: str
    used_letter: str


@dataclass(frozen=True)
class CodeLetters:
    """A standard's table of code letters: a row for each range of lots, a column for each inspection level."""

    levels: Sequence[str]
    most: Sequence[int]
    """The largest lot of each row but the last, which has no largest one."""
    letters: Sequence[str]

    def of(self, lot_size: int, level: str) -> str:
        """Return the letter of a lot; raises ValueError at ``lot_size`` below 2 and at ``level``.

        >>> CodeLetters(("I", "II"), (8, 15), ("AB", "BC", "CD")).of(12, "II")
        'C'
        """
        lot = whole("lot_size", lot_size, least=2)
        wanted = one_of("level", level, self.levels)
        row = next((row for row, most in enumerate(self.most) if lot <= most), len(self.most))
        return self.letters[row][self.levels.index(wanted)]


def preferred(aql: float, known: Sequence[float]) -> int:
    """Return which of a standard's preferred values an AQL is; raises ValueError at ``aql`` where it is none.

    >>> preferred(0.65, (0.4, 0.65, 1.0))
    1
    """
    value = number("aql", aql, above=0.0)
    for place, one in enumerate(known):
        if abs(value - one) <= 1e-9 * one:
            return place
    raise ValueError(f"aql: give one of {', '.join(f'{one:g}' for one in known)}, not {value:g}")


def checked_severity(severity: str) -> Severity:
    """Return the severity by its name; raises ValueError at ``severity``."""
    return one_of("severity", severity, SEVERITIES)
